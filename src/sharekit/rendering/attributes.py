"""HTML attributes from a mapping, with the names checked as well as the values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from sharekit.exceptions import InvalidValueError

_NAME = re.compile(r"[A-Za-z_:@][A-Za-z0-9_:@.\-]*")


def attributes(mapping: Mapping[Any, Any] | None, *, field: str = "attrs") -> Markup:
    """``{"id": "a", "hidden": True}`` as `` id="a" hidden``, with a space in front; empty when there is nothing.

    Values are escaped. ``None`` and ``False`` leave the attribute out, ``True`` writes the name alone.

    Parameters:
        mapping: attribute names, written as in HTML, to values.
        field: what the mapping is called in the error message.

    Raises:
        InvalidValueError: a name holds anything but letters, digits and ``_ : @ . -``. A space, ``>``, ``/`` or ``=``
            in a name would end the attribute and begin another (the hole closed by Jinja's ``xmlattr`` in 3.1.4).
    """
    if not mapping:
        return Markup("")
    written: list[str] = []
    for name, value in mapping.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise InvalidValueError(field, f"{name!r} is not an attribute name; use letters, digits and hyphens.")
        if value is None or value is False:
            continue
        written.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    return Markup("".join(written))  # noqa: S704 - names were checked, values escaped
