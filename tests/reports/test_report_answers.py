"""What a merchant asks, with events few enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.products import Money
from sharekit.reports.report import MAX_DAYS, Report
from sharekit.sinks.sqlite import SqliteStore

MakeStore = Callable[[Iterable[Event], ZoneInfo], SqliteStore]
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


@pytest.fixture
def answers(make_store: MakeStore) -> Callable[..., Report]:
    """A function that stores events of a shop in Berlin and gives its report, made at noon of 21 November."""

    def make(*events: Event, **options: Any) -> Report:
        return Report(make_store(events, BERLIN), timezone=BERLIN, clock=lambda: NOON, **options)

    return make


def purchase(order_id: str = "1001", value: str = "39.80", **fields: Any) -> Event:
    """An order, at noon unless said otherwise."""
    fields = {"at": NOON} | fields
    return Event(name="purchase", order_id=order_id, value=Money(Decimal(value), "EUR"), **fields)


def visit(share_id: str, **fields: Any) -> Event:
    """A landing by a share, an hour before noon unless said otherwise."""
    fields = {"at": NOON - timedelta(hours=1), "visitor": "ann"} | fields
    return Event(name="visit", share_id=share_id, **fields)


Answers = Callable[..., Report]


def test_an_empty_store_answers_with_zeros(answers: Answers) -> None:
    """A shop that has just begun sees no error, and no rate where there is nothing to divide by."""
    report = answers()
    totals = report.totals()
    assert totals.impressions == totals.visits == totals.purchases == 0
    assert totals.revenue == {}
    assert totals.engagement_rate is totals.click_through_rate is totals.conversion_rate is None
    assert report.funnel() == report.funnel(by="day") == []
    assert report.share_counts("mug") == {}


def test_a_store_that_is_not_there_yet_is_an_empty_one(kit: ShareKit) -> None:
    """A report before the first event makes no file and finds nothing."""
    assert kit.report.totals().shares == 0
    assert not kit.settings.data_dir.exists()


def test_the_latest_share_before_an_order_gets_it(answers: Answers) -> None:
    """Last touch, among shares."""
    report = answers(
        visit("share-1", network="x", at=NOON - timedelta(hours=3)),
        visit("share-2", network="email", at=NOON - timedelta(hours=2)),
        visit("share-3", network="copy", at=NOON + timedelta(seconds=1)),
        purchase(visitor="ann"),
    )
    rows = {row.key: row for row in report.funnel()}
    assert {key: row.purchases for key, row in rows.items()} == {"x": 0, "email": 1, "copy": 0}
    assert rows["email"].conversion_rate == 1.0


def test_the_share_that_an_order_names_goes_before_its_visits(answers: Answers) -> None:
    """The shop knows better."""
    report = answers(
        Event(name="share", share_id="share-1", network="whatsapp", at=NOON - timedelta(days=100)),
        visit("share-2", network="email"),
        purchase(visitor="ann", share_id="share-1"),
    )
    assert {row.key: row.purchases for row in report.funnel()} == {"email": 0, "whatsapp": 1}


def test_yesterdays_pseudonym_bridges_midnight(answers: Answers) -> None:
    """Somebody who came at eleven in the evening and buys at one is the same person."""
    report = answers(
        visit("share-1", network="x", visitor="ann on Friday", at=NOON - timedelta(hours=14)),
        purchase(visitor="ann on Saturday", previous_visitor="ann on Friday"),
    )
    assert report.totals().shared_purchases == 1


@pytest.mark.parametrize(("late", "credited"), [(timedelta(0), 1), (timedelta(milliseconds=1), 0)])
def test_the_look_back_window_ends_at_its_millisecond(answers: Answers, late: timedelta, credited: int) -> None:
    """Seven days are seven times 24 hours, and not a millisecond more."""
    report = answers(visit("share-1", at=NOON - timedelta(days=7) - late), purchase(visitor="ann"), attribution_days=7)
    assert report.totals().shared_purchases == credited
    assert report.totals().purchases == 1


def test_of_visits_in_one_millisecond_the_later_made_counts(answers: Answers) -> None:
    """Also in the millisecond of the order itself; ids are in order of making."""
    report = answers(
        visit("share-2", network="email", at=NOON, id="id-2"),
        visit("share-1", network="x", at=NOON, id="id-1"),
        purchase(visitor="ann"),
    )
    assert {row.key: row.purchases for row in report.funnel()} == {"email": 1, "x": 0}


def test_of_orders_in_one_millisecond_the_first_made_counts(answers: Answers) -> None:
    """The same order from two web hooks at once."""
    report = answers(purchase(value="2", id="id-2"), purchase(value="1", id="id-1"), purchase(value="3", id="id-3"))
    assert report.totals().revenue == {"EUR": Decimal("1.00")}


def test_orders_from_elsewhere_stand_in_a_row_of_their_own(answers: Answers) -> None:
    """They belong to the shop's sum, not to any network, and raise no rate."""
    report = answers(visit("share-1", network="x"), purchase("1", visitor="ann"), purchase("2"), purchase("3"))
    first, last = report.funnel()
    assert (first.key, first.purchases, first.conversion_rate) == ("x", 1, 1.0)
    assert (last.key, last.label, last.purchases, last.conversion_rate) == ("", "(not from a share)", 2, None)
    assert report.totals().conversion_rate == 1.0
    (today,) = report.funnel(by="day")
    assert (today.key, today.purchases, today.shared_purchases) == ("2026-11-21", 3, 1)


