"""Disks as they are: networked, full, read-only, locked by somebody else."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sharekit.exceptions import JournalError
from sharekit.pipeline import filesystems
from sharekit.pipeline.filesystems import network_type
from sharekit.pipeline.journal import Journal
from sharekit.pipeline.pipeline import drain, status_of
from sharekit.pipeline.segments import SegmentReader, segment_names
from sharekit.sinks.sqlite import SqliteSink

MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
22 21 0:40 / /srv rw - nfs4 server:/export rw,vers=4.2
23 22 8:17 / /srv/local rw - xfs /dev/sdb1 rw
24 21 0:41 / /mnt/with\\040space rw - cifs //nas/share rw
25 21 0:42 / /mnt/ssh rw - fuse.sshfs host:/home rw
26 21 0:43 / /mnt/c rw - 9p C:\\134 rw
27 21 0:44 / /over rw - tmpfs tmpfs rw
28 21 0:45 / /over rw - nfs server:/x rw
broken
"""


@pytest.fixture
def mounts(tmp_path, monkeypatch):
    """A function that makes the kernel's list of mounts read as told."""

    def set_mounts(text: str) -> None:
        path = tmp_path / "mounts"
        path.write_text(text)
        monkeypatch.setattr(filesystems, "MOUNTS", path)

    return set_mounts


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/shop", ""),
        ("/srv", "nfs4"),
        ("/srv/shop/data", "nfs4"),
        ("/srvother", ""),
        ("/srv/local/data", ""),
        ("/mnt/with space/x", "cifs"),
        ("/mnt/ssh/x", "fuse.sshfs"),
        ("/mnt/c/shop", "9p"),
        ("/over/x", "nfs"),
    ],
)
def test_the_file_system_of_a_directory(mounts, path, kind):
    """The nearest mount above a directory decides, the later of two on one place; made or not."""
    mounts(MOUNTS)
    assert network_type(Path(path)) == kind


def test_a_network_file_system_is_refused_with_advice(mounts, data_dir, make_pipeline, events):
    """Recording on one fails at once, says why and what to do, and makes nothing there; a setting allows it."""
    mounts(f"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n22 21 0:40 / {data_dir} rw - nfs4 server:/export rw\n")
    with pytest.raises(JournalError, match=r"nfs4.*data_dir.*networked_data_dir=True"):
        make_pipeline().record(events(1)[0])
    assert not data_dir.exists()
    pipeline = make_pipeline(networked=True)
    pipeline.record(events(1)[0])
    assert pipeline.flush(20)


def test_where_nobody_tells_recording_goes_on(monkeypatch, tmp_path, data_dir):
    """A system without a list of mounts is taken for a local disk."""
    monkeypatch.setattr(filesystems, "MOUNTS", tmp_path / "nothing")
    journal = Journal(data_dir)
    journal.append(["1"])
    journal.close()
    assert len(segment_names(data_dir)) == 1


@pytest.fixture
def small_disk(data_dir):
    """A file system of two megabytes at the data directory; unmounted afterwards."""
    data_dir.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(data_dir)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here ({done.stderr.strip()}); run it as root")
    yield data_dir
    subprocess.run(["umount", "-l", str(data_dir)], check=True)


@pytest.mark.parametrize("level", ["process", "disk"])
def test_a_full_file_system(small_disk, run_program, level):
    """What was acknowledged before and after is there, once; what was refused was told to free space."""
    done = run_program(f"""
        pipeline = make(level={level!r}, deliver=False)
        failed = 0
        for turn in range(800):
            if turn == 600:
                (DATA / "ballast").unlink()
            if turn == 50:
                (DATA / "ballast").write_bytes(bytes(700_000))
            event = Event(name="share", props={{"x": "y" * 2000}})
            try:
                pipeline.record(event)
            except JournalError as error:
                assert "Free disk space" in str(error), error
                failed += 1
            else:
                acknowledge(event)
        assert failed > 100, failed
        pipeline.close()
    """)
    acknowledged = done.stdout.split()
    assert len(acknowledged) > 100
    found = []
    for name in segment_names(small_disk / "journal"):
        with closing(SegmentReader(small_disk / "journal", name)) as reader:
            found += [json.loads(line)["id"] for line in reader.read(0, 10_000)]
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))


