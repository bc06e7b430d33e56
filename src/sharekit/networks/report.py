"""The table of networks and what lint found, as text for a terminal, as JSON, and as Markdown for the documentation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sharekit.exceptions import UnknownNameError
from sharekit.networks.lint import Loss
from sharekit.networks.model import Network

FORMATS = ("table", "json")

_TEXT = {"ok": "yes", "ignored": "ignored", "in_body": "holds the link", "title_only": "title only"}
_MEDIA = {"required": "required", "optional": "optional", "og_only": "preview only", "none": "–"}
_UNITS = {"characters": "characters", "graphemes": "graphemes", "x": "as X counts"}


def networks_table(networks: Iterable[Network], format: str = "table") -> str:  # noqa: A002 (the option's name)
    """The networks, live ones first, then those without an address and those that have closed.

    Parameters:
        networks: for example :class:`sharekit.networks.Networks`.
        format: ``"table"``, or ``"json"`` with every fact.

    Raises:
        UnknownNameError: another format.
    """
    rows = list(networks)
    _check(format)
    if format == "json":
        return json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=2)
    live = [
        (row.key, row.status, _TEXT[row.text], _MEDIA[row.media], _limit(row), _checked(row), address_form(row))
        for row in rows
        if row.live
    ]
    parts = [_columns(("network", "status", "text", "picture", "limit", "checked", "address"), live)] if live else []
    gone = [(row.key, row.died or row.status, row.instead or "–", row.note) for row in rows if not row.live]
    if gone:
        parts.append(_columns(("not available", "since", "use instead", "note"), gone))
    return "\n\n".join(parts)


def lint_table(losses: Sequence[Loss], format: str = "table") -> str:  # noqa: A002 (the option's name)
    """What :func:`sharekit.networks.lint.lint` found, one line each.

    Parameters:
        format: ``"table"`` or ``"json"``.

    Raises:
        UnknownNameError: another format.
    """
    _check(format)
    if format == "json":
        return json.dumps([{"network": loss.network, "problem": loss.problem} for loss in losses], ensure_ascii=False)
    if not losses:
        return "Nothing is lost on any of them."
    return _columns(("network", "problem"), [(loss.network, loss.problem) for loss in losses])


def markdown_table(networks: Iterable[Network]) -> str:
    """The networks as the documentation shows them: live ones with what they take, or the others with what to use."""
    rows = list(networks)
    live = ["| key | name | text | picture | limit | status | good to know |", "| --- " * 7 + "|"]
    gone = ["| key | name | closed | use instead | good to know |", "| --- " * 5 + "|"]
    for row in rows:
        name = row.label.replace("*", "\\*")
        if row.live:
            live.append(
                f"| `{row.key}` | {name} | {_TEXT[row.text]} | {_MEDIA[row.media]} | {_limit(row)} | {row.status} "
                f"| {row.note or '–'} |"
            )
        else:
            when = row.died or {"sdk_only": "has a script only", "qr_only": "QR code only"}[row.status]
            gone.append(f"| `{row.key}` | {name} | {when} | `{row.instead}` | {row.note or '–'} |")
    return "\n".join(live) + "\n\n" + "\n".join(gone)


def address_form(network: Network) -> str:
    """The network's address with the names of the parameters it takes: ``https://t.me/share/url?url&text``."""
    fixed = [f"{name}={value}" for name, value in network.fixed.items()]
    return f"{network.base_url}?{'&'.join([*fixed, *network.params.values()])}"


def _check(format: str) -> None:  # noqa: A002 (the option's name)
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS)


def _limit(network: Network) -> str:
    return f"{network.limit} {_UNITS[network.counts]}" if network.limit else "–"


def _checked(network: Network) -> str:
    return network.checked.isoformat() if network.checked else "–"


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as text in columns; the last one is as long as it is."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads) - 1)]
    lines = [heads, ["-" * width for width in [*widths, len(heads[-1])]], *rows]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=True)), line[-1]]).rstrip()
        for line in lines
    )
