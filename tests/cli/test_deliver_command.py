"""The command deliver: a service that stops when told, and a run to the end."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit import ShareKit
from sharekit.pipeline.pipeline import status_of

Run = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]


def wait_for(true: Callable[[], bool]) -> None:
    """Until it is true, or half a minute is over."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def delivered(folder: Path) -> int:
    """Events that the store has by the books."""
    return sum(sink.delivered for sink in status_of(folder).sinks if sink.name == "sqlite")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_delivers_until_a_signal(
    start: Start, make_kit: Callable[..., ShareKit], tmp_path: Path, number: signal.Signals
) -> None:
    """Also when the data directory comes later than the service; it ends with exit code 0."""
    folder = tmp_path / "sharekit-data"
    with start("deliver") as process:
        assert process.stderr is not None
        assert "as soon as it is there" in process.stderr.readline()
        kit = make_kit(deliver=False)
        kit.record("share", network="x")
        wait_for(lambda: delivered(folder) == 1)
        kit.record("share", network="email")
        wait_for(lambda: delivered(folder) == 2)
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        assert "Traceback" not in process.stderr.read()
    assert status_of(folder).balanced


def test_once_delivers_and_ends(run: Run, leave_behind: Callable[[], Path]) -> None:
    """To the store and to the sinks of the environment; what every sink has leaves the journal."""
    folder = leave_behind()
    answer = run("deliver", "--once", SHAREKIT_SINKS="jsonl:events.jsonl")
    assert (answer.returncode, answer.stdout) == (0, "Every recorded event is delivered to sqlite, jsonl.\n")
    assert '"network":"telegram"' in (folder / "events.jsonl").read_text()
    assert list((folder / "journal").glob("*.db")) == []


def test_once_says_what_is_left(run: Run, leave_behind: Callable[[], Path]) -> None:
    """A sink that cannot be written keeps its events pending; exit code 1, and its own words."""
    folder = leave_behind()
    (folder / "blocked").mkdir()
    answer = run("deliver", "--once", "--timeout", "1", SHAREKIT_SINKS="jsonl:blocked")
    assert answer.returncode == 1
    assert "jsonl: 1 events are still to be delivered" in answer.stderr
    assert "Its last error: IsADirectoryError" in answer.stderr
    assert str(folder / "blocked") in answer.stderr
    assert "Traceback" not in answer.stderr
    assert delivered(folder) == 1


def test_once_needs_a_directory(run: Run) -> None:
    """A service may wait for it, a run to the end may not."""
    answer = run("deliver", "--once")
    assert answer.returncode == 2
    assert "does not exist" in answer.stderr


def test_it_does_not_drop_the_events_of_a_sink_it_was_not_given(run: Run, leave_behind: Callable[[], Path]) -> None:
    """A forgotten setting must not lose events; giving a sink up has to be said."""
    folder = leave_behind()
    (folder / "blocked").mkdir()
    run("deliver", "--once", "--timeout", "0.5", SHAREKIT_SINKS="jsonl:blocked")
    refused = run("deliver", "--once")
    assert refused.returncode == 2
    assert "wait for the sink 'jsonl'" in refused.stderr
    assert "SHAREKIT_SINKS" in refused.stderr
    assert run("deliver", "--once", "--forget", "jsonl").returncode == 0
    books = status_of(folder)
    assert books.sink("jsonl").dropped == {"sink_removed": 1}
    assert books.balanced


def test_two_sinks_of_one_name_are_refused(run: Run) -> None:
    """Their positions could not be told apart."""
    answer = run("deliver", "--once", SHAREKIT_SINKS="jsonl:a.jsonl,jsonl:b.jsonl")
    assert answer.returncode == 2
    assert "two are named 'jsonl'" in answer.stderr
