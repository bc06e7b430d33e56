"""The command doctor, on healthy and sick shops."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from sharekit import ShareKit

Answer = subprocess.CompletedProcess[str]


@pytest.fixture
def doctor(run: Callable[..., Answer]) -> Callable[..., Answer]:
    """A function that runs the command in the test's folder."""
    return partial(run, "doctor")


@pytest.fixture
def closed_shop(make_kit: Callable[..., ShareKit]) -> ShareKit:
    """A shop with one delivered event, closed."""
    kit = make_kit(timezone="Europe/Berlin")
    kit.record("share", network="x")
    assert kit.flush()
    kit.close()
    return kit


Doctor = Callable[..., Answer]


def test_a_healthy_shop(doctor: Doctor, closed_shop: ShareKit) -> None:
    """No fault, exit code 0, and the books of its sink."""
    answer = doctor()
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "FAIL" not in answer.stdout
    assert "store: sqlite:events.db answers: 1 events" in answer.stdout
    assert "sink sqlite: 1 recorded = 1 delivered + 0 rejected + 0 dropped + 0 pending" in answer.stdout


def test_every_line_begins_with_a_verdict(doctor: Doctor, closed_shop: ShareKit) -> None:
    """Programs can count them."""
    lines = doctor().stdout.splitlines()
    assert len(lines) > 8
    assert all(line.split()[0] in {"OK", "WARN", "FAIL"} for line in lines)


def test_before_the_first_event_it_only_warns(doctor: Doctor, tmp_path: Path) -> None:
    """And it makes nothing."""
    answer = doctor()
    assert answer.returncode == 0
    assert f"WARN  data directory: {tmp_path / 'sharekit-data'} does not exist yet" in answer.stdout
    assert list(tmp_path.iterdir()) == []


def test_it_makes_no_file(doctor: Doctor, tmp_path: Path) -> None:
    """Looking must not change what is looked at."""
    (tmp_path / "sharekit-data").mkdir()
    assert doctor(SHAREKIT_SINKS="jsonl:events.jsonl").returncode == 0
    assert list((tmp_path / "sharekit-data").iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"SHAREKIT_TIMEZONE": "Mars/Olympus"}, "timezone: 'Mars/Olympus' is not an IANA zone"),
        ({"SHAREKIT_SINKS": "jsonn:events"}, "unknown sink 'jsonn'. Did you mean 'jsonl'?"),
        ({"SHAREKIT_STORE": "events.db"}, "write it as a URL"),
        ({"SHAREKIT_SINKS": "jsonl:a,jsonl:b"}, "two sinks are named 'jsonl'"),
    ],
)
def test_a_setting_that_cannot_work_fails(
    doctor: Doctor, closed_shop: ShareKit, settings: dict[str, str], message: str
) -> None:
    """By its name, exit code 1, without a traceback."""
    answer = doctor(**settings)
    assert answer.returncode == 1
    assert message in answer.stdout
    assert answer.stderr == ""


def test_secrets_that_others_can_read_fail(doctor: Doctor, closed_shop: ShareKit) -> None:
    """With the command that mends it."""
    key = closed_shop.settings.data_dir / "secret.key"
    key.write_text("k" * 40)
    key.chmod(0o644)
    answer = doctor()
    assert answer.returncode == 1
    assert "chmod 600" in answer.stdout


def test_a_data_directory_that_is_a_file_fails(doctor: Doctor, tmp_path: Path) -> None:
    """Somebody wrote where the kit wants to."""
    (tmp_path / "sharekit-data").write_text("")
    answer = doctor()
    assert answer.returncode == 1
    assert "is not a directory" in answer.stdout


def test_books_that_do_not_come_out_fail(doctor: Doctor, closed_shop: ShareKit) -> None:
    """An event that vanished is a fault, whoever took it."""
    with closing(sqlite3.connect(closed_shop.settings.data_dir / "delivery.db")) as connection, connection:
        connection.execute("UPDATE sinks SET delivered = delivered + 1")
    answer = doctor()
    assert answer.returncode == 1
    assert "FAIL  sink sqlite: 1 recorded, but 2 delivered" in answer.stdout


def test_a_store_that_cannot_be_read_fails(doctor: Doctor, closed_shop: ShareKit) -> None:
    """A newer version, a damaged file."""
    with closing(sqlite3.connect(closed_shop.settings.data_dir / "events.db")) as connection:
        connection.execute("PRAGMA user_version=99")
    answer = doctor()
    assert answer.returncode == 1
    assert "FAIL  store: " in answer.stdout


def test_events_that_nobody_delivers_are_seen(doctor: Doctor, make_kit: Callable[..., ShareKit]) -> None:
    """Also before anything was ever delivered, when there are no books yet."""
    kit = make_kit(deliver=False)
    kit.record("share", network="x")
    assert "1 recorded = 0 delivered + 0 rejected + 0 dropped + 1 pending" in doctor().stdout


def test_two_zones_are_warned_of(doctor: Doctor, closed_shop: ShareKit) -> None:
    """Days in the store were cut in another zone than the setting says."""
    answer = doctor(SHAREKIT_TIMEZONE="America/New_York")
    assert answer.returncode == 0
    assert "WARN  time zone: days in the store were cut in Europe/Berlin" in answer.stdout
    assert "time zone" not in doctor(SHAREKIT_TIMEZONE="Europe/Berlin").stdout


def test_another_distribution_under_the_import_name_fails(
    doctor: Doctor, tmp_path: Path, environment: dict[str, str]
) -> None:
    """As pip leaves it: two distributions whose files lie in one folder sharekit."""
    site = tmp_path / "site"
    info = site / "sharekit-0.6.4.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sharekit\nVersion: 0.6.4\n")
    (info / "RECORD").write_text("sharekit/share.py,,\nsharekit-0.6.4.dist-info/METADATA,,\n")
    path = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), str(site)]))
    answer = doctor(PYTHONPATH=path)
    assert answer.returncode == 1
    assert "FAIL  import name: the package 'sharekit' is also installed by sharekit" in answer.stdout


def test_a_plugin_that_cannot_be_loaded_fails(doctor: Doctor, tmp_path: Path, environment: dict[str, str]) -> None:
    """It would break every kit that asks for its part."""
    info = tmp_path / "site" / "broken-0.1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[sharekit.sinks]\nbroken = no_such_module:Sink\n")
    path = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), str(tmp_path / "site")]))
    answer = doctor(PYTHONPATH=path)
    assert answer.returncode == 1
    assert "FAIL  plug-ins: 'broken' of sharekit.sinks cannot be loaded" in answer.stdout
