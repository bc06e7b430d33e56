"""Reports as a table, as CSV and as JSON."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sharekit.reports.cells import width
from sharekit.reports.figures import Row, Totals
from sharekit.reports.tables import format_report, funnel_csv, funnel_json, funnel_table

HOSTILE = '=cmd|"/c calc"!A1\x1b[2J\nnext'
EURO = {"EUR": Decimal("1234567.50")}
BOTH = {"EUR": Decimal("1234567.50"), "JPY": Decimal(-500)}


def totals(**numbers: Any) -> Totals:
    """Totals of the 30 days before 22 November."""
    return Totals(since=date(2026, 10, 23), days=30, **numbers)


ROWS = [
    Row(key="whatsapp", impressions=12_345, shares=61, clicks=70, interactions=70, visits=48, purchases=3,
        shared_purchases=3, revenue=EURO, shared_revenue=EURO),
    Row(key=HOSTILE, shares=1),
    Row(key="", purchases=14, revenue={"JPY": Decimal(-500)}),
]  # fmt: skip
TOTALS = totals(impressions=12_345, shares=62, clicks=70, interactions=70, visits=48, purchases=17,
                shared_purchases=3, revenue=BOTH, shared_revenue=EURO)  # fmt: skip


TABLE = """\
Shares by network, 2026-10-23 to 2026-11-21 (30 days)

network             impressions  shares  clicks  visits  purchases   revenue EUR  engagement   CTR  conversion
──────────────────────────────────────────────────────────────────────────────────────────────────────────────
whatsapp                 12,345      61      70      48          3  1,234,567.50        0.6%  0.6%        6.2%
copy                          0       1       0       0          0             –           –     –           –
(not from a share)            –       –       –       –         14          0.00           –     –           –
──────────────────────────────────────────────────────────────────────────────────────────────────────────────
total                    12,345      62      70      48         17  1,234,567.50        0.6%  0.6%        6.2%

A share is an intent: a network's dialog was opened, a link was copied. Posts cannot be counted from outside.
A bar that is seen counts for every network in it, and once in the total.
Conversion counts the purchases that came from a share: 3 of 17.
"""


def test_a_table_is_aligned_and_says_what_it_counts() -> None:
    """Thousands marks, decimals by currency, rates with one decimal, dashes where there is no number, a total."""
    rows = [ROWS[0], Row(key="copy", shares=1), Row(key="", purchases=14, revenue={"EUR": Decimal("0.00")})]
    assert funnel_table(rows, replace(TOTALS, revenue=EURO), by="network") == TABLE


def test_a_table_has_a_column_per_currency_and_harmless_names() -> None:
    """Yen have no decimals; what would steer the terminal is replaced."""
    lines = funnel_table(ROWS, TOTALS, by="network").splitlines()
    assert "revenue EUR  revenue JPY" in lines[2]
    assert lines[5].startswith('=cmd|"/c calc"!A1�[2J�next ')
    assert lines[6].split()[-5:] == ["–", "-500", "–", "–", "–"]


@pytest.mark.parametrize("columns", [40, 110, 118, 127, 300])
def test_the_first_column_gives_way_in_a_narrow_terminal(columns: int) -> None:
    """Numbers are never cut; all lines of the table stay equally long."""
    lines = funnel_table(ROWS, TOTALS, by="network", columns=columns).splitlines()[2:9]
    assert len({width(line) for line in lines}) == 1
    assert width(lines[0]) <= max(columns, 117)
    assert "1,234,567.50" in lines[2]


def test_a_table_by_day_says_how_many_orders_came_from_shares() -> None:
    """Each day counts all orders, so the conversion could not be followed without."""
    days = [Row(key="2026-11-21", visits=4, purchases=3, shared_purchases=1)]
    lines = funnel_table(days, totals(visits=4, purchases=3, shared_purchases=1), by="day").splitlines()
    assert lines[2].split() == [
        "day", "impressions", "shares", "clicks", "visits", "purchases", "by", "share", "revenue", "engagement", "CTR",
        "conversion",
    ]  # fmt: skip
    assert lines[4].split() == ["2026-11-21", "0", "0", "0", "4", "3", "1", "–", "–", "–", "25.0%"]


def test_a_row_without_a_visible_number_is_left_out_of_a_table_only() -> None:
    """Product clicks belong to no network; the total and the other forms have them."""
    rows = [Row(key="x", shares=1), Row(key="(not set)", interactions=5)]
    assert "(not set)" not in funnel_table(rows, totals(shares=1, interactions=5), by="network")
    assert "(not set)" in funnel_csv(rows, by="network")
    assert "(not set)" in funnel_table([Row(key="(not set)", shares=1)], totals(shares=1), by="placement")


def test_nothing_is_said_in_words() -> None:
    """An empty report is no empty table."""
    text = funnel_table([], totals(), by="network")
    assert "Nothing was recorded in these days." in text


def test_csv_can_be_read_back() -> None:
    """Numbers are numbers, amounts exact, what is missing is empty, and no text is a formula."""
    text = funnel_csv(ROWS, by="network")
    first, hostile, elsewhere = csv.DictReader(text.splitlines())
    assert list(first) == [
        "network", "impressions", "shares", "clicks", "visits", "interactions", "purchases", "shared_purchases",
        "revenue_EUR", "revenue_JPY", "shared_revenue_EUR", "shared_revenue_JPY",
        "engagement_rate", "click_through_rate", "conversion_rate",
    ]  # fmt: skip
    assert (first["impressions"], first["revenue_EUR"], first["revenue_JPY"]) == ("12345", "1234567.50", "")
    assert (first["conversion_rate"], hostile["conversion_rate"]) == ("0.062500", "")
    assert hostile["network"] == '\'=cmd|"/c calc"!A1 [2J next'
    assert (elsewhere["network"], elsewhere["revenue_JPY"]) == ("(not from a share)", "-500")
    assert len(text.splitlines()) == 4


def test_json_holds_every_number() -> None:
    """Amounts as text, missing rates as null, texts as they are."""
    answer = json.loads(funnel_json(ROWS, TOTALS, by="network"))
    assert {key: answer[key] for key in ("by", "since", "until", "days")} == {
        "by": "network",
        "since": "2026-10-23",
        "until": "2026-11-21",
        "days": 30,
    }
    first, hostile, elsewhere = answer["rows"]
    assert first["revenue"] == {"EUR": "1234567.50"}
    assert (first["conversion_rate"], elsewhere["conversion_rate"]) == (0.0625, None)
    assert (hostile["key"], elsewhere["key"], elsewhere["label"]) == (HOSTILE, "", "(not from a share)")
    assert answer["totals"]["shared_purchases"] == 3
    assert list(first) == ["key", "label", *answer["totals"]]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_every_form_ends_with_one_line_end(form: Any) -> None:
    """The next prompt of a shell begins on a line of its own."""
    text = format_report(ROWS, TOTALS, by="network", format=form)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
