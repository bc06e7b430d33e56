"""Hashtags and accounts, in every form that networks ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sharekit.networks.quoting import quote

FIELDS = frozenset({"hashtags", "tags", "hashtag", "tag", "via"})
"""Fields of a network's parameters that :func:`tag_values` can fill."""

_GLUE = re.compile(r"[\s,#]+")
_LONGEST_TOPIC = 50  # Threads; its topics have neither point nor ampersand in them


def clean_tags(hashtags: Sequence[str]) -> list[str]:
    """Hashtags without ``#`` and without what would end them or join two; empty ones are gone."""
    tags = [hashtags] if isinstance(hashtags, str) else hashtags
    return [clean for clean in (_GLUE.sub("", tag) for tag in tags) if clean]


def clean_account(via: str) -> str:
    """An account without ``@``."""
    return via.strip().lstrip("@")


def tag_values(hashtags: Sequence[str], via: str) -> dict[str, str]:
    """Field to percent-encoded value, for the fields that there is something for."""
    values: dict[str, str] = {}
    tags = clean_tags(hashtags)
    if tags:
        values["hashtags"] = values["tags"] = quote(",".join(tags))
        values["hashtag"] = quote("#" + tags[0])
        topic = tags[0].replace(".", "").replace("&", "")[:_LONGEST_TOPIC]
        if topic:
            values["tag"] = quote(topic)
    account = clean_account(via)
    if account:
        values["via"] = quote(account)
    return values
