"""What may be recorded: posts of browsers, and events of the shop's own code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.events.fields import clean_share_id, clean_url
from sharekit.events.model import Event, Item
from sharekit.events.names import EVENT_NAMES, EventName
from sharekit.events.validation import (
    MAX_EVENT_BYTES,
    MAX_EVENTS,
    check_event,
    parse_events,
)
from sharekit.exceptions import EventError
from sharekit.products import Money

NETWORKS = frozenset({"x", "whatsapp", "copy", "native"})


def parse(body: object, **options: Any) -> list[Event]:
    """The events of a body: bytes as they are, anything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_events(raw, names=EVENT_NAMES, networks=NETWORKS, **options)


def problem_of(body: object) -> EventError:
    """The error a body is refused with."""
    with pytest.raises(EventError) as caught:
        parse(body)
    return caught.value


def test_every_field_a_browser_may_send_arrives() -> None:
    """An event with all fields comes out with all fields."""
    at = datetime.now(UTC).replace(microsecond=0)
    sent = {
        "name": "share",
        "id": "01a1ffd1-0406-70c7-8d6a-ad1d5c310292",
        "at": at.isoformat().replace("+00:00", "Z"),
        "product_id": "mug-1",
        "network": "x",
        "placement": "product",
        "widget": "share",
        "share_id": "abcdefghijkl",
        "parent_share_id": "_-cdefghijkl",
        "url": "https://shop.example/p/mug-1?a=1#b",
        "referrer": "https://www.example.com/",
        "props": {"networks": ["x", "copy"], "deep": {"er": [1, 2.5, None, True]}},
    }
    (event,) = parse(sent)
    assert event == Event(**(sent | {"at": at}))


def test_what_the_browser_leaves_out_is_made_here() -> None:
    """Without id and time an event gets a new id and the present."""
    (event,) = parse({"name": "click"})
    assert len(event.id) == 36
    assert datetime.now(UTC) - event.at < timedelta(minutes=1)


def test_a_list_keeps_its_order_and_one_of_each_id() -> None:
    """Events of one id are one event, the first; the rest stays in order."""
    posted = [{"name": "click", "id": f"event-00{number % 3}", "placement": str(number)} for number in range(6)]
    events = parse(posted)
    assert [(event.id, event.placement) for event in events] == [
        (f"event-00{number}", str(number)) for number in range(3)
    ]


def test_what_the_server_saw_is_added_to_each_event() -> None:
    """Visitor, bot and GPC come from the server, for all events of a post."""
    events = parse([{"name": "click"}, {"name": "share"}], seen={"visitor": "v", "bot": True, "gpc": True})
    assert [(event.visitor, event.bot, event.gpc) for event in events] == [("v", True, True)] * 2


@pytest.mark.parametrize(
    "field", ["visitor", "previous_visitor", "order_id", "value", "currency", "items", "bot", "gpc"]
)
def test_fields_that_are_the_servers_are_refused(field: str) -> None:
    """A browser cannot say who it is, that it is no bot, or what was paid."""
    assert problem_of({"name": "click", field: "x"}).field == field


@pytest.mark.parametrize("name", ["purchase", "refund", "review"])
def test_server_events_are_refused_from_a_browser(name: str) -> None:
    """Money is never believed from a browser."""
    error = problem_of({"name": name, "order_id": "1"})
    assert error.field == "name"
    assert "server" in error.problem


def test_an_unknown_name_gets_a_hint() -> None:
    """A misspelt name is answered with the near one, and with no list of all."""
    assert problem_of({"name": "clik"}).problem == "unknown event 'clik'. Did you mean 'click'?"


