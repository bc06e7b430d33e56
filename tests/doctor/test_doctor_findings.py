"""Each check of the doctor, on what it is there to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from sharekit.config import Settings
from sharekit.doctor.books import balance, ledger_size, troubles
from sharekit.doctor.directory import file_system, free_space
from sharekit.doctor.finding import Finding
from sharekit.doctor.installation import examine_settings, import_name, sqlite_version
from sharekit.doctor.sinks import examine_sinks
from sharekit.pipeline.filesystems import NETWORK_FILE_SYSTEMS, mounted_as
from sharekit.pipeline.status import SinkStatus
from sharekit.sinks.memory import MemorySink


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ((3, 7, 15), "FAIL"),
        ((3, 24, 0), "FAIL"),
        ((3, 25, 0), "WARN"),
        ((3, 40, 1), "WARN"),
        ((3, 44, 5), "WARN"),
        ((3, 44, 6), "OK"),
        ((3, 45, 0), "WARN"),
        ((3, 50, 6), "WARN"),
        ((3, 50, 7), "OK"),
        ((3, 51, 2), "WARN"),
        ((3, 51, 3), "OK"),
        ((3, 52, 0), "OK"),
        ((4, 0, 0), "OK"),
    ],
)
def test_the_wal_reset_bug_is_known_by_version(version: tuple[int, ...], verdict: str) -> None:
    """Mended in 3.51.3, and in two older series; before 3.25 reports cannot be made at all."""
    finding = sqlite_version(version)
    assert finding.verdict == verdict
    assert ".".join(map(str, version)) in finding.message


def test_two_owners_of_the_import_name_are_found() -> None:
    """Another distribution overwrites files; the finding says how to get out of it."""
    finding = import_name({"sharekit-web", "sharekit"})
    assert finding.verdict == "FAIL"
    assert "pip uninstall sharekit sharekit-web" in finding.message
    assert import_name({"sharekit"}).verdict == "FAIL"
    assert import_name({"sharekit-web"}).verdict == "OK"
    assert import_name(set()).verdict == "OK"


MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
23 22 0:21 / /proc rw - proc proc rw
40 22 0:40 / /srv rw,relatime - nfs4 server:/export rw,vers=4.2
41 40 8:2 / /srv/local\040disk rw - xfs /dev/sdb1 rw
42 22 0:50 / /mnt/bucket rw - fuse.s3fs s3fs rw
43 22 0:60 / /twice rw - nfs server:/a rw
44 22 8:3 / /twice rw master:2 propagate_from:1 - ext4 /dev/sdc1 rw
broken line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/home/shop/sharekit-data", "ext4"),
        ("/srv", "nfs4"),
        ("/srv/shop/sharekit-data", "nfs4"),
        ("/srv/local disk/data", "xfs"),
        ("/srvx", "ext4"),
        ("/mnt/bucket/data", "fuse.s3fs"),
        ("/twice/data", "ext4"),
    ],
)
def test_the_mount_of_a_folder_is_the_nearest_above_it(tmp_path: Path, folder: str, kind: str) -> None:
    """By whole names, with the kernel's escapes, and of two at one place the later."""
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    assert mounted_as(Path(folder), table) == kind


def test_without_a_table_of_mounts_nothing_is_claimed(tmp_path: Path) -> None:
    """Not every system has one."""
    assert mounted_as(Path("/"), tmp_path / "nowhere") == ""
    assert file_system(Path("/data"), "").verdict == "WARN"


def test_this_machines_own_table_can_be_read(tmp_path: Path) -> None:
    """The test's folder is on something."""
    assert mounted_as(tmp_path.resolve()) != ""


@pytest.mark.parametrize("kind", sorted(NETWORK_FILE_SYSTEMS))
def test_network_file_systems_fail(kind: str) -> None:
    """The write-ahead log cannot work there."""
    assert file_system(Path("/data"), kind).verdict == "FAIL"


@pytest.mark.parametrize(("kind", "verdict"), [("ext4", "OK"), ("overlay", "OK"), ("tmpfs", "OK"), ("fuse.x", "WARN")])
def test_other_file_systems(kind: str, verdict: str) -> None:
    """Local ones are fine; what runs in user space may be anything."""
    assert file_system(Path("/data"), kind).verdict == verdict


@pytest.mark.parametrize(("free", "verdict"), [(0, "FAIL"), (50 * 2**20, "WARN"), (2**30, "OK")])
def test_room_on_the_disk(free: int, verdict: str) -> None:
    """The journal grows while a sink is down."""
    assert free_space(free).verdict == verdict


def books(**numbers: object) -> SinkStatus:
    """The books of a sink, all in order unless said otherwise."""
    fields = {"recorded": 0, "delivered": 0, "rejected": 0, "dropped": {}, "pending": 0, "lag": 0.0, "failures": 0}
    return SinkStatus(name="sqlite", **({"error": ""} | fields | numbers))  # type: ignore[arg-type]