def test_an_order_that_is_recorded_twice_counts_as_it_was_first(answers: Answers) -> None:
    """A repeated web hook, or a reloaded page, does not sell anything."""
    report = answers(purchase(value="50", at=NOON + timedelta(minutes=1)), purchase(value="39.80"))
    assert report.totals().purchases == 1
    assert report.totals().revenue == {"EUR": Decimal("39.80")}


def test_a_refund_follows_its_order_to_the_share(answers: Answers) -> None:
    """Also when the order was before the first day of the report."""
    before = NOON - timedelta(days=20)
    report = answers(
        visit("share-1", network="x", at=before - timedelta(hours=1)),
        purchase(visitor="ann", at=before),
        Event(name="refund", order_id="1001", value=Money(Decimal("9.80"), "EUR"), at=NOON),
    )
    (month,) = report.funnel(days=30)
    assert (month.key, month.purchases, month.revenue) == ("x", 1, {"EUR": Decimal("30.00")})
    (week,) = report.funnel(days=7)
    assert (week.key, week.purchases, week.revenue) == ("x", 0, {"EUR": Decimal("-9.80")})


def test_sums_do_not_cross_currencies(answers: Answers) -> None:
    """Each amount keeps its currency and the decimals that it has."""
    yen = Event(name="purchase", order_id="2", value=Money(Decimal(500), "JPY"), at=NOON)
    dinar = Event(name="purchase", order_id="3", value=Money(Decimal("1.234"), "KWD"), at=NOON)
    revenue = answers(purchase(), yen, dinar).totals().revenue
    assert {code: str(amount) for code, amount in revenue.items()} == {"EUR": "39.80", "JPY": "500", "KWD": "1.234"}


def test_crawlers_are_stored_and_not_counted(answers: Answers) -> None:
    """Neither their clicks nor their visits are anybody's."""
    report = answers(
        Event(name="click", network="x", at=NOON, bot=True), visit("share-1", bot=True), purchase(visitor="ann")
    )
    assert (report.totals().clicks, report.totals().visits, report.totals().shared_purchases) == (0, 0, 0)


def test_a_bar_counts_for_every_network_in_it_and_once_in_all(answers: Answers) -> None:
    """Whatever stands in the list: repeated names, empty ones, none."""
    report = answers(
        Event(name="impression", props={"networks": ["x", "email", "x"]}, at=NOON),
        Event(name="impression", props={"networks": "x,,"}, at=NOON),
        Event(name="impression", at=NOON),
    )
    assert {row.key: row.impressions for row in report.funnel()} == {"x": 2, "email": 1, "(not set)": 1}
    assert report.totals().impressions == 3


def test_what_is_known_of_a_share_cannot_be_changed_later(answers: Answers) -> None:
    """A forged event under a known id comes second, and says nothing any more."""
    report = answers(
        Event(name="share", share_id="share-1", network="x", at=NOON - timedelta(hours=2)),
        Event(name="share", share_id="share-1", network="email", at=NOON - timedelta(hours=1)),
        visit("share-1", network="email", at=NOON),
        purchase(share_id="share-1"),
    )
    assert {row.key: (row.visits, row.purchases) for row in report.funnel()} == {"x": (1, 1), "email": (0, 0)}