def test_an_event_name_of_the_shops_own_passes() -> None:
    """The shop's own names may be posted when it listed them."""
    names = EVENT_NAMES | {"wishlist": EventName("wishlist", "an event of the shop's own")}
    (event,) = parse_events(b'{"name":"wishlist"}', names=names, networks=NETWORKS)
    assert event.name == "wishlist"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"click", "not JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"name":"click","placement":"\xe9"}', "not UTF-8"),
        (b'{"name":"click","placement":"\xed\xa0\x80"}', "not UTF-8"),
        (b'\xef\xbb\xbf{"name":"click"}', "not JSON"),
        (b'{"name":"click"} {"name":"click"}', "not JSON"),
        (b'{"name":"click","props":{"a":NaN}}', "not JSON"),
        (b'{"name":"click","props":{"a":-Infinity}}', "not JSON"),
        (b'{"name":"click","props":{"a":' + b"9" * 5000 + b"}}", "not JSON"),
        (b'{"name":"click","props":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}", "nested too deeply"),
        (b"[" * 60_000, "nested too deeply"),
        (b"[]", "neither"),
        (b"null", "neither"),
        (b"3", "neither"),
        (b'"click"', "neither"),
        (b'["click"]', "[0]: is not an object"),
    ],
)
def test_what_is_no_event_at_all(body: bytes, words: str) -> None:
    """Bodies that are malformed, mis-encoded or something else are refused with the reason."""
    assert words in str(problem_of(body))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": ["click"]}, "name"),
        ({"name": {"a": 1}}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"nmae": "click"}, "nmae"),
        ({"id": "short"}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"id": "with space"}, "id"),
        ({"id": "12345678\n"}, "id"),
        ({"id": 12345678}, "id"),
        ({"product_id": 5}, "product_id"),
        ({"product_id": None}, "product_id"),
        ({"product_id": ["mug"]}, "product_id"),
        ({"product_id": "x" * 129}, "product_id"),
        ({"product_id": "a\x00b"}, "product_id"),
        ({"product_id": "a\nb"}, "product_id"),
        ({"product_id": "\ud800"}, "product_id"),
        ({"placement": True}, "placement"),
        ({"widget": "x" * 65}, "widget"),
        ({"network": "friendster"}, "network"),
        ({"network": "x\ud800"}, "network"),
        ({"network": 1}, "network"),
        ({"network": ["x"]}, "network"),
        ({"share_id": "with space"}, "share_id"),
        ({"share_id": "x" * 65}, "share_id"),
        ({"share_id": "abc\n"}, "share_id"),
        ({"parent_share_id": "<script>"}, "parent_share_id"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "data:text/html,x"}, "url"),
        ({"url": "/relative"}, "url"),
        ({"url": "//host/path"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://a@b@c/"}, "url"),
        ({"url": "https://host\\@evil/"}, "url"),
        ({"url": "https://shop.example/" + "x" * 2048}, "url"),
        ({"url": "https://shop.example/\ud800"}, "url"),
        ({"referrer": 5}, "referrer"),
        ({"referrer": "https://a/\x00"}, "referrer"),
        ({"at": 1}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-21T20:00:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": "9999-12-31T23:59:59-14:00"}, "at"),
        ({"props": []}, "props"),
        ({"props": "text"}, "props"),
        ({"props": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}, "props"),
        ({"props": {"a": [[[[[1]]]]]}}, "props"),
        ({"props": {"a": 2**53}}, "props"),
        ({"props": {"a": -(10**400)}}, "props"),
        ({"props": {"k" * 65: 1}}, "props"),
        ({"props": {"a\x00": 1}}, "props"),
        ({"props": {"a": "\x00"}}, "props"),
        ({"props": {"a": ["\udfff"]}}, "props"),
    ],
)
def test_each_field_is_checked(fields: dict[str, Any], field: str) -> None:
    """A field of the wrong type, form or size is named in the refusal."""
    assert problem_of({"name": "click"} | fields).field == field


@pytest.mark.parametrize("away", [timedelta(days=-2, minutes=-1), timedelta(minutes=6), timedelta(days=400)])
def test_a_time_out_of_bounds_is_refused(away: timedelta) -> None:
    """Two days ago at most, five minutes ahead at most."""
    assert problem_of({"name": "click", "at": (datetime.now(UTC) + away).isoformat()}).field == "at"


def test_a_number_too_large_for_a_float_is_refused() -> None:
    """1e400 is JSON, and infinity as a float: no store could keep it."""
    assert problem_of(b'{"name":"click","props":{"a":1e400}}').field == "props"


def test_the_reason_never_repeats_hostile_text_at_length() -> None:
    """A reason is short and on one line, whatever was sent."""
    for name in ("\n" * 5000, "<script>" * 500, "\ud800" * 500):
        reason = str(problem_of({"name": name}))
        assert len(reason) < 200
        assert "\n" not in reason
        reason.encode()


def test_the_place_in_the_list_is_named() -> None:
    """In a list, the reason says which event is at fault."""
    posted = [{"name": "click"}, {"name": "click"}, {"name": "click", "id": "x"}]
    assert problem_of(posted).field == "[2].id"


def test_one_fault_refuses_the_whole_list() -> None:
    """All or nothing: a list with one bad event keeps none."""
    with pytest.raises(EventError):
        parse([{"name": "click"}, {"name": "nothing"}])


def test_too_many_events_are_refused() -> None:
    """100 events pass, 101 do not."""
    assert len(parse([{"name": "click"}] * MAX_EVENTS)) == MAX_EVENTS
    assert problem_of([{"name": "click"}] * (MAX_EVENTS + 1)).field == "body"


def test_an_event_may_have_so_many_bytes() -> None:
    """An event over 16 KiB is refused alone and in a list; many small ones may be more together."""
    large = {"name": "click", "props": {"a": "é" * (MAX_EVENT_BYTES // 2)}}
    assert problem_of(large).field == "body"
    assert problem_of([{"name": "click"}, large]).field == "[1]"
    small = {"name": "click", "props": {"a": "x" * 1000}}
    assert len(parse([small] * 60)) == 60


def test_user_name_and_password_of_an_address_are_dropped() -> None:
    """Credentials in a URL are not kept, and nothing else of it changes."""
    (event,) = parse({"name": "click", "url": "https://ann:secret@shop.example:8443/p?x=@y#z@"})
    assert event.url == "https://shop.example:8443/p?x=@y#z@"


@pytest.mark.parametrize("referrer", ["android-app://com.example/", "about:blank", "javascript:alert(1)", ""])
def test_a_referrer_that_is_no_page_is_left_out(referrer: str) -> None:
    """Browsers name apps as referrers; that must not cost the visit."""
    (event,) = parse({"name": "visit", "referrer": referrer})
    assert event.referrer == ""


def test_a_very_long_referrer_is_cut() -> None:
    """A referrer beyond the limit is cut rather than the visit refused."""
    (event,) = parse({"name": "visit", "referrer": "https://a.example/" + "x" * 4_000})
    assert len(event.referrer) == 2_048


def test_a_visits_unknown_network_is_left_out() -> None:
    """utm_source is anybody's to change: a visit with a strange one counts, without it."""
    (event,) = parse({"name": "visit", "share_id": "abcdefghijkl", "network": "newsletter"})
    assert event.network == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
field_names = st.sampled_from(
    ["name", "id", "at", "url", "referrer", "network", "props", "share_id", "placement", "bot"]
)
hostile_events = st.dictionaries(field_names | st.text(max_size=5), json_values, max_size=6).map(
    lambda fields: {"name": "click"} | fields
)


def assert_parsed_or_refused(body: bytes) -> None:
    """A body gives events that every sink can write, or an :class:`EventError` with a short reason."""
    reason, events = "", []
    try:
        events = parse(body)
    except EventError as error:
        reason = str(error)
    assert bool(events) != bool(reason)
    assert len(events) <= MAX_EVENTS
    assert len(reason.encode()) < 500
    for event in events:
        assert Event.from_json(event.as_json().encode()) == event


@given(st.binary(max_size=400))
def test_any_bytes_are_parsed_or_refused(body: bytes) -> None:
    """No bytes raise anything but EventError."""
    assert_parsed_or_refused(body)


@given(hostile_events | st.lists(hostile_events, max_size=5) | json_values)
def test_any_json_is_parsed_or_refused(value: object) -> None:
    """No JSON value raises anything but EventError, and what passes survives being stored."""
    assert_parsed_or_refused(json.dumps(value).encode())


@given(st.text(max_size=60))
def test_any_text_in_any_field_is_parsed_or_refused(text: str) -> None:
    """Arbitrary text in each text field either passes as it is or is refused."""
    for field in ("product_id", "placement", "widget", "share_id", "url", "referrer", "network", "id", "at"):
        assert_parsed_or_refused(json.dumps({"name": "click", field: text}).encode())


def purchase(**fields: Any) -> Event:
    """A purchase as the kit makes it."""
    return Event(**({"name": "purchase", "order_id": "1001", "value": Money("39.80", "EUR")} | fields))


def test_an_event_of_the_shops_own_code_passes() -> None:
    """What the kit records itself is in order."""
    check_event(purchase(items=(Item(product_id="mug-1", quantity=2),)), EVENT_NAMES, NETWORKS)
    check_event(Event(name="review", product_id="mug-1", props={"stars": 5}), EVENT_NAMES, NETWORKS)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (Event(name="purchse"), "name"),
        (Event(name="click", id="short"), "id"),
        (Event(name="click", network="friendster"), "network"),
        (Event(name="click", product_id=5), "product_id"),  # type: ignore[arg-type]
        (Event(name="click", product_id="\ud800"), "product_id"),
        (Event(name="click", url="/p/mug"), "url"),
        (Event(name="click", url="https://ann:secret@shop.example/"), "url"),
        (Event(name="click", referrer="javascript:alert(1)"), "referrer"),
        (Event(name="click", share_id="a b"), "share_id"),
        (Event(name="click", visitor="\x00"), "visitor"),
        (Event(name="click", value="39.80"), "value"),  # type: ignore[arg-type]
        (Event(name="click", items=("mug",)), "items"),  # type: ignore[arg-type]
        (Event(name="click", props={"a": object()}), "props"),
        (Event(name="click", props={"a": float("nan")}), "props"),
        (Event(name="click", props={5: "a"}), "props"),  # type: ignore[dict-item]
        (Event(name="click", props={"a": "x" * MAX_EVENT_BYTES}), "event"),
        (purchase(order_id=""), "order_id"),
        (purchase(value=None), "value"),
        (purchase(value=Money("-1", "EUR")), "value"),
        (purchase(items=tuple(Item(product_id="x" * 100) for _ in range(200))), "event"),
    ],
)
def test_an_event_of_the_shops_own_code_is_checked(event: Event, field: str) -> None:
    """Mistakes in the shop's own calls are named by field before anything is kept."""
    with pytest.raises(EventError) as caught:
        check_event(event, EVENT_NAMES, NETWORKS)
    assert caught.value.field == field


def test_parts_of_a_query_are_cleaned() -> None:
    """A share id or address that has not the right form is as good as none."""
    assert clean_share_id("abcdefghijkl") == "abcdefghijkl"
    assert clean_share_id("a b") == clean_share_id("") == ""
    assert clean_url("https://a:b@shop.example/") == "https://shop.example/"
    assert clean_url("javascript:alert(1)") == ""


def test_a_browser_cannot_say_what_an_event_weighs():
    """Only the shop's own sampling says how many events one stands for; other properties pass."""
    body = json.dumps({"name": "impression", "props": {"weight": 1_000_000, "picture": "shelf"}}).encode()
    (event,) = parse_events(body, names=EVENT_NAMES, networks=frozenset())
    assert event.props == {"picture": "shelf"}
