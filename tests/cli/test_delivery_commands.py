"""The commands sinks and dead-letters, and deliver --replay, on a shop that runs and on one that does not."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sharekit import ShareKit
from sharekit.events.model import Event
from sharekit.pipeline.pipeline import status_of
from sharekit.sinks.base import Result, Sink
from sharekit.sinks.jsonl import JsonlSink
from sharekit.sinks.memory import MemorySink

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = (sys.executable, "-m", "sharekit")


class PickySink(Sink):
    """Rejects all events of one product."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.odd = "mug-2"

    def write(self, batch: Sequence[Event]) -> Result:
        self.taken += [event.id for event in batch if event.product_id != self.odd]
        return Result({event.id: "no such \x1b[31mproduct" for event in batch if event.product_id == self.odd})


@pytest.fixture
def picky_shop(make_kit: Callable[..., ShareKit]) -> tuple[ShareKit, PickySink]:
    """A shop that runs, two of whose five events a sink refused."""
    sink = PickySink()
    kit = make_kit(sinks=[sink])
    for product in ("mug-1", "mug-2", "mug-3", "mug-2", "mug-4"):
        kit.record("like", product_id=product)
    assert kit.flush()
    return kit, sink


def test_dead_letters_are_listed_and_exported(run: Run, picky_shop: tuple[ShareKit, PickySink]) -> None:
    """With sink, id and reason, nothing of which can steer a terminal; the export has the event."""
    answer = run("dead-letters", "list")
    assert answer.returncode == 0
    lines = answer.stdout.splitlines()
    assert len(lines) == 2
    assert all("picky" in line and "no such \ufffd[31mproduct" in line for line in lines)
    exported = [json.loads(line) for line in run("dead-letters", "export", "--sink", "picky").stdout.splitlines()]
    assert [row["event"]["product_id"] for row in exported] == ["mug-2", "mug-2"]
    assert [row["event"]["id"] for row in exported] == [row["id"] for row in exported]
    assert run("dead-letters", "list", "--reason", "something else").stdout == "There are no dead letters.\n"


def test_dead_letters_are_tried_again_by_the_running_shop(run: Run, picky_shop: tuple[ShareKit, PickySink]) -> None:
    """What was put right meanwhile is delivered, and the books add up."""
    kit, sink = picky_shop
    sink.odd = ""
    answer = run("dead-letters", "retry", "--sink", "picky", "--reason", "No Such")
    assert (answer.returncode, answer.stdout) == (0, "2 dead letters are pending again.\n")
    assert kit.flush()
    while kit.status().sink("picky").pending:
        assert kit.status().balanced
    books = kit.status().sink("picky")
    assert (books.delivered, books.rejected) == (5, 0)
    assert len(sink.taken) == 5


def test_dead_letters_are_dropped_when_it_is_said_which(run: Run, picky_shop: tuple[ShareKit, PickySink]) -> None:
    """A slip must not cost all of them."""
    kit, _ = picky_shop
    refused = run("dead-letters", "drop")
    assert refused.returncode == 2
    assert "--all" in refused.stderr
    id_ = json.loads(run("dead-letters", "export").stdout.splitlines()[0])["id"]
    assert run("dead-letters", "drop", "--id", id_).stdout.startswith("1 dead letters are given up")
    assert run("dead-letters", "drop", "--all").stdout.startswith("1 dead letters are given up")
    books = kit.status().sink("picky")
    assert (books.rejected, books.dropped, books.balanced) == (0, {"dead_letter": 2}, True)


def test_dead_letters_that_nobody_would_deliver_are_told(
    run: Run, picky_shop: tuple[ShareKit, PickySink], environment: dict[str, str]
) -> None:
    """While the shop runs they need nothing more; afterwards the command says what they wait for."""
    kit, _ = picky_shop
    assert "note:" not in run("dead-letters", "retry").stderr
    assert kit.flush()
    kit.close()
    answer = run("dead-letters", "retry")
    assert "nobody delivers now" in answer.stderr
    assert "sharekit-web deliver --once" in answer.stderr
    looked = run("doctor").stdout
    assert "nobody delivers" not in looked  # for so short a time


def test_once_does_not_call_a_paused_sink_complete(run: Run, make_kit: Callable[..., ShareKit]) -> None:
    """Its events wait, so the command says so, and how to go on."""
    kit = make_kit(sinks=["jsonl:events.jsonl"])
    kit.record("like", product_id="mug-1")
    assert kit.flush()
    run("sinks", "pause", "jsonl", SHAREKIT_SINKS="jsonl:events.jsonl")
    kit.record("like", product_id="mug-2")
    kit.close()
    answer = run("deliver", "--once", SHAREKIT_SINKS="jsonl:events.jsonl")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "jsonl: 1 events are still to be delivered. It is paused" in answer.stderr
    assert "sharekit-web sinks resume jsonl" in answer.stderr
    run("sinks", "resume", "jsonl", SHAREKIT_SINKS="jsonl:events.jsonl")
    assert run("deliver", "--once", SHAREKIT_SINKS="jsonl:events.jsonl").returncode == 0