def test_delivery_on_a_full_file_system_goes_on_when_there_is_room(small_disk, run_program, stored_ids):
    """A store that cannot grow keeps the events waiting; with room again they are stored, each once."""
    done = run_program("""
        pipeline = make()
        pipeline.record(Event(name="share"))
        assert pipeline.flush(20)
        ballast = DATA / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        for _ in range(400):
            event = Event(name="share", props={"x": "y" * 1000})
            try:
                pipeline.record(event)
                acknowledge(event)
            except JournalError:
                break
        pipeline.flush(1)
        ballast.unlink()
        assert pipeline.flush(60), pipeline.status()
        assert pipeline.status().balanced
        pipeline.close()
    """)
    assert drain(small_disk, [SqliteSink(small_disk / "events.db")], 30)
    status = status_of(small_disk, ["sqlite"])
    assert status.balanced
    acknowledged = done.stdout.split()
    assert len(acknowledged) > 50
    assert set(acknowledged) <= set(stored_ids())
    assert len(stored_ids()) == len(set(stored_ids())) == status.sinks[0].delivered


def test_a_file_system_that_is_mounted_read_only(small_disk, run_program):
    """Also for root: each event is refused with advice, and when it is writable again recording goes on."""
    done = run_program("""
        import subprocess
        pipeline = make(MemorySink())
        pipeline.record(Event(name="share"))
        assert pipeline.flush(20)
        pipeline.close()
        pipeline = make(MemorySink())
        subprocess.run(["mount", "-o", "remount,ro", str(DATA)], check=True)
        for _ in range(3):
            try:
                pipeline.record(Event(name="share"))
                sys.exit("kept on a read-only file system")
            except JournalError as error:
                print(error, flush=True)
        subprocess.run(["mount", "-o", "remount,rw", str(DATA)], check=True)
        pipeline.record(Event(name="share"))
        assert pipeline.flush(20)
        pipeline.close()
    """)
    assert done.stdout.count("Make data_dir writable") == 3


LOCKING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def locked():
    """A function that has another process lock a database; it gives the process, which ends at a line."""
    started = []

    def lock(path: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", LOCKING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "locked\n"
        return process

    yield lock
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


def unlock(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()
    process.wait(20)


def test_a_journal_locked_by_another_process(make_pipeline, events, data_dir, locked, monkeypatch, stored_ids):
    """Recording is refused after a moment with the reason; afterwards it goes on, and nothing is lost or doubled."""
    monkeypatch.setattr("sharekit.pipeline.segment.BUSY_TIMEOUT", 0.05)
    pipeline = make_pipeline(deliver=False)
    first, second, third = events(3)
    pipeline.record(first)
    process = locked(data_dir / "journal" / f"{pipeline._journal.counts().segment}.db")
    with pytest.raises(JournalError, match="Another program holds the file"):
        pipeline.record(second)
    unlock(process)
    pipeline.record(third)
    pipeline.close()
    assert drain(data_dir, [SqliteSink(data_dir / "events.db")], 30)
    assert set(stored_ids()) - {second.id} == {first.id, third.id}
    assert len(stored_ids()) == len(set(stored_ids()))


@pytest.mark.parametrize("name", ["delivery.db", "events.db"])
def test_books_or_store_locked_by_another_process(make_pipeline, events, data_dir, locked, name, stored_ids, wait_for):
    """Recording goes on while delivery waits; when the file is free again all is delivered, each event once."""
    pipeline = make_pipeline()
    recorded = events(30)
    pipeline.record_many(recorded[:10])
    assert pipeline.flush(20)
    process = locked(data_dir / name)
    for event in recorded[10:]:
        pipeline.record(event)
    assert not pipeline.flush(0.3)
    unlock(process)
    wait_for(lambda: len(stored_ids()) == 30)
    assert pipeline.flush(30)
    assert sorted(stored_ids()) == sorted(event.id for event in recorded)
    assert pipeline.status().balanced


def test_mounts_of_this_machine_can_be_read():
    """The kernel's own list has the form that is expected."""
    if not filesystems.MOUNTS.exists():
        pytest.skip("no /proc here")
    assert filesystems.mounted_as(Path("/proc/sys")) == "proc"