def test_conservation_is_shown_with_its_numbers() -> None:
    """recorded = delivered + rejected + dropped by reason + pending."""
    finding = balance(
        books(recorded=1_010, delivered=1_000, rejected=1, dropped={"gpc": 4, "memory_full": 2}, pending=3)
    )
    assert finding.verdict == "OK"
    assert finding.message == (
        "1,010 recorded = 1,000 delivered + 1 rejected + 6 dropped (gpc 4, memory_full 2) + 3 pending"
    )


def test_a_missing_event_is_a_fault() -> None:
    """With both sides of the sum that does not come out."""
    finding = balance(books(recorded=10, delivered=8))
    assert finding.verdict == "FAIL"
    assert "10 recorded, but 8 delivered" in finding.message
    assert "make 8" in finding.message


def told(sink: SinkStatus) -> list[Finding]:
    """What is said of a sink while somebody delivers."""
    return list(troubles(sink, delivering=True))


def test_dead_letters_that_fill_the_disk_are_told() -> None:
    """They are the one thing without a bound."""
    assert list(ledger_size(1024**2)) == []
    (large,) = ledger_size(300 * 1024**2)
    assert "delivery.db takes 300 MiB" in large.message
    assert "dead-letters export" in large.message


def test_what_keeps_events_from_a_sink_is_said() -> None:
    """Failures with their error, waiting without anybody who delivers, dead letters; and nothing when all is well."""
    assert list(told(books(recorded=5, delivered=5))) == []
    assert list(told(books(recorded=5, pending=5, lag=1.0))) == []
    (failing,) = told(books(recorded=5, pending=5, failures=3, lag=900.0))
    assert "failed 3 times" in failing.message
    (behind,) = told(books(recorded=5, pending=5, lag=900.0))
    assert "is behind" in behind.message
    for failures in (0, 6):
        (waiting,) = troubles(
            books(recorded=5, pending=5, lag=900.0, failures=failures, error="gone"), delivering=False
        )
        assert "nobody delivers, so the journal grows" in waiting.message
        assert "sharekit-web deliver. The last error was gone" in waiting.message
    assert list(troubles(books(recorded=5, pending=5, lag=1.0), delivering=False)) == []
    (dead,) = told(books(recorded=5, delivered=4, rejected=1))
    assert "1 events were refused" in dead.message


def test_circuits_and_pauses_are_told() -> None:
    """Each with what happens next, and an error that cannot steer a terminal."""
    (opened,) = told(books(recorded=5, pending=5, failures=7, circuit="open", wait=41.6))
    assert "left alone for 42 s more (its circuit is open)" in opened.message
    (half,) = told(books(recorded=5, pending=5, failures=7, circuit="half-open"))
    assert "tried with one event" in half.message
    (paused,) = told(books(recorded=5, pending=5, failures=7, paused=True))
    assert "sharekit-web sinks resume sqlite" in paused.message
    (dead,) = told(books(recorded=5, delivered=3, rejected=2))
    assert "sharekit-web dead-letters list --sink sqlite" in dead.message


class Watched(MemorySink):
    """A sink that says what a test wants it to say of itself."""

    def __init__(self, name: str, say: object) -> None:
        super().__init__(name=name)
        self.say = say
        self.closed = 0

    def check(self) -> str | None:
        if isinstance(self.say, BaseException):
            raise self.say
        return self.say  # type: ignore[return-value]

    def close(self) -> None:
        self.closed += 1


def test_sinks_are_asked_how_they_are(tmp_path: Path) -> None:
    """Each says what is wrong, one that breaks when asked is at fault, and objects of the app stay open."""
    asked = [Watched("well", None), Watched("ill", "the key is wrong."), Watched("broken", OSError("no route"))]
    settings = Settings(base_url="https://shop.example", data_dir=tmp_path, sinks=[*asked, "memory:", "nonsense:"])
    found = [(finding.what, finding.verdict) for finding in examine_sinks(settings)]
    assert found == [
        ("sink well", "OK"), ("sink ill", "FAIL"), ("sink broken", "FAIL"), ("sink memory", "OK"),
    ]  # fmt: skip
    messages = " ".join(finding.message for finding in examine_sinks(settings))
    assert "the key is wrong. Its events wait in the journal" in messages
    assert "no route" in messages
    assert [sink.closed for sink in asked] == [0, 0, 0]


def test_settings_tell_no_secret(tmp_path: Path) -> None:
    """A URL that cannot be used is named without its password."""
    url = "jsonl://user:hidden@host/x?api_secret=hidden"
    settings = Settings(base_url="https://shop.example", data_dir=tmp_path, sinks=[url])
    findings, _ = examine_settings(settings)
    assert findings[0].verdict == "FAIL"
    assert "hidden" not in findings[0].message
