"""The numbers, live: what was seen, shared, visited and bought, by which way; what was tapped in pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, abort, render_template, request

from sharekit.demo.pages_shop import the_shop
from sharekit.demo.words import money
from sharekit.exceptions import ShareKitError, StoreError
from sharekit.integrations.flask import current_kit
from sharekit.products import Money
from sharekit.reports.figures import NOT_SET, Figures, Row, Totals
from sharekit.reports.report import ShareBy
from sharekit.reports.tags import TagFigures, TagRow, tag_totals

DAYS = (1, 7, 30, 90)
MOST_ROWS = 16
MOST_TAGS = 40
BYS: tuple[ShareBy, ...] = ("network", "product", "placement", "day")
_OTHER_WORDS = {"copy": "Copy link", "native": "Share sheet", "print": "Print", "qr": "QR code", "email": "Email"}

report = Blueprint("report", __name__)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from seen to sold, with the share of the step before that got here."""

    label: str
    hint: str
    count: int
    width: float
    rate: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: what it is about, its numbers, and how long its bar is, in percent."""

    label: str
    address: str
    figures: Figures
    width: float


@dataclass(frozen=True, slots=True)
class Table:
    """One question, and the rows that answer it.

    Parameters:
        question: what the bars show.
        unit: what the bars count.
        lines: the rows, the longest bar first.
        left_out: how many more rows there are.
    """

    key: str
    head: str
    question: str
    unit: str
    lines: Sequence[Line]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class TagLine:
    """One tag: the picture it is in, what it shows, its numbers, and how long its bar is, in percent."""

    label: str
    product: str
    address: str
    figures: TagFigures
    width: float


@report.get("/report")
def numbers() -> str:
    """The report of the last days, today included."""
    days = request.args.get("days", 30, int)
    days = days if days in DAYS else 30
    kit = current_kit()
    try:
        totals = kit.report.totals(days=days)
        rows: dict[str, Sequence[Row]] = {by: kit.report.funnel(by=by, days=days) for by in BYS}
        tags = kit.report.funnel(by="tag", days=days)
    except StoreError as error:
        abort(503, str(error))
    return render_template(
        "report.html",
        days=days,
        choices=DAYS,
        totals=totals,
        empty=not (totals.impressions or totals.interactions or totals.shares or totals.visits or totals.purchases),
        steps=_steps(totals, tag_totals(tags)),
        tables=_tables(rows),
        by_day=_columns(rows["day"]),
        tag_steps=_tag_steps(tag_totals(tags)) if tags else (),
        tags=_tag_lines(tags[:MOST_TAGS]),
        tags_left_out=max(len(tags) - MOST_TAGS, 0),
        percent=percent,
        revenue=revenue,
        data_dir=kit.settings.data_dir.resolve(),
    )


def percent(rate: float | None) -> str:
    """A rate with one decimal; a dash where there is nothing to divide by."""
    return "–" if rate is None else f"{rate * 100:.1f} %"


def revenue(amounts: Mapping[str, Decimal]) -> str:
    """Amounts of all currencies; sums never cross them."""
    return " + ".join(money(Money(amount, currency)) for currency, amount in amounts.items() if amount) or "–"


def _steps(totals: Totals, tags: TagFigures) -> list[Step]:
    # A picture that was seen has no share buttons; its own steps are below.
    counts = (totals.impressions - tags.impressions, totals.shares, totals.visits, totals.shared_purchases)
    words = (
        ("Seen", "share bars, half visible for a second"),
        ("Shared", "dialogs opened and links copied: intents, not posts"),
        ("Came back", "landings by a shared link"),
        ("Bought", "orders that followed such a visit"),
    )
    return _funnel(counts, words)


def _tag_steps(totals: TagFigures) -> list[Step]:
    counts = (totals.impressions, totals.opens, totals.clicks, totals.carts)
    words = (
        ("Seen", "tagged pictures, half visible for a second"),
        ("Opened", "cards of tags"),
        ("Followed", "links to a product, from a card or a list"),
        ("In the basket", "put there from a picture"),
    )
    # Lists have links too, so a step is measured by the pictures seen, not by the step before.
    return _funnel(counts, words, of_first=True)


def _funnel(counts: Sequence[int], words: Sequence[tuple[str, str]], *, of_first: bool = False) -> list[Step]:
    most = max(counts) or 1
    steps, before = [], 0
    for count, (label, hint) in zip(counts, words, strict=True):
        rate = f"{count / before * 100:.0f} %" if before else ""
        steps.append(Step(label, hint, count, _width(count, most), rate))
        before = counts[0] if of_first else count
    return steps


def _tag_lines(rows: Sequence[TagRow]) -> list[TagLine]:
    shop = the_shop()
    most = max((row.opens for row in rows), default=0)
    lines = []
    for row in rows:
        title, address = shop.picture_of(row.picture)
        label = f"{title}, {row.tag}" if row.tag else f"{title}, all of it"
        products = ", ".join(shop.title_of(product)[0] for product in row.products)
        lines.append(
            TagLine(label, products or shop.tagged(row.picture, row.tag), address, row, _width(row.opens, most))
        )
    return lines


def _tables(rows: Mapping[str, Sequence[Row]]) -> list[Table]:
    shop = the_shop()

    def network(key: str) -> tuple[str, str]:
        return _network_label(key), ""

    def product(key: str) -> tuple[str, str]:
        return shop.title_of(key) if key else ("(not from a share)", "")

    def placement(key: str) -> tuple[str, str]:
        return (key or "(not from a share)", "")

    return [
        _table("network", "Network", "Which way brings people?", "visits", rows["network"], network, _visits),
        _table("product", "Product or page", "What do people pass on?", "shares", rows["product"], product, _shares),
        _table(
            "placement",
            "Placement",
            "Where on the page does it happen?",
            "shares",
            rows["placement"],
            placement,
            _shares,
        ),
    ]


def _table(
    key: str,
    head: str,
    question: str,
    unit: str,
    rows: Sequence[Row],
    words: Callable[[str], tuple[str, str]],
    measure: Callable[[Figures], int],
) -> Table:
    most = max((measure(row) for row in rows), default=0)
    ranked = sorted(
        (row for row in rows if row.key and (row.key != NOT_SET or _says_something(row))),
        key=lambda row: (-measure(row), -row.purchases, -row.shares, -row.impressions),
    )
    shown = [*ranked[:MOST_ROWS], *(row for row in rows if not row.key)]  # orders from elsewhere always show
    lines = [Line(*words(row.key), row, _width(measure(row), most)) for row in shown]
    return Table(key, head, question, unit, lines, max(len(ranked) - MOST_ROWS, 0))


def _says_something(row: Row) -> bool:
    """A picture that was seen names no network and no product, and what was tapped in it has a table of its own."""
    return bool(row.clicks or row.shares or row.visits or row.purchases or row.revenue)


def _columns(rows: Sequence[Row]) -> Table | None:
    """Visits by day, oldest first."""
    if not rows:
        return None
    most = max(row.visits for row in rows)
    lines = [Line(row.key, "", row, _width(row.visits, most)) for row in rows]
    return Table("day", "Day", "How is it going, day by day?", "visits", lines)


def _network_label(key: str) -> str:
    if not key:
        return "(not from a share)"
    if key in _OTHER_WORDS:
        return _OTHER_WORDS[key]
    try:
        return current_kit().networks.get(key).label
    except (ShareKitError, KeyError):
        return key


def _visits(figures: Figures) -> int:
    return figures.visits


def _shares(figures: Figures) -> int:
    return figures.shares


def _width(count: int, most: int) -> float:
    """Percent of the longest bar; something above nothing is always visible."""
    return round(max(count / most * 100, 1.5), 1) if count and most else 0.0
