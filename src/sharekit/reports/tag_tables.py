"""The report by tag as people and programs read it: a table for a terminal, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

from sharekit.reports.cells import csv_text, cut, shown
from sharekit.reports.figures import Totals
from sharekit.reports.layout import NONE, aligned, days_as_dict, days_of, percent
from sharekit.reports.tags import TagFigures, TagRow, tag_totals

_HEADS = ("tag", "product", "impressions", "opens", "clicks", "carts", "open rate", "CTR", "cart rate")
_PRODUCT_COLUMNS = 28
_NOTE = "Rates are per impression of the picture; it counts once in the total, however many tags it has."


def tags_table(rows: Sequence[TagRow], totals: Totals, *, columns: int | None = None) -> str:
    """One line per tag, and one of totals."""
    heading = f"Product tags, {days_of(totals)}"
    if not rows:
        return f"{heading}\n\nNo tagged picture was seen in these days.\n"
    lines = [[shown(row.label), _products(row), *_cells(row)] for row in rows]
    table = aligned(_HEADS, lines, ["total", "", *_cells(tag_totals(rows))], columns, texts=2, shorten=_shorten)
    return "\n".join([heading, "", *table, "", _NOTE, ""])


def tags_csv(rows: Sequence[TagRow]) -> str:
    """One line per tag; several products of one tag are parted by blanks. Text cannot be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([
        "tag", "picture", "number", "products", "impressions", "opens", "clicks", "carts",
        "open_rate", "click_through_rate", "cart_rate",
    ])  # fmt: skip
    for row in rows:
        rates = (row.open_rate, row.click_through_rate, row.cart_rate)
        writer.writerow([
            csv_text(row.key), csv_text(row.picture), row.tag, csv_text(" ".join(row.products)),
            row.impressions, row.opens, row.clicks, row.carts,
            *("" if value is None else f"{value:.6f}" for value in rates),
        ])  # fmt: skip
    return out.getvalue()


def tags_json(rows: Sequence[TagRow], totals: Totals) -> str:
    """Rows and totals with every number; missing rates as null."""
    answer = {
        "by": "tag",
        **days_as_dict(totals),
        "rows": [row.as_dict() for row in rows],
        "totals": tag_totals(rows).as_dict(),
    }
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _cells(row: TagFigures) -> list[str]:
    counts = (row.impressions, row.opens, row.clicks, row.carts)
    rates = (row.open_rate, row.click_through_rate, row.cart_rate)
    return [*(f"{count:,}" for count in counts), *(percent(value) for value in rates)]


def _shorten(label: str, columns: int) -> str:
    """A label that fits; what gives way is the picture's id, not the number behind it."""
    picture, mark, number = label.rpartition("#")
    return cut(picture, columns - len(number) - 1) + mark + number if number.isdecimal() else cut(label, columns)


def _products(row: TagRow) -> str:
    return cut(shown(", ".join(row.products)), _PRODUCT_COLUMNS) or NONE
