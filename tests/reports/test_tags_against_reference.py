"""The report by tag says what a plain reading of its definitions says, whatever the events."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharekit.events.model import Event
from sharekit.exceptions import UnknownNameError
from sharekit.reports.report import By, Report
from sharekit.reports.tables import format_report
from sharekit.reports.tags import TagRow, tag_totals
from sharekit.sinks.rows import MAX_TAG
from sharekit.sinks.store import Store

MakeStore = Callable[[Iterable[Event], ZoneInfo], Store]
ZONE = ZoneInfo("Europe/Berlin")
CLOCK = datetime(2026, 3, 30, 10, 0, tzinfo=UTC)  # the day after the clocks went forward
MIDNIGHTS = [datetime(2026, 3, day, tzinfo=ZONE).astimezone(UTC) for day in (25, 28, 29, 30, 31)]
ACTIONS = {"tag_open": "opens", "product_click": "clicks", "add_to_cart": "carts"}


# The reference: the definitions of docs/reports.md, read slowly.


def number_of(value: Any) -> int:
    """The number of a tag, 0 for whatever is none."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, str):
        value = int(value) if re.fullmatch("[0-9]{1,3}", value) else 0
    return value if isinstance(value, int) and 1 <= value <= MAX_TAG else 0


def picture_of(event: Event) -> str:
    """The id of the picture, empty for whatever is none."""
    picture = event.props.get("picture")
    return picture if isinstance(picture, str) and len(picture) <= 128 else ""


def reference(events: Iterable[Event], days: int) -> dict[str, dict[str, Any]]:
    """Rows by key, by loops over a list."""
    since = CLOCK.astimezone(ZONE).date() - timedelta(days=days - 1)
    told = [
        event
        for event in {event.id: event for event in events}.values()
        if picture_of(event)
        and not event.bot
        and event.at.astimezone(ZONE).date() >= since
        and event.name in {"impression", *ACTIONS}
    ]
    table: dict[str, dict[str, Any]] = {}
    for picture in {picture_of(event) for event in told}:
        mine = [event for event in told if picture_of(event) == picture]
        seen = [event for event in mine if event.name == "impression"]
        done = [event for event in mine if event.name != "impression"]
        tags = {number_of(event.props.get("tag")) for event in done}
        tags |= set(range(1, max((number_of(event.props.get("tags")) for event in seen), default=0) + 1))
        for tag in tags or {0}:
            here = [event for event in done if number_of(event.props.get("tag")) == tag]
            counts = Counter(ACTIONS[event.name] for event in here)
            products = Counter(event.product_id for event in here if event.product_id)
            table[f"{picture}#{tag}"] = {
                "impressions": len(seen),
                **{word: counts[word] for word in ACTIONS.values()},
                "products": tuple(sorted(products, key=lambda product: (-products[product], product))),
            }
    return table


def plain(row: TagRow) -> dict[str, Any]:
    """The numbers of a row, as the reference writes them."""
    return {name: getattr(row, name) for name in ("impressions", *ACTIONS.values(), "products")}


numbers = st.sampled_from(
    [1, 1, 2, 2, 3, "1", "2", "02", "²", "", "x", 0, -1, 1.0, True, None, MAX_TAG, MAX_TAG + 1, [1]]
)
pictures = st.sampled_from(["shelf", "shelf", "shelf#1", "sea", "", None, 7, {"id": "sea"}, "x" * 128, "x" * 129])
tag_events = st.builds(
    lambda name, at, product, bot, props: Event(name=name, at=at, product_id=product, bot=bot, props=props),
    st.sampled_from(["impression", "impression", *ACTIONS, "click", "share", "like"]),
    st.builds(
        lambda midnight, step: midnight + timedelta(milliseconds=step),
        st.sampled_from(MIDNIGHTS),
        st.sampled_from([-1, 0, 1]),
    ),
    st.sampled_from(["mug", "bowl", "", "=mug"]),
    st.sampled_from([False, False, False, True]),
    st.fixed_dictionaries(
        {}, optional={"picture": pictures, "tag": numbers, "tags": numbers, "networks": st.just("x")}
    ),
)