def test_a_sink_is_paused_and_resumed(run: Run, make_kit: Callable[..., ShareKit]) -> None:
    """While the shop runs; the list tells, and so does doctor."""
    held = MemorySink(name="held")
    kit = make_kit(sinks=[held])
    kit.record("like")
    assert kit.flush()
    assert run("sinks", "pause", "held").returncode == 0
    kit.record("like")
    assert not kit.flush(0.3)
    listed = run("sinks", "list").stdout.splitlines()
    assert [line.split()[:4] for line in listed[1:]] == [["held", "paused", "1", "1"], ["sqlite", "ok", "2", "0"]]
    assert "sharekit-web sinks resume held" in run("doctor").stdout
    assert run("sinks", "resume", "held").returncode == 0
    assert kit.flush()
    assert len(held) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sinks", "pause", "hold"), "unknown sink 'hold'. Did you mean 'held'?"),
        (("sinks", "pause"), "name the sink"),
        (("sinks", "list", "held"), "leave the name out"),
        (("sinks", "paus", "held"), "Did you mean 'pause'"),
        (("dead-letters", "lst"), "Did you mean 'list'"),
        (("dead-letters", "retry", "--sink", "hold"), "unknown sink 'hold'. Did you mean 'held'?"),
        (("deliver", "--replay", "held"), "--since DATE"),
        (("deliver", "--replay", "held", "--since", "yesterday"), "is not a date"),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, make_kit: Callable[..., ShareKit], arguments: tuple[str, ...], message: str
) -> None:
    """Exit code 2, and a hint."""
    kit = make_kit(sinks=[MemorySink(name="held")])
    kit.record("like")
    assert kit.flush()
    answer = run(*arguments)
    assert answer.returncode == 2
    assert message in answer.stderr


@pytest.mark.parametrize("command", [("sinks", "list"), ("dead-letters", "list")])
def test_without_data_there_is_nothing_to_look_at(run: Run, command: tuple[str, ...]) -> None:
    """And nothing is made."""
    answer = run(*command)
    assert answer.returncode == 1
    assert "--data DIR" in answer.stderr


def test_history_goes_to_a_sink_of_the_environment(run: Run, shop: ShareKit) -> None:
    """Nobody delivers, so the command does, until the sink has what happened since the date."""
    folder = shop.settings.data_dir
    shop.close()
    answer = run("deliver", "--replay", "copy", "--since", "2020-01-01", SHAREKIT_SINKS="jsonl:copy.jsonl?name=copy")
    assert (answer.returncode, answer.stdout, answer.stderr) == (
        0, "4 events of the past are delivered to copy.\n", "",
    )  # fmt: skip
    names = [json.loads(line)["name"] for line in (folder / "copy.jsonl").read_text().splitlines()]
    assert names == ["impression", "click", "share", "purchase"]
    status = status_of(folder)
    assert status.balanced
    assert (status.sink("copy").recorded, status.sink("copy").delivered) == (4, 4)
    later = run("deliver", "--replay", "copy", "--since", "2999-01-01", SHAREKIT_SINKS="jsonl:copy.jsonl?name=copy")
    assert later.stdout == "0 events of the past are delivered to copy.\n"


def test_history_goes_through_a_shop_that_runs(run: Run, make_kit: Callable[..., ShareKit], tmp_path: Path) -> None:
    """The shop delivers it to its own sink, of which the command knows the name alone."""
    kit = make_kit()
    for number in range(30):
        kit.record("like", product_id=f"mug-{number}")
    assert kit.flush()
    kit.close()
    late = JsonlSink(tmp_path / "late.jsonl", name="late")
    again = make_kit(sinks=[late])
    again.record("like", product_id="new")
    assert again.flush()
    answer = run("deliver", "--replay", "late", "--since", "2020-01-01")
    # The sink is known since its first delivery, a moment after the event that woke the deliverer.
    assert answer.stdout in {f"{count} events of the past are delivered to late.\n" for count in (30, 31)}
    products = [json.loads(line)["product_id"] for line in (tmp_path / "late.jsonl").read_text().splitlines()]
    assert products == ["new", *(f"mug-{number}" for number in range(30))]
    unknown = run("deliver", "--replay", "lte", "--since", "2020-01-01", SHAREKIT_SINKS="jsonl:x.jsonl?name=lte")
    assert unknown.returncode == 2
    assert "has no sink 'lte'" in unknown.stderr
    again.close()
    nobody = run("deliver", "--replay", "late", "--since", "2020-01-01")
    assert nobody.returncode == 2
    assert "nobody delivers to 'late'" in nobody.stderr


def test_history_shows_how_far_it_is_on_a_terminal(shop: ShareKit, environment: dict[str, str]) -> None:
    """A bar, drawn anew on its line."""
    shop.close()
    folder = shop.settings.data_dir
    ours, theirs = pty.openpty()
    try:
        command = [*COMMAND, "deliver", "--data", str(folder), "--replay", "copy", "--since", "2020-01-01"]
        settings = environment | {"SHAREKIT_SINKS": "jsonl:copy.jsonl?name=copy", "COLUMNS": "60"}
        done = subprocess.run(command, env=settings, stderr=theirs, stdout=subprocess.PIPE, timeout=60, check=True)
        drawn = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"4 events of the past" in done.stdout
    assert drawn.endswith("] 4 of 4 (100 %)\r\n")
    assert max(map(len, drawn.split("\r"))) <= 60
