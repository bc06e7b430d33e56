"""The guarded page of metrics: who may read it, and that Prometheus can."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.pipeline.pipeline import drain
from sharekit.sinks.base import Result, Retry, Sink
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink
from sharekit.web.http import Request, Response

TOKEN = "a token of the test's own ünd more"


class Picky(Sink):
    """Rejects every event, under a name that needs escaping."""

    name = 'pi"ck\\y\nsink'

    def write(self, batch: Sequence[Event]) -> Result:
        return Result({event.id: "no" for event in batch})


class Down(Sink):
    """Is down for a day."""

    name = "down"

    def write(self, batch: Sequence[Event]) -> None:
        raise Retry("nobody there", after=86_400)


@pytest.fixture
def kit(make_kit: Callable[..., ShareKit]) -> ShareKit:
    """A kit with a token."""
    return make_kit(metrics_token=TOKEN)


@pytest.fixture
def busy_kit(make_kit: Callable[..., ShareKit]) -> ShareKit:
    """A kit with a token, and sinks in different states."""
    made = make_kit(metrics_token=TOKEN, sinks=[Picky(), Down(), "memory:?only=share"])
    for name in ("share", "like"):
        made.record(name)
    while (
        any(sink.pending for sink in made.status().sinks if sink.name != "down")
        or not made.status().sink("down").failures
    ):
        made.flush(0.01)
    return made


def get(kit: ShareKit, path: str = "/metrics", method: str = "GET", authorization: str = f"Bearer {TOKEN}") -> Response:
    """The answer to a request with this token."""
    headers = {"authorization": authorization} if authorization else {}
    return kit._web.handle(Request(method=method, path=path, headers=headers, host="shop.example"))


def test_prometheus_reads_the_numbers(busy_kit: ShareKit) -> None:
    """Every sink with lag, rates, errors, drops by reason and the law of its books, in words of the format."""
    answer = get(busy_kit)
    assert answer.status == 200
    assert dict(answer.headers)["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert dict(answer.headers)["cache-control"] == "no-store"
    found: dict[tuple[str, str, str], float] = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        assert family.documentation
        for sample in family.samples:
            label = sample.labels.get("reason") or sample.labels.get("state") or ""
            found[sample.name.removeprefix("sharekit_"), sample.labels.get("sink", ""), label] = sample.value
    for sink in busy_kit.status().sinks:
        name = sink.name
        assert found["books_balanced", name, ""] == 1
        dropped = sum(
            value for (metric, owner, _), value in found.items() if (metric, owner) == ("events_dropped_total", name)
        )
        parts = ("events_delivered_total", "events_rejected", "events_pending")
        assert found["events_recorded_total", name, ""] == dropped + sum(found[part, name, ""] for part in parts) == 2
        assert sum(found["delivery_circuit", name, state] for state in ("closed", "open", "half-open")) == 1
    assert found["events_rejected", 'pi"ck\\y\nsink', ""] == 2
    assert found["events_dropped_total", "memory", "only"] == 1
    assert found["delivery_errors_total", "down", ""] == found["delivery_failures", "down", ""] == 1
    assert found["delivery_wait_seconds", "down", ""] > 80_000
    assert found["delivery_lag_seconds", "down", ""] >= 0
    assert found["delivery_rate", "sqlite", ""] > 0
    assert found["delivering", "", ""] == 1
    assert found["journal_segments", "", ""] == 1


@pytest.mark.parametrize("path", ["/metrics", "/sharekit/metrics"])
def test_it_is_below_the_mount(kit: ShareKit, path: str) -> None:
    """Whether or not a server in front cut the mount off."""
    assert get(kit, path).status == 200
    assert get(kit, path, "HEAD").status == 200
    assert get(kit, path + "/x").status == 404


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer \udcff\x00"],
)
def test_nobody_else_may_read_it(kit: ShareKit, authorization: str) -> None:
    """401 with what is asked for, and not a number."""
    answer = get(kit, authorization=authorization)
    assert answer.status == 401
    assert dict(answer.headers)["www-authenticate"].startswith("Bearer")
    assert b"sharekit_" not in answer.body


def test_the_word_bearer_may_be_written_in_any_case(kit: ShareKit) -> None:
    """As schemes of HTTP are (RFC 9110, section 11.1)."""
    assert get(kit, authorization=f"bearer {TOKEN}").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_is_only_read(kit: ShareKit, method: str) -> None:
    """Other methods get 405."""
    answer = get(kit, method=method)
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "GET, HEAD")


def test_without_the_setting_there_is_no_such_page(make_kit: Callable[..., ShareKit]) -> None:
    """Also for an empty token."""
    for settings in ({}, {"metrics_token": ""}):
        made = make_kit(**settings)
        assert [get(made, authorization=text).status for text in ("", "Bearer ", "Bearer x")] == [404] * 3


def test_a_journal_that_cannot_be_read_is_no_fault_of_the_app(kit: ShareKit, monkeypatch: Any) -> None:
    """503, not a traceback."""

    def locked() -> str:
        raise sqlite3.OperationalError("locked")

    monkeypatch.setattr(kit._web.context, "metrics", locked)
    assert get(kit).status == 503


@pytest.mark.parametrize("token", ["short", 17, None])
def test_a_token_that_can_be_guessed_is_refused(make_kit: Callable[..., ShareKit], token: Any) -> None:
    """When the kit is made."""
    with pytest.raises(ConfigError, match="metrics_token"):
        make_kit(metrics_token=token)


def test_the_sinks_of_a_service_are_among_them(make_kit: Callable[..., ShareKit], tmp_path: Path) -> None:
    """An app that does not deliver knows the store alone; its page has every sink of the data directory."""
    app = make_kit(metrics_token=TOKEN, deliver=False)
    app.record("share")
    sinks = [SqliteSink(tmp_path / "sharekit-data" / "events.db"), MemorySink(name="service")]
    assert drain(tmp_path / "sharekit-data", sinks)
    assert [sink.name for sink in app.status().sinks] == ["sqlite"]
    text = get(app).body.decode()
    assert 'sharekit_events_delivered_total{sink="service"} 1' in text
    assert 'sharekit_events_delivered_total{sink="sqlite"} 1' in text