@pytest.mark.parametrize("days", [1, 3])
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(tag_events, max_size=25))
@example(events=[])
def test_every_number_of_a_tag_is_what_its_definition_says(
    make_store: MakeStore, events: list[Event], days: int
) -> None:
    """Rows and totals equal the reference, with bots, midnights, and whatever strangers put into the properties."""
    report = Report(make_store(events, ZONE), timezone=ZONE, clock=lambda: CLOCK)
    rows = report.funnel("tag", days)
    assert {row.key: plain(row) for row in rows} == reference(events, days)
    assert len(rows) == len({row.key for row in rows})
    totals = tag_totals(rows)
    assert totals.opens + totals.clicks + totals.carts == sum(row.opens + row.clicks + row.carts for row in rows)
    assert totals.impressions == sum({row.picture: row.impressions for row in rows}.values())
    for row in rows:
        rates = (row.open_rate, row.click_through_rate, row.cart_rate)
        counts = (row.opens, row.clicks, row.carts)
        expected = tuple(count / row.impressions for count in counts) if row.impressions else (None, None, None)
        assert rates == expected


def seen(picture: str, tags: int) -> Event:
    """Somebody saw a picture with so many tags."""
    return Event(name="impression", at=CLOCK, props={"picture": picture, "tags": tags})


def done(name: str, picture: str, tag: int, product: str = "mug") -> Event:
    """Somebody did something with a tag."""
    return Event(name=name, at=CLOCK, product_id=product, props={"picture": picture, "tag": tag})


@pytest.fixture
def rows_of(make_store: MakeStore) -> Callable[..., list[TagRow]]:
    """A function that gives the rows of events."""

    def rows(*events: Event) -> list[TagRow]:
        return Report(make_store(events, ZONE), timezone=ZONE, clock=lambda: CLOCK).funnel("tag")

    return rows


def test_tags_nobody_touched_have_a_row(rows_of: Callable[..., list[TagRow]]) -> None:
    """A picture that was seen shows all its tags; the most that one impression named is how many it has."""
    rows = rows_of(seen("shelf", 2), seen("shelf", 3), done("tag_open", "shelf", 2))
    assert [(row.key, row.impressions, row.opens, row.open_rate) for row in rows] == [
        ("shelf#1", 2, 0, 0.0),
        ("shelf#2", 2, 1, 0.5),
        ("shelf#3", 2, 0, 0.0),
    ]


def test_rows_stand_in_the_order_of_interest(rows_of: Callable[..., list[TagRow]]) -> None:
    """Pictures with most interactions first, their tags by number, what concerns the whole picture last."""
    rows = rows_of(
        seen("sea", 1), seen("sea", 1), seen("shelf", 1), seen("pier", 0),
        done("add_to_cart", "shelf", 0), done("tag_open", "shelf", 2), done("product_click", "shelf", 10),
    )  # fmt: skip
    assert [row.key for row in rows] == ["shelf#1", "shelf#2", "shelf#10", "shelf#0", "sea#1", "pier#0"]
    assert rows[3].label == "shelf (as a whole)"


def test_several_products_of_one_tag_are_all_named(rows_of: Callable[..., list[TagRow]]) -> None:
    """The most frequent first."""
    (row,) = rows_of(
        done("tag_open", "sea", 1, "bowl"), done("tag_open", "sea", 1, "mug"), done("add_to_cart", "sea", 1, "mug")
    )
    assert row.products == ("mug", "bowl")


