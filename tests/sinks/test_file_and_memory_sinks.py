"""The sinks jsonl and memory."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sharekit
from sharekit.events.model import Event
from sharekit.exceptions import ConfigError
from sharekit.sinks.batch import Batch, decode, lines, records
from sharekit.sinks.jsonl import JsonlSink
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.registry import make_sink
from sharekit.sinks.rotation import Rotation


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


def everything(path: Path) -> list[str]:
    """Ids in the old files and the one at hand, in order."""
    ids = []
    for one in [*Rotation().aside(path), path]:
        data = gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes()
        ids += [json.loads(line)["id"] for line in data.decode().split("\n")[:-1]]
    return ids


def test_a_file_makes_way_by_size(tmp_path: Path) -> None:
    """No file is larger than asked, nothing is lost or twice, old ones are compressed, and a new object goes on."""
    path = tmp_path / "events.jsonl"
    url = f"jsonl://{path}?rotate=2kB&gzip=yes"
    written = []
    for _ in range(3):
        sink = make_sink(url, data_dir=tmp_path, timezone=ZoneInfo("UTC"))
        for _ in range(10):
            batch = [Event(name="share", product_id="mug") for _ in range(3)]
            sink.write(batch)
            sink.write(batch)  # as after a crash
            written += [event.id for event in batch]
        sink.close()
    old = Rotation().aside(path)
    assert len(old) >= 5
    assert all(one.suffix == ".gz" and len(gzip.decompress(one.read_bytes())) <= 2_000 for one in old)
    assert everything(path) == written
    assert {one.suffix for one in tmp_path.iterdir()} == {".jsonl", ".gz"}


def test_old_files_go_and_others_stay(tmp_path: Path) -> None:
    """Only what this sink put aside is counted and removed; what a dead process left half done is finished."""
    path = tmp_path / "events.jsonl"
    (tmp_path / "events-notes.jsonl").write_text("mine")
    left = tmp_path / "events-20250101T000000.000000Z.jsonl"
    left.write_text("{}\n")
    (tmp_path / f"{left.name}.gz.part").write_bytes(b"half")
    sink = JsonlSink(path, rotation=Rotation(size=300, keep=2, compress=True))
    for _ in range(6):
        sink.write([Event(name="share")])
        sink.write([Event(name="share")])
    sink.close()
    assert len(Rotation().aside(path)) == 2
    assert not left.exists()
    assert (tmp_path / "events-notes.jsonl").read_text() == "mine"


def test_a_file_makes_way_by_time(tmp_path: Path) -> None:
    """What was last written to on another day is put aside before the next batch, and an empty file is not."""
    path = tmp_path / "events.jsonl"
    sink = JsonlSink(path, rotation=Rotation(every="day"))
    first, second = Event(name="share"), Event(name="share")
    sink.write([first])
    yesterday = time.time() - 86_400
    os.utime(path, (yesterday, yesterday))
    sink.write([second])
    sink.close()
    assert everything(path) == [first.id, second.id]
    [old] = Rotation().aside(path)
    assert first.id in old.read_text()
    path.write_bytes(b"")
    os.utime(path, (yesterday, yesterday))
    assert not Rotation(every="day").due(path, 10)


@pytest.mark.parametrize(
    "options", ["rotate=0", "rotate=many", "every=week", "keep=2", "gzip=yes", "rotate=1GB&keep=0"]
)
def test_rules_that_cannot_work_are_refused(options: str, tmp_path: Path) -> None:
    """With what to write instead."""
    with pytest.raises(ConfigError):
        make_sink(f"jsonl:events.jsonl?{options}", data_dir=tmp_path, timezone=ZoneInfo("UTC"))
