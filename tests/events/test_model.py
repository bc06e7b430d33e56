"""The event itself, and its ids."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.events.ids import event_id, fresh_share_id, page_share_id, page_share_ids, share_id_tails
from sharekit.events.model import SCHEMA, Event, Item
from sharekit.events.names import EVENT_NAMES
from sharekit.exceptions import InvalidValueError
from sharekit.products import Money

KEY = b"k" * 32
storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


def test_event_ids_are_version_7_and_rise_with_time() -> None:
    """Ids are RFC 9562 UUIDs of version 7 that carry the present in milliseconds."""
    before = datetime.now(UTC).timestamp() * 1000
    ids = [event_id() for _ in range(500)]
    after = datetime.now(UTC).timestamp() * 1000
    assert len(set(ids)) == 500
    for text in ids:
        parsed = uuid.UUID(text)
        assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, text)
        assert before - 1 <= parsed.int >> 80 <= after
    stamps = [text[:13] for text in ids]
    assert stamps == sorted(stamps)


def test_fresh_share_ids_are_short_and_all_different() -> None:
    """12 characters that no percent-encoding changes."""
    ids = {fresh_share_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{12}", text) for text in ids)


def test_a_pages_share_id_depends_on_all_its_parts() -> None:
    """Key, product, network and placement each change the id; the same parts give the same id."""
    base = (KEY, "mug-1", "x", "product")
    others = [
        (b"o" * 32, *base[1:]),
        (KEY, "mug-2", "x", "product"),
        (KEY, "mug-1", "y", "product"),
        (KEY, "mug-1", "x", ""),
    ]
    assert page_share_id(*base) == page_share_id(*base)
    assert len({page_share_id(*parts) for parts in [base, *others]}) == 5
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", page_share_id(*base))


@given(storable, st.lists(storable, max_size=5), storable)
def test_ids_of_several_networks_are_the_single_ones(product: str, networks: list[str], placement: str) -> None:
    """The fast way for a whole bar gives the very ids of the slow one."""
    fast = page_share_ids(KEY, product, share_id_tails(networks, placement))
    assert fast == [page_share_id(KEY, product, network, placement) for network in networks]


events = st.builds(
    Event,
    name=st.sampled_from(sorted(EVENT_NAMES)),
    at=st.datetimes(timezones=st.timezones(), min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)),
    product_id=storable,
    placement=storable,
    visitor=storable,
    order_id=storable,
    value=st.none()
    | st.builds(Money, st.decimals(0, 10**9, places=2).filter(lambda amount: amount.is_finite()), st.just("EUR")),
    items=st.lists(st.builds(Item, product_id=storable.filter(bool), quantity=st.integers(1, 9)), max_size=3).map(
        tuple
    ),
    bot=st.booleans(),
    gpc=st.booleans(),
    props=st.dictionaries(storable, st.none() | st.booleans() | st.integers() | storable, max_size=3),
)


@given(events)
def test_an_event_survives_being_written_and_read(event: Event) -> None:
    """As JSON and back, an event is the same; the JSON is one line."""
    text = event.as_json()
    assert "\n" not in text
    assert Event.from_json(text) == event
    assert Event.from_json(text.encode()) == event


def test_json_leaves_empty_fields_out() -> None:
    """An event as JSON has its schema, and nothing that is empty."""
    event = Event(name="click", network="x")
    assert event.as_dict() == {
        "schema": SCHEMA,
        "id": event.id,
        "name": "click",
        "at": event.at.isoformat(),
        "network": "x",
    }


def test_money_is_written_as_exact_text() -> None:
    """Amounts stay decimal, never float."""
    item = Item(product_id="mug-1", price=Money("0.10", "EUR"))
    written = Event(name="purchase", value=Money("39.80", "EUR"), items=(item,)).as_dict()
    assert (written["value"], written["currency"]) == ("39.80", "EUR")
    assert written["items"] == [{"product_id": "mug-1", "quantity": 1, "price": "0.10", "currency": "EUR"}]
    assert Decimal(written["value"]) == Decimal("39.80")


def test_times_are_kept_in_utc() -> None:
    """A time of another zone is the same moment in UTC; a naive one is refused."""
    at = datetime(2026, 11, 21, 21, 0, tzinfo=timezone(timedelta(hours=1)))
    event = Event(name="click", at=at)
    assert (event.at, event.at.tzinfo) == (at, UTC)
    with pytest.raises(InvalidValueError, match=r"Event\.at"):
        Event(name="click", at=datetime(2026, 11, 21))


@pytest.mark.parametrize(
    "fields", [{"product_id": ""}, {"product_id": 5}, {"quantity": 0}, {"quantity": 1.5}, {"quantity": True}]
)
def test_lines_of_an_order_are_checked(fields: dict[str, Any]) -> None:
    """A line names a product and a whole number of it."""
    with pytest.raises(InvalidValueError, match=r"Item\."):
        Item(**({"product_id": "mug-1"} | fields))


def test_event_names_agree_with_themselves() -> None:
    """Every row of the table has its own key, a meaning, and money events are the server's, kept on disk."""
    for name, row in EVENT_NAMES.items():
        assert row.name == name
        assert row.meaning
    for name in ("purchase", "refund"):
        assert not EVENT_NAMES[name].browser
        assert EVENT_NAMES[name].durability == "disk"