def test_a_wrong_grouping_names_the_right_ones(rows_of: Callable[..., list[TagRow]], make_store: MakeStore) -> None:
    """``by="tag"`` is among what the error lists."""
    report = Report(make_store([], ZONE), timezone=ZONE)
    with pytest.raises(UnknownNameError, match="tag"):
        report.funnel("tags")  # type: ignore[call-overload]
    assert "tag" in get_args(By)


EVENTS: Sequence[Event] = (
    seen("shelf", 2), seen("shelf", 2), seen("=shelf", 0),
    done("tag_open", "shelf", 1), done("add_to_cart", "shelf", 1),
    done("product_click", "=shelf", 0, "+cup"), done("tag_open", "\x1b[31m", 1),
)  # fmt: skip


@pytest.fixture
def written(make_store: MakeStore) -> Callable[..., str]:
    """A function that writes the report of some events in one of the forms."""

    def write(events: Sequence[Event] = EVENTS, **options: Any) -> str:
        report = Report(make_store(events, ZONE), timezone=ZONE, clock=lambda: CLOCK)
        return format_report(report.funnel("tag"), report.totals(), by="tag", **options)

    return write


def test_the_table_is_aligned_and_safe_for_a_terminal(written: Callable[..., str]) -> None:
    """Every line is equally wide, numbers stand below each other, and nothing steers the terminal."""
    text = written()
    assert text.startswith("Product tags, 2026-03-01 to 2026-03-30 (30 days)\n")
    assert "\x1b" not in text
    lines = text.splitlines()[2:-2]
    assert len({len(line) for line in lines}) == 1
    assert next(line for line in lines if line.startswith("shelf#1")).split() == [
        "shelf#1", "mug", "2", "1", "0", "1", "50.0%", "0.0%", "50.0%",
    ]  # fmt: skip
    assert next(line for line in lines if line.startswith("shelf#2")).split()[1] == "–"
    assert lines[-1].split() == ["total", "3", "2", "1", "1", "66.7%", "33.3%", "33.3%"]


def test_a_narrow_table_keeps_the_numbers_of_tags(written: Callable[..., str]) -> None:
    """Long ids give way in the middle of the key."""
    text = written([seen("/static/pictures/of-the-whole-long-shelf.svg", 12)], columns=80)
    assert "/static/p…#1 " in text
    assert "/static/…#12 " in text


def test_an_empty_table_says_so(written: Callable[..., str]) -> None:
    """A report without rows is a sentence."""
    assert "No tagged picture was seen in these days." in written([])


def test_csv_is_made_for_spreadsheets(written: Callable[..., str]) -> None:
    """A line per tag, rates as fractions, empty where there is none, no formulas."""
    rows = list(csv.DictReader(io.StringIO(written(format="csv"))))
    shelf = next(row for row in rows if row["tag"] == "shelf#1")
    assert shelf == {
        "tag": "shelf#1", "picture": "shelf", "number": "1", "products": "mug", "impressions": "2", "opens": "1",
        "clicks": "0", "carts": "1", "open_rate": "0.500000", "click_through_rate": "0.000000",
        "cart_rate": "0.500000",
    }  # fmt: skip
    odd = next(row for row in rows if row["picture"] == "'=shelf")
    assert (odd["tag"], odd["products"]) == ("'=shelf#0", "'+cup")
    assert rows[-1]["open_rate"] == ""


def test_json_has_every_number(written: Callable[..., str]) -> None:
    """Rows, totals and days, as programs read them."""
    answer = json.loads(written(format="json"))
    assert (answer["by"], answer["since"], answer["until"], answer["days"]) == ("tag", "2026-03-01", "2026-03-30", 30)
    shelf = next(row for row in answer["rows"] if row["key"] == "shelf#1")
    assert (shelf["picture"], shelf["tag"], shelf["products"], shelf["open_rate"]) == ("shelf", 1, ["mug"], 0.5)
    assert (answer["totals"]["impressions"], answer["totals"]["carts"]) == (3, 1)
    assert answer["rows"][-1]["open_rate"] is None
