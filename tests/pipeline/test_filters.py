"""What changes or leaves out events before one sink, and that the books tell of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.filters import consent, only, redact, sample
from sharekit.pipeline.dead_letters import Selection, read_dead_letters
from sharekit.products import Money
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.registry import make_sink


def test_only_routes_by_name_and_by_what_is_asked():
    """Names, a function, or both."""
    share, like = Event(name="share", network="x"), Event(name="like")
    assert [only("share")(event) for event in (share, like)] == [share, None]
    assert [only(where=lambda event: event.network == "x")(event) for event in (share, like)] == [share, None]
    assert only("share", where=lambda event: event.network == "y")(share) is None


@pytest.mark.parametrize(
    ("given_purposes", "passes"),
    [
        (["ads"], True),
        (["analytics", "ads"], True),
        (("ads",), True),
        (["analytics"], False),
        ([], False),
        ("ads", False),
        ({"ads": True}, False),
        (True, False),
        ([["ads"]], False),
        (None, False),
    ],
)
def test_consent_is_a_list_of_purposes(given_purposes, passes):
    """Anything else than a list that names the purpose is no consent."""
    event = Event(name="share", props={"consent": given_purposes})
    assert (consent("ads")(event) is event) is passes
    assert consent("ads")(Event(name="share")) is None


def test_redact_makes_fields_empty_and_leaves_the_event_as_it_was():
    """Whole fields and keys of props; the original is immutable."""
    event = Event(
        name="purchase", url="https://shop.example/?email=a", visitor="v", order_id="1",
        value=Money(Decimal(1), "EUR"), props={"email": "a", "coupon": "b"},
    )  # fmt: skip
    clean = redact("url", "visitor", "value", "props.email")(event)
    assert clean is not None
    assert (clean.url, clean.visitor, clean.value, clean.props) == ("", "", None, {"coupon": "b"})
    assert (clean.id, clean.at, clean.order_id) == (event.id, event.at, "1")
    assert event.props == {"email": "a", "coupon": "b"}
    assert redact("props", "props.email")(event).props == {}  # type: ignore[union-attr]
    assert redact("props.phone")(event) is event


@given(st.floats(min_value=0.05, max_value=1.0), st.lists(st.text(min_size=1, max_size=12), max_size=30))
def test_a_sample_is_the_same_every_time_and_knows_its_weight(rate, visitors):
    """A visitor is in with all events or with none, money is always in, and weights multiply."""
    chosen = sample(rate)
    for visitor in visitors:
        first, second = Event(name="share", visitor=visitor), Event(name="click", visitor=visitor, props={"weight": 4})
        assert (chosen(first) is None) is (chosen(second) is None)
        if (kept := chosen(second)) is not None:
            assert kept.props["weight"] == pytest.approx(4 / rate)
        purchase = Event(name="purchase", visitor=visitor)
        assert chosen(purchase) is purchase


def test_the_weights_of_a_sample_add_up_to_what_was_there():
    """Within three standard deviations of the binomial, for events without visitor as well."""
    for fields in ({}, {"visitor": "{}"}):
        events = [
            Event(name="share", **{name: text.format(number) for name, text in fields.items()})
            for number in range(20_000)
        ]
        kept = [event for event in map(sample(0.1), events) if event is not None]
        total = sum(event.props["weight"] for event in kept)
        assert total == pytest.approx(20_000, abs=3 * (20_000 * 0.9 / 0.1) ** 0.5)


@pytest.mark.parametrize(
    "make",
    [
        lambda: sample(0),
        lambda: sample(1.5),
        lambda: sample(float("nan")),
        lambda: sample(True),
        lambda: redact(),
        lambda: redact("id"),
        lambda: redact("props."),
        lambda: only(),
        lambda: only(""),
        lambda: consent(),
    ],
    ids=["none", "more than all", "nan", "yes", "no field", "a key", "no prop", "no name", "empty name", "no purpose"],
)
def test_filters_that_make_no_sense_are_refused(make):
    """When they are made, not at the first event."""
    with pytest.raises(ConfigError):
        make()


def test_each_sink_has_filters_of_its_own_and_the_books_tell(tmp_path: Path):
    """Set in code by the sink's name, or in its URL; what is left out is counted under the filter's name."""

    def no_wholesale(event: Event) -> Event | None:
        return None if event.placement == "wholesale" else event

    some, all_of_it = MemorySink(name="some"), MemorySink(name="all")
    kit = ShareKit(
        base_url="https://shop.example",
        data_dir=tmp_path,
        sinks=[some, all_of_it, "jsonl:orders.jsonl?name=orders&only=purchase,refund&redact=visitor"],
        filters={"some": [no_wholesale, only("share", "like"), redact("product_id")], "all": lambda event: event},
    )
    kit.record("share", product_id="a")
    kit.record("share", product_id="b", placement="wholesale")
    kit.record("click", product_id="c")
    kit.record_purchase(order_id="1", value="5", currency="EUR", visitor=None)
    assert kit.flush()
    status = kit.status()
    kit.close()
    assert status.balanced
    assert [(event.name, event.product_id) for event in some] == [("share", "")]
    assert status.sink("some").dropped == {"no_wholesale": 1, "only": 2}
    assert len(all_of_it) == 4
    assert status.sink("orders").dropped == {"only": 3}
    assert '"purchase"' in (tmp_path / "orders.jsonl").read_text()


def test_a_kit_made_twice_with_one_sink_filters_once(tmp_path: Path):
    """An app factory may run several times with the same objects."""
    sink, halve = MemorySink(), sample(0.5)
    for _ in range(2):
        ShareKit(base_url="https://shop.example", data_dir=tmp_path, sinks=[sink], filters={"memory": [halve]})
    assert sink.filters == (halve,)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"filters": {"memry": [only("share")]}}, "there is no sink 'memry'. Did you mean 'memory'?"),
        ({"filters": {"memory": ["share"]}}, "pass functions"),
        ({"sinks": ["memory:?only="]}, "option only='' cannot be used"),
        ({"sinks": ["memory:?sample=2"]}, "option sample='2' cannot be used"),
        ({"sinks": ["memory:?redact=id"]}, "'id' is none of"),
        ({"sinks": ["memory:?consnt=ads"]}, "Did you mean 'consent'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, settings, message):
    """With the name of what is wrong."""
    with pytest.raises(ConfigError) as caught:
        ShareKit(**{"base_url": "https://shop.example", "data_dir": tmp_path, "sinks": ["memory:"]} | settings)
    assert message in str(caught.value)


def test_filters_cannot_come_from_the_environment(monkeypatch, tmp_path: Path):
    """The error says what can."""
    monkeypatch.setenv("SHAREKIT_FILTERS", "{}")
    with pytest.raises(ConfigError, match="options of the sink's URL"):
        ShareKit(base_url="https://shop.example", data_dir=tmp_path)


def test_the_options_of_a_url_work_in_their_order():
    """Names first, then consent, then what is made empty, then the sample."""
    sink = make_sink("memory:?sample=0.5&only=share", data_dir=Path(), timezone=ZoneInfo("UTC"))
    assert [chosen.__name__ for chosen in sink.filters] == ["only", "sample"]


def _explode(event: Event) -> Event:
    raise KeyError("nothing here")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (_explode, "filter _explode failed: KeyError('nothing here')"),
        (lambda event: Event(name="share"), "filter filter gave an event of another id"),
        (lambda event: True, "filter filter gave bool"),
        (lambda event: Event(name="share", id=event.id, at=event.at, props={"x": {1, 2}}), "what JSON cannot hold"),
    ],
    ids=["raises", "another event", "no event", "no JSON"],
)
def test_a_filter_at_fault_costs_no_event(make_pipeline, events, data_dir, broken, reason):
    """What it breaks on becomes a dead letter, to be tried again when it is mended; the rest goes on."""
    sink = MemorySink()
    sink.filters = (lambda event: event, lambda event: broken(event) if event.product_id == "p-3" else event)
    sink.filters[1].__name__ = getattr(broken, "__name__", "x")
    pipeline = make_pipeline(sink)
    recorded = events(6)
    pipeline.record_many(recorded)
    assert pipeline.flush(20)
    assert sink.events == [event for event in recorded if event.product_id != "p-3"]
    (letter,) = read_dead_letters(data_dir / "delivery.db", Selection())
    assert reason in letter.reason
    assert letter.id == recorded[3].id
    assert pipeline.status().balanced


def test_an_event_that_is_left_out_may_be_old(make_pipeline, events, data_dir):
    """Filters come before the limit of age: what a sink would not get makes no dead letter."""
    sink = MemorySink()
    sink.max_age, sink.filters = timedelta(hours=1), (only("like"),)
    pipeline = make_pipeline(sink)
    pipeline.record_many(events(5, at=datetime.now(UTC) - timedelta(days=3)))
    assert pipeline.flush(20)
    assert pipeline.status().sinks[0].dropped == {"only": 5}
