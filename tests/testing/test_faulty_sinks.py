"""The contract catches what sinks do wrong: each of these has one fault, and fails where it should."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SINKS = """
import json
from sharekit.sinks.base import Result, Sink
from sharekit.sinks.memory import MemorySink
from sharekit.testing import SinkContract


class Place(SinkContract):
    def setup_method(self):
        self.rows = []

    def make_sink(self):
        return self.kind(self.rows)

    def read_back(self):
        return {row["id"]: row for row in self.rows}

    def count_back(self):
        return len(self.rows)


class Right(Sink):
    name = "right"
    max_batch = 20

    def __init__(self, rows):
        self.rows = rows

    def write(self, batch):
        known = {row["id"] for row in self.rows}
        self.rows += [event.as_dict() for event in self.order(batch) if event.id not in known]

    def order(self, batch):
        return batch


class Shuffles(Right):
    def order(self, batch):
        return sorted(batch, key=lambda event: event.id[::-1])


class Doubles(Right):
    def write(self, batch):
        self.rows += [event.as_dict() for event in batch]


class Mangles(Right):
    def order(self, batch):
        for event in batch:
            event.product_id.encode("latin-1")
        return batch


class Trims(Right):
    def write(self, batch):
        super().write(batch)
        for row in self.rows:
            row["product_id"] = row.get("product_id", "").strip()


class Boasts(Right):
    def write(self, batch):
        super().write(batch)
        return len(batch)


class Hoards(Right):
    def __init__(self, rows):
        super().__init__(rows)
        self.buffer = []

    def write(self, batch):
        self.buffer += batch
        if len(self.buffer) >= 4:
            super().write(self.buffer)
            self.buffer = []


class Shrinks(Right):
    def order(self, batch):
        return batch[:10]


class Hurries(Right):
    def __init__(self, rows):
        super().__init__(rows)
        self.rows.append({"id": "hello"})


class Confines(Right):
    def __init__(self, rows):
        import threading
        super().__init__(rows)
        self.thread = threading.current_thread()

    def order(self, batch):
        import threading
        if threading.current_thread() is not self.thread:
            raise RuntimeError("another thread")
        return batch


class Complains(Right):
    def check(self):
        return "something is wrong."


class Greedy(Right):
    def order(self, batch):
        if any(len(event.as_json()) > 10_000 for event in batch):
            raise ValueError("too large")
        return batch


for kind in (Right, Shuffles, Doubles, Mangles, Trims, Boasts, Hoards, Shrinks, Hurries, Confines, Complains, Greedy):
    globals()[f"Test{kind.__name__}"] = type(f"Test{kind.__name__}", (Place,), {"kind": kind})
"""
CAUGHT = {
    "Right": set(),
    "Shuffles": {"test_batches_arrive_in_order"},
    "Doubles": {"test_duplicates_arrive_once", "test_delivery_repeats_what_failed"},
    "Mangles": {"test_any_text_arrives_as_it_is"},
    "Trims": {"test_any_text_arrives_as_it_is"},
    "Boasts": {"test_events_arrive"},
    "Hoards": {"test_events_arrive", "test_what_was_written_is_there_after_close"},
    "Shrinks": {"test_batches_arrive_in_order"},
    "Hurries": {"test_it_opens_nothing_when_it_is_made"},
    "Confines": {"test_it_may_be_written_from_any_thread"},
    "Complains": {"test_check_says_nothing_when_all_is_well"},
    "Greedy": {"test_a_large_event_is_taken_or_rejected_by_name"},
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Names of the failed tests of each sink."""
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "test_sinks.py").write_text(SINKS)
    paths = [str(Path(part).resolve()) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    # A sink that never takes anything is delivered to until the time is over: that of two is enough.
    chosen = ["-k", "not delivery or Doubles or Right", "-p", "no:randomly", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rf", *chosen]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    found: dict[str, set[str]] = {kind: set() for kind in CAUGHT}
    for kind, test in re.findall(r"^FAILED \S+::Test(\w+)::(\w+)", done.stdout, re.MULTILINE):
        found[kind].add(test)
    assert any(found.values()), done.stdout
    return found


@pytest.mark.parametrize("kind", CAUGHT)
def test_each_fault_is_caught(failed: dict[str, set[str]], kind: str) -> None:
    """By the test that says what is wrong; a sink without fault passes them all."""
    assert failed[kind] >= CAUGHT[kind]
    assert bool(failed[kind]) is bool(CAUGHT[kind])
