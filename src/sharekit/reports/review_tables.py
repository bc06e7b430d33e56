"""The report on reviews as people and programs read it: a table for a terminal, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from decimal import Decimal

from sharekit.reports.cells import csv_text, shown
from sharekit.reports.figures import NOT_SET
from sharekit.reports.layout import NONE, aligned, days_as_dict, days_of, percent
from sharekit.reports.reviews import Readers, ReviewFigures, ReviewReport
from sharekit.reports.tables import Format, amount

_HEADS = (
    "product", "impressions", "expands", "filters", "photos", "votes", "used", "forms", "submitted", "completed",
    "published",
)  # fmt: skip
_NOTE = "People who mean to buy read more: an order after reading is no proof that reading brought it."


def format_reviews(report: ReviewReport, *, format: Format = "table", columns: int | None = None) -> str:  # noqa: A002
    """The report in one of the three forms; ends with a line end.

    Parameters:
        format: ``"table"``, ``"csv"`` (rows only) or ``"json"`` (rows, totals, orders and days).
        columns: width of the terminal; the first column of a table gives way.
    """
    if format == "csv":
        return _csv(report)
    return _json(report) if format == "json" else _table(report, columns)


def _table(report: ReviewReport, columns: int | None) -> str:
    heading = f"Reviews, {days_of(report)}"
    if report.rows:
        lines = [[shown(row.product) or NOT_SET, *_cells(row)] for row in report.rows]
        table = [*aligned(_HEADS, lines, ["total", *_cells(report.totals)], columns), ""]
    else:
        table = ["No reviews were seen or written in these days.", ""]
    return "\n".join([heading, "", *table, *_orders(report.readers), ""])


def _csv(report: ReviewReport) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["product", *report.totals.as_dict()])
    for row in report.rows:
        values = ReviewFigures.as_dict(row).values()
        cells = ["" if value is None else f"{value:.6f}" if isinstance(value, float) else value for value in values]
        writer.writerow([csv_text(row.product or NOT_SET), *cells])
    return out.getvalue()


def _json(report: ReviewReport) -> str:
    answer = {
        "by": "reviews",
        **days_as_dict(report),
        "rows": [row.as_dict() for row in report.rows],
        "totals": report.totals.as_dict(),
        "orders": report.readers.as_dict(),
    }
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def _cells(row: ReviewFigures) -> list[str]:
    seen = (row.impressions, row.expands, row.filters, row.photos, row.votes)
    written = (row.write_starts, row.submitted)
    return [
        *(f"{count:,}" for count in seen),
        percent(row.use_rate),
        *(f"{count:,}" for count in written),
        percent(row.completion_rate),
        f"{row.published:,}",
    ]


def _orders(readers: Readers) -> list[str]:
    if not readers.purchases and not readers.revenue:
        return ["No orders in these days."]
    lines = {
        "All orders": (readers.purchases, readers.revenue),
        "… of buyers who saw reviews before": (readers.seen_purchases, readers.seen_revenue),
        "… of buyers who opened, filtered or voted on them": (readers.read_purchases, readers.read_revenue),
    }
    wide = max(map(len, lines))
    told = [f"{what:<{wide}}  {count:>7,}  {_money(revenue)}" for what, (count, revenue) in lines.items()]
    return [*told, _NOTE]


def _money(amounts: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{amount(value, currency)} {currency}" for currency, value in amounts.items()) or NONE
