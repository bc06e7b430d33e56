"""Every stored event, one a line, oldest first."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sharekit.events.model import Event
from sharekit.reports.cells import csv_text

COLUMNS = (
    "id", "name", "at", "product_id", "network", "placement", "widget", "share_id", "parent_share_id", "url",
    "referrer", "visitor", "previous_visitor", "order_id", "value", "currency", "items", "bot", "gpc", "props",
)  # fmt: skip
"""Columns of the CSV form."""

_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""JSON lets these stand as they are; some readers of lines end a line at them."""
_FLAGS = frozenset({"bot", "gpc"})
_TEXTS = frozenset(COLUMNS) - {"value", "currency", "items", "bot", "gpc", "props", "at"}


def export_jsonl(events: Iterable[Event]) -> Iterator[str]:
    """Each event as a line of JSON, exactly as it is stored: ``Event.from_json`` reads it back."""
    for event in events:
        yield event.as_json().translate(_LINE_ENDS) + "\n"


def export_csv(events: Iterable[Event]) -> Iterator[str]:
    """A line of names, then each event as a line of CSV.

    Lists and mappings are JSON inside their cell. Texts are made safe for spreadsheets: on one line, and with an
    apostrophe before what would be taken for a formula. The JSON form has them as they are.
    """
    yield _line(COLUMNS)
    for event in events:
        data = event.as_dict()
        yield _line([_cell(name, data.get(name)) for name in COLUMNS])


def _cell(name: str, value: Any) -> str:
    if name in _FLAGS:
        return "true" if value else "false"
    if value is None:
        return ""
    if name in _TEXTS:
        return csv_text(value)
    if isinstance(value, str):
        return value
    return csv_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
