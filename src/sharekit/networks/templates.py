"""A network's link with its blanks still open, and the options of the shop that may stand in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sharekit.exceptions import InvalidValueError, did_you_mean
from sharekit.networks.fediverse import instance_host
from sharekit.networks.model import MESSAGE_FIELDS, Network
from sharekit.networks.quoting import quote

NO_TEXT = "no_text"
"""Stands among the fields of a message when the text had to be dropped for the link to fit."""

_IN_ADDRESS = re.compile(r"[A-Za-z0-9+._-]{1,253}")


def template(network: Network, present: frozenset[str]) -> str:
    """The network's link for a message that has these fields, with ``%(field)s`` where each belongs.

    Raises:
        InvalidValueError: an option that the network requires is not among them.
    """
    known = network.templates.get(present)
    if known is None:
        known = network.templates[present] = _make(network, present)
    return known


def checked_options(network: Network, options: Mapping[str, str]) -> dict[str, str]:
    """The shop's options for a network, ready to be put into its link.

    Raises:
        InvalidValueError: an unknown option, or a value that cannot work.
    """
    known = network.options
    where = f"network_options[{network.key!r}]"
    out: dict[str, str] = {}
    for name, value in options.items():
        if name not in known:
            raise InvalidValueError(where, f"unknown option {name!r}.{did_you_mean(name, known)}")
        if not isinstance(value, str) or not value:
            raise InvalidValueError(where, f"option {name!r}: pass text, not {value!r}.")
        if name not in network.placeholders:
            out[name] = quote(value)
        elif name == "instance":
            out[name] = instance_host(value)
        elif _IN_ADDRESS.fullmatch(value):
            out[name] = value
        else:
            raise InvalidValueError(where, f"option {name!r}: {value!r} cannot stand inside an address.")
    return out


def _make(network: Network, present: frozenset[str]) -> str:
    if not network.live:
        raise InvalidValueError("networks", f"{network.key!r} has no share address; ask Networks.get() what to use.")
    missing = [name for name in network.required if name not in present and name not in MESSAGE_FIELDS]
    if missing:
        example = ", ".join(f"{name!r}: '...'" for name in missing)
        raise InvalidValueError(
            "network_options",
            f"{network.label} needs {' and '.join(missing)}; set network_options={{{network.key!r}: {{{example}}}}}.",
        )
    base = _literal(network.base_url)
    for name in network.placeholders:
        base = base.replace(f"{{{name}}}", f"%({name})s" if name in present else "")
    pairs = [f"{name}={_literal(quote(value))}" for name, value in network.fixed.items()]
    # E-mail ends its lines with CR LF (RFC 6068, section 5); everywhere else LF alone is a line end.
    text = "%(lines)s" if network.base_url.startswith("mailto:") else "%(text)s"
    said = NO_TEXT not in present
    for field, name in network.params.items():
        if field == "text" and network.text == "in_body":
            body = f"{text}{_literal(quote(network.separator))}%(url)s" if said else "%(url)s"
            pairs.append(f"{name}={body}")
        elif field == "text":
            # Beside a field for the title, the text gets its own only when it says something else.
            if said and ("text" in present or "title" not in network.params):
                pairs.append(f"{name}={text}")
        elif field in present:
            pairs.append(f"{name}=%({field})s")
    return f"{base}{'&' if '?' in base else '?'}{'&'.join(pairs)}"


def _literal(text: str) -> str:
    return text.replace("%", "%%")
