"""Links to products from tagged pictures that lead through the server, so that they count without a script too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sharekit.events.fields import clean_share_id, clean_url
from sharekit.web.context import WebContext
from sharekit.web.http import Request
from sharekit.web.links import count

KIND = "product"
"""Value of ``k`` in the token of such a link."""


def count_product_click(context: WebContext, request: Request, values: Mapping[str, str]) -> None:
    """Keep a ``product_click``.

    Parameters:
        values: of the token: ``u`` address of the product, ``p`` its id, ``l`` placement, ``w`` widget, ``g`` picture,
            ``a`` number of the tag, ``o`` position among the tag's products, ``d`` kind of disclosure, ``r`` variant.
    """
    props: dict[str, Any] = {
        "picture": values.get("g", ""),
        "tag": _number(values.get("a", "")),
        "position": _number(values.get("o", "")),
        "disclosure": values.get("d", ""),
        "variant": values.get("r", ""),
    }
    fields: dict[str, Any] = {
        "product_id": values.get("p", ""),
        "placement": values.get("l", ""),
        "widget": values.get("w", "tags"),
        "parent_share_id": clean_share_id(request.arguments().get("p", "")),
        "url": clean_url(values["u"]),
        "props": {name: value for name, value in props.items() if value},
    }
    count(context, request, ["product_click"], fields)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
