"""The sinks jsonl and memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sharekit
from sharekit.events.model import Event
from sharekit.sinks.batch import Batch, decode, lines, records
from sharekit.sinks.jsonl import JsonlSink
from sharekit.sinks.memory import MemorySink


@pytest.fixture
def sink(tmp_path: Path):
    """A sink of lines, closed afterwards."""
    made = JsonlSink(tmp_path / "deep" / "events.jsonl")
    yield made
    made.close()


def some(count: int, **fields: object) -> list[Event]:
    """A number of events."""
    return [Event(name="share", product_id=f"{number} ü\n\u2028", **fields) for number in range(count)]


def read(path: Path) -> list[Event]:
    """The events in a file of lines."""
    return [Event.from_json(line) for line in path.read_bytes().split(b"\n")[:-1]]


def test_each_event_is_one_line(sink):
    """Line breaks within an event do not break its line, and text stays readable."""
    events = some(3)
    sink.write(events)
    assert read(sink.path) == events
    assert "ü".encode() in sink.path.read_bytes()


def test_a_repeated_batch_is_written_once(sink):
    """After a crash between writing and noting it, the batch comes again and is left out."""
    events = some(10)
    sink.write(events)
    sink.close()
    again = JsonlSink(sink.path)
    more = some(2)
    again.write([*events, *more])
    again.close()
    assert read(sink.path) == [*events, *more]


@pytest.mark.parametrize("torn", [b'{"schema":1,"id":"x', b"\xff\xfe", b"{", b"x" * 10_000])
def test_a_line_that_a_crash_cut_short_is_removed(sink, torn):
    """The file holds whole lines only, whatever the last one was when the power went."""
    events = some(4)
    sink.write(events)
    sink.close()
    with sink.path.open("ab") as file:
        file.write(torn)
    sink.write(more := some(1))
    assert read(sink.path) == [*events, *more]


def test_a_file_of_nothing_but_a_torn_line_starts_afresh(tmp_path: Path):
    """Also the very first line may be cut short."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"schema":1')
    sink = JsonlSink(path)
    sink.write(events := some(1))
    sink.close()
    assert read(path) == events


def test_a_rotated_file_is_followed_by_a_new_one(sink, tmp_path: Path):
    """Renaming the file, as log rotation does, begins a new one with the next batch."""
    first, second = some(2), some(2)
    sink.write(first)
    sink.path.rename(tmp_path / "old.jsonl")
    sink.write(second)
    assert read(tmp_path / "old.jsonl") == first
    assert read(sink.path) == second


def test_half_a_batch_is_taken_back(tmp_path: Path):
    """When the disk is full in the middle of a batch, none of it stays, and it can be written again."""
    source = str(Path(sharekit.__file__).parent.parent)
    path = tmp_path / "events.jsonl"
    code = f"""
import resource, sys; sys.path.insert(0, {source!r})
from sharekit.sinks.jsonl import JsonlSink; from sharekit.events.model import Event
sink = JsonlSink({str(path)!r})
sink.write([Event(name="share", id="first")])
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, {resource.RLIM_INFINITY}))
many = [Event(name="share", id=f"many-{{number}}") for number in range(100)]
try:
    sink.write(many)
    sys.exit("wrote beyond the limit")
except OSError:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, ({resource.RLIM_INFINITY}, {resource.RLIM_INFINITY}))
assert open({str(path)!r}).read().count("\\n") == 1
sink.write(many)
sink.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [event.id for event in read(path)] == ["first", *(f"many-{number}" for number in range(100))]


def test_check_names_a_file_that_cannot_be_written(tmp_path: Path):
    """Doctor gets a sentence, not an exception."""
    (tmp_path / "file").write_text("")
    assert str(tmp_path) in JsonlSink(tmp_path / "file" / "events.jsonl").check()
    fine = JsonlSink(tmp_path / "events.jsonl")
    assert fine.check() is None
    fine.close()


def test_memory_keeps_each_event_once_and_the_newest(tmp_path: Path):
    """The list is bounded, in order and without repetition."""
    sink = MemorySink(max_events=5)
    events = some(8)
    sink.write(events[:4])
    sink.write(events)
    assert sink.events == events[3:]
    assert list(sink) == sink.events
    assert len(sink) == 5
    assert sink.check() is None
    sink.clear()
    assert len(sink) == 0


def test_a_batch_is_a_sequence_of_events():
    """Whoever looks at a batch sees events, by index, slice, loop and length."""
    events = some(5)
    texts = [event.as_json() for event in events]
    batch = Batch(texts, decode(texts))
    assert list(batch) == events
    assert batch[1] == events[1]
    assert batch[1:3] == events[1:3]
    assert batch[-1] == events[-1]
    assert len(batch) == 5
    assert events[2] in batch
    assert list(lines(batch)) == texts == list(lines(events))
    assert list(records(batch)) == [event.as_dict() for event in events] == list(records(events))


texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=10),
    st.sampled_from(["[1", "2]", "1,2", "", " ", "]", "[", '"', "{}", "null", "1", '"a"', "[1,2]", "Infinity"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, max_size=6))
def test_decoding_many_texts_never_fails(given_texts):
    """Each text has one answer, its value or its error, whatever stands in the others."""
    found = decode(given_texts)
    assert len(found) == len(given_texts)
    try:
        expected = [json.loads(text) for text in given_texts]
    except ValueError:
        return
    assert found == expected
