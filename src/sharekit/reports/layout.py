"""What every table of a report has in common: aligned columns, rates, the days it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Protocol

from sharekit.reports.cells import cut, width

NONE = "–"
"""Shown where there is no number: a rate without a denominator, money in a currency that does not occur."""

_GAP = "  "
_KEY_COLUMNS = (12, 40)
"""Narrowest and widest first column, where the terminal leaves the choice."""


class Days(Protocol):
    """Something that is about some days, such as :class:`sharekit.reports.figures.Totals`."""

    @property
    def since(self) -> date:
        """First day that is counted, in the shop's time zone."""

    @property
    def days(self) -> int:
        """How many days that is."""


def percent(value: float | None) -> str:
    """A rate with one decimal; a dash where there is none."""
    return NONE if value is None else f"{value:.1%}"


def days_of(totals: Days) -> str:
    """The days of a report in words."""
    days = f"{totals.days} days" if totals.days > 1 else "1 day"
    return f"{totals.since} to {_last(totals)} ({days})"


def days_as_dict(totals: Days) -> dict[str, Any]:
    """The days of a report as JSON values."""
    return {"since": totals.since.isoformat(), "until": _last(totals).isoformat(), "days": totals.days}


def aligned(
    heads: Sequence[str],
    lines: Sequence[Sequence[str]],
    last: Sequence[str],
    columns: int | None,
    *,
    texts: int = 1,
    shorten: Callable[[str, int], str] = cut,
) -> Iterable[str]:
    """Text to the left, numbers to the right, a rule below the heads and above the totals.

    Parameters:
        heads: names of the columns.
        lines: cells of each line.
        last: cells of the line of totals.
        columns: width of the terminal, when there is one; the first column gives way.
        texts: how many columns, from the first on, hold text.
        shorten: makes a text of the first column fit so many columns.
    """
    widths = [max(width(line[column]) for line in [heads, *lines, last]) for column in range(len(heads))]
    narrow, wide = _KEY_COLUMNS
    rest = sum(widths[1:]) + len(_GAP) * (len(widths) - 1)
    widths[0] = max(min(widths[0], wide if columns is None else columns - rest), min(widths[0], narrow))
    rule = "─" * (widths[0] + rest)

    def line(cells: Sequence[str]) -> str:
        made = [shorten(cells[0], widths[0]), *cells[1:]]
        for place, (cell, size) in enumerate(zip(made, widths, strict=True)):
            made[place] = cell + " " * (size - width(cell)) if place < texts else cell.rjust(size)
        return _GAP.join(made)

    return [line(heads), rule, *(line(cells) for cells in lines), rule, line(last)]


def _last(totals: Days) -> date:
    return totals.since + timedelta(days=totals.days - 1)
