"""A report as people and programs read it: a table for a terminal, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from sharekit.currencies import MINOR_UNITS
from sharekit.reports.cells import csv_text, shown
from sharekit.reports.figures import NOT_FROM_A_SHARE, NOT_SET, Figures, Row, Totals
from sharekit.reports.layout import NONE, aligned, days_as_dict, days_of, percent
from sharekit.reports.tag_tables import tags_csv, tags_json, tags_table
from sharekit.reports.tags import TagRow

Format = Literal["table", "csv", "json"]
INTENT = "A share is an intent: a network's dialog was opened, a link was copied. Posts cannot be counted from outside."


def format_report(
    rows: Sequence[Row] | Sequence[TagRow],
    totals: Totals,
    *,
    by: str,
    format: Format = "table",  # noqa: A002 (the option's name)
    columns: int | None = None,
) -> str:
    """A funnel in one of the three forms; ends with a line end.

    Parameters:
        rows: of :meth:`sharekit.reports.report.Report.funnel`.
        totals: of the same days; by tag only their days are told.
        by: what the rows are by.
        format: ``"table"``, ``"csv"`` (rows only) or ``"json"`` (rows, totals and days).
        columns: width of the terminal; the first column of a table gives way.
    """
    if by == "tag":
        tags = [row for row in rows if isinstance(row, TagRow)]
        if format == "csv":
            return tags_csv(tags)
        return tags_json(tags, totals) if format == "json" else tags_table(tags, totals, columns=columns)
    lines = [row for row in rows if isinstance(row, Row)]
    if format == "csv":
        return funnel_csv(lines, by=by)
    return (
        funnel_json(lines, totals, by=by) if format == "json" else funnel_table(lines, totals, by=by, columns=columns)
    )


def funnel_table(rows: Sequence[Row], totals: Totals, *, by: str, columns: int | None = None) -> str:
    """The funnel with aligned columns, a line of totals, and what has to be said about the numbers."""
    heading = f"Shares by {by}, {days_of(totals)}"
    if not rows:
        return f"{heading}\n\nNothing was recorded in these days.\n"
    currencies = sorted({*totals.revenue, *(currency for row in rows for currency in row.revenue)})
    heads, cells = _columns(totals, currencies, by)
    # Events that name no network, such as a product click, say nothing in this table; the total has them.
    lines = [[shown(row.label), *cells(row)] for row in rows if row.key != NOT_SET or any(_visible(row, by))]
    table = aligned([by, *heads], lines, ["total", *cells(totals)], columns)
    return "\n".join([heading, "", *table, "", *_notes(totals, by), ""])


def funnel_csv(rows: Sequence[Row], *, by: str) -> str:
    """One line per row: counts, then money with a column per currency, then rates as fractions.

    Text cannot be taken for a formula. There is no line of totals, which a spreadsheet would add once more.
    """
    currencies = sorted({currency for row in rows for currency in row.revenue})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([
        by, "impressions", "shares", "clicks", "visits", "interactions", "purchases", "shared_purchases",
        *(f"revenue_{currency}" for currency in currencies),
        *(f"shared_revenue_{currency}" for currency in currencies),
        "engagement_rate", "click_through_rate", "conversion_rate",
    ])  # fmt: skip
    for row in rows:
        writer.writerow([
            csv_text(row.label),
            row.impressions, row.shares, row.clicks, row.visits, row.interactions, row.purchases, row.shared_purchases,
            *(row.revenue.get(currency, "") for currency in currencies),
            *(row.shared_revenue.get(currency, "") for currency in currencies),
            *("" if value is None else f"{value:.6f}" for value in _rates(row)),
        ])  # fmt: skip
    return out.getvalue()


def funnel_json(rows: Sequence[Row], totals: Totals, *, by: str) -> str:
    """Rows and totals with every number; amounts as text, so that no reader rounds them, missing rates as null."""
    answer = {
        "by": by,
        **days_as_dict(totals),
        "rows": [row.as_dict() for row in rows],
        "totals": Figures.as_dict(totals),
    }
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def amount(value: Decimal, currency: str) -> str:
    """An amount with thousands marks and as many decimals as its currency has."""
    return f"{value:,.{MINOR_UNITS.get(currency, 2)}f}"


class _Cells:
    """Makes the cells of a line, for one set of columns."""

    def __init__(self, currencies: Sequence[str], *, shared: bool) -> None:
        self._currencies = currencies
        self._shared = shared

    def __call__(self, row: Figures) -> list[str]:
        elsewhere = isinstance(row, Row) and row.key == NOT_FROM_A_SHARE
        seen = (row.impressions, row.shares, row.clicks, row.visits)
        cells = [NONE] * len(seen) if elsewhere else [f"{count:,}" for count in seen]
        cells.append(f"{row.purchases:,}")
        if self._shared:
            cells.append(f"{row.shared_purchases:,}")
        cells += _money(row.revenue, self._currencies)
        return [*cells, *(percent(value) for value in _rates(row))]


def _columns(totals: Totals, currencies: Sequence[str], by: str) -> tuple[list[str], _Cells]:
    # Where every line mixes orders from shares with others, their number is needed to follow the conversion.
    shared = by == "day"
    money = [f"revenue {currency}" for currency in currencies] or ["revenue"]
    heads = ["impressions", "shares", "clicks", "visits", "purchases", *(["by share"] if shared else []), *money]
    return [*heads, "engagement", "CTR", "conversion"], _Cells(currencies, shared=shared)


def _money(amounts: Mapping[str, Decimal], currencies: Sequence[str]) -> list[str]:
    if not currencies:
        return [NONE]
    return [amount(amounts[currency], currency) if currency in amounts else NONE for currency in currencies]


def _rates(row: Figures) -> tuple[float | None, float | None, float | None]:
    return row.engagement_rate, row.click_through_rate, row.conversion_rate


def _visible(row: Figures, by: str) -> tuple[int, ...]:
    # A tagged picture that was seen has no networks to be told apart by.
    seen = 0 if by == "network" else row.impressions
    return seen, row.shares, row.clicks, row.visits, row.purchases, *map(bool, row.revenue)


def _notes(totals: Totals, by: str) -> Iterable[str]:
    yield INTENT
    if by == "network":
        yield "A bar that is seen counts for every network in it, and once in the total."
    if totals.purchases > totals.shared_purchases:
        parts = f"{totals.shared_purchases:,} of {totals.purchases:,}"
        yield f"Conversion counts the purchases that came from a share: {parts}."