def test_an_order_counts_for_the_product_that_was_shared(answers: Answers) -> None:
    """Somebody shares a mug, somebody else comes and buys a bowl: the mug's share brought it."""
    report = answers(
        Event(name="share", share_id="share-1", product_id="mug", placement="gallery", at=NOON - timedelta(hours=2)),
        visit("share-1"),
        purchase(visitor="ann", product_id="bowl"),
    )
    assert [(row.key, row.purchases) for row in report.funnel(by="product")] == [("mug", 1)]
    assert [(row.key, row.purchases) for row in report.funnel(by="placement")] == [("gallery", 1)]


def test_rows_are_in_an_order_of_use(answers: Answers) -> None:
    """Most shares first; what says nothing, and what is not from shares, last."""
    shares = [Event(name="share", network=network, at=NOON) for network in ("x", "email", "email", "", "", "")]
    assert [row.key for row in answers(*shares, purchase()).funnel()] == ["email", "x", "(not set)", ""]


def test_days_have_no_gaps_and_begin_with_the_first_event(answers: Answers) -> None:
    """A quiet day is a zero in a chart, not a hole; the days before the shop began are not there."""
    clicks = [Event(name="click", at=NOON - timedelta(days=days)) for days in (4, 2)]
    rows = answers(*clicks).funnel(by="day")
    assert [(row.key[-2:], row.clicks) for row in rows] == [("17", 1), ("18", 0), ("19", 1), ("20", 0), ("21", 0)]


def test_days_are_the_shops(answers: Answers) -> None:
    """23:30 UTC is tomorrow in Berlin, and the last day of the report begins at Berlin's midnight."""
    report = answers(
        Event(name="click", at=datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)),
        Event(name="click", at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC)),
    )
    assert report.totals(days=1).clicks == 1
    assert [(row.key, row.clicks) for row in report.funnel(by="day", days=1)] == [("2026-11-21", 1)]


def test_events_of_a_clock_that_runs_ahead_are_counted(answers: Answers) -> None:
    """Also those far ahead: no loop runs through the years between."""
    report = answers(Event(name="click", at=datetime(9998, 1, 1, tzinfo=UTC)), Event(name="click", at=NOON))
    assert report.totals(days=1).clicks == 2
    assert [row.key for row in report.funnel(by="day", days=1)] == ["2026-11-21", "9998-01-01"]


def test_share_counts_are_those_of_the_product_since_its_first_event(answers: Answers) -> None:
    """Most first; no clicks, no crawlers, no other product."""
    long_ago = NOON - timedelta(days=400)
    stories = (("mug", "x", False), ("mug", "email", False), ("mug", "email", False), ("mug", "x", True))
    shares = [
        Event(name="share", product_id=product, network=network, at=long_ago, bot=bool(bot))
        for product, network, bot in (*stories, ("bowl", "x", False))
    ]
    click = Event(name="click", product_id="mug", network="x", at=NOON)
    assert list(answers(*shares, click).share_counts("mug").items()) == [("email", 2), ("x", 1)]


@pytest.mark.parametrize("by", ["netwrk", "", "total", "day; DROP TABLE events", None])
def test_an_unknown_grouping_is_refused(answers: Answers, by: Any) -> None:
    """With the known ones, or the nearest."""
    with pytest.raises(UnknownNameError, match="unknown grouping"):
        answers().funnel(by=by)


@pytest.mark.parametrize("days", [0, -1, MAX_DAYS + 1, True, 2.5, "30", None])
def test_days_are_a_sensible_whole_number(answers: Answers, days: Any) -> None:
    """Whatever else comes, the error says the bounds."""
    with pytest.raises(InvalidValueError, match="from 1 to 36,525"):
        answers().totals(days=days)


def test_the_longest_report_works(answers: Answers) -> None:
    """A hundred years are not too many for the calendar."""
    assert answers(Event(name="click", at=NOON)).totals(days=MAX_DAYS).clicks == 1


def test_the_kit_asks_with_its_own_settings(make_kit: Callable[..., ShareKit]) -> None:
    """The look-back window and the time zone are those of the shop."""
    kit = make_kit(attribution_days=2, timezone="Pacific/Kiritimati", deliver=True)
    present = datetime.now(UTC)
    kit.record("visit", share_id="AAAAAAAAAAAA", visitor="ann", at=present - timedelta(days=3))
    kit.record("purchase", order_id="1", value=Money(Decimal(5), "EUR"), visitor="ann", at=present)
    assert kit.flush()
    totals = kit.report.totals()
    assert (totals.purchases, totals.shared_purchases) == (1, 0)
    (*_, last) = kit.report.funnel(by="day")
    assert last.key == datetime.now(ZoneInfo("Pacific/Kiritimati")).date().isoformat()
