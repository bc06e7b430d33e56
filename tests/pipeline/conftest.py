"""What the tests of the pipeline share: events, pipelines that are closed, programs in a process of their own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import sharekit
from sharekit.events.model import Event
from sharekit.pipeline.pipeline import Pipeline
from sharekit.sinks.base import Result, Sink
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink, SqliteStore

SOURCE = Path(sharekit.__file__).parent.parent


def durability_of(name: str) -> str:
    """Purchases on the disk, likes in memory, all others in the process's journal."""
    return {"purchase": "disk", "like": "memory"}.get(name, "process")


class FickleSink(MemorySink):
    """A memory sink that can be told to fail, to dawdle, or to refuse some events.

    Parameters:
        name: the sink's.
        refuse: events for which ``write`` raises.
        reject: events that it names in its result, with the reason.
    """

    def __init__(
        self,
        name: str = "fickle",
        *,
        refuse: Callable[[Event], bool] = lambda event: False,
        reject: Callable[[Event], str] = lambda event: "",
    ) -> None:
        super().__init__(name=name)
        self.down: BaseException | None = None
        self.delay = 0.0
        self.refuse = refuse
        self.reject = reject
        self.batches: list[int] = []
        self.order: list[str] = []
        self.closed = 0

    def write(self, batch: Sequence[Event]) -> Result | None:  # type: ignore[override]
        self.batches.append(len(batch))
        time.sleep(self.delay)
        if self.down is not None:
            raise self.down
        if any(self.refuse(event) for event in batch):
            raise ValueError("this batch cannot be read")
        rejected = {event.id: self.reject(event) for event in batch if self.reject(event)}
        taken = [event for event in batch if event.id not in rejected]
        self.order += [event.id for event in taken]
        super().write(taken)
        return Result(rejected=rejected) if rejected else None

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def events() -> Callable[..., list[Event]]:
    """A function that makes a number of events."""

    def make(count: int, name: str = "share", **fields: Any) -> list[Event]:
        return [Event(name=name, product_id=f"p-{number}", network="whatsapp", **fields) for number in range(count)]

    return make


@pytest.fixture
def make_pipeline(data_dir: Path) -> Iterator[Callable[..., Pipeline]]:
    """A function that makes pipelines on the data directory; they are closed afterwards."""
    made: list[Pipeline] = []

    def make(*sinks: Sink, **settings: Any) -> Pipeline:
        where = settings.pop("data_dir", data_dir)
        chosen = sinks or (SqliteSink(where / "events.db"),)
        settings = {"durability_of": durability_of} | settings
        made.append(Pipeline(where, chosen, **settings))
        return made[-1]

    yield make
    for pipeline in made:
        pipeline.close(0.2)


@pytest.fixture
def fickle_sink() -> type[FickleSink]:
    """The class of sinks that can be told to fail."""
    return FickleSink


@pytest.fixture
def stored_ids(data_dir: Path) -> Callable[[], list[str]]:
    """A function that reads the ids in ``events.db``, in the order they were stored."""

    def read() -> list[str]:
        rows = SqliteStore(data_dir / "events.db").query("SELECT id FROM events ORDER BY rowid")
        return [str(row[0]) for row in rows]

    return read


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """A function that waits until something is so, and fails when it never is."""

    def wait(condition: Callable[[], bool], timeout: float = 30.0) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, "it never came to pass"
            time.sleep(0.005)

    return wait


@pytest.fixture
def run_program(data_dir: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function that runs Python source in a process of its own, with ``DATA`` as the data directory."""

    def run(source: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(program(source, data_dir, *arguments), capture_output=True, text=True, timeout=120)
        if check:
            assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture
def start_program(data_dir: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """A function that starts Python source in a process of its own; what still runs afterwards is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                program(source, data_dir, *arguments), stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stdin):
            if stream is not None:
                stream.close()


PRELUDE = """
import os, signal, sys, threading, time
from pathlib import Path
sys.path.insert(0, {source!r})
DATA = Path({data!r})
from sharekit.events.model import Event
from sharekit.exceptions import JournalError
from sharekit.pipeline.pipeline import Pipeline, drain
from sharekit.sinks.base import Sink
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.sqlite import SqliteSink

def make(*sinks, level="process", **settings):
    return Pipeline(DATA, sinks or (SqliteSink(DATA / "events.db"),), durability_of=lambda name: level, **settings)

def acknowledge(event):
    os.write(1, (event.id + "\\n").encode())
"""


def program(source: str, data: Path, *arguments: str) -> list[str]:
    """The command line that runs Python source after the prelude."""
    text = PRELUDE.format(source=str(SOURCE), data=str(data)) + textwrap.dedent(source)
    return [sys.executable, "-c", text, *arguments]


@pytest.fixture
def threads() -> Callable[[int, Callable[[int], None]], None]:
    """A function that runs another in several threads, and raises what one of them raised."""

    def run(count: int, work: Callable[[int], None]) -> None:
        errors: list[BaseException] = []

        def guarded(number: int) -> None:
            try:
                work(number)
            except BaseException as error:
                errors.append(error)

        started = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        if errors:
            raise errors[0]

    return run
