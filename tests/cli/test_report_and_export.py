"""The commands report and export, on the data of a shop."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit import Event, ShareKit
from sharekit.pipeline.pipeline import status_of

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_report_by_network(run: Run, shop: ShareKit) -> None:
    """The default: a table of the last 30 days."""
    answer = run("report")
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("Shares by network, ")
    assert lines[4].split() == ["x", "1", "1", "1", "0", "1", "39.80", "100.0%", "100.0%", "–"]
    assert "A share is an intent" in answer.stdout


@pytest.mark.parametrize(("by", "key"), [("network", "x"), ("product", "mug-1"), ("placement", "product")])
def test_a_report_as_json(run: Run, shop: ShareKit, by: str, key: str) -> None:
    """Programs read the same numbers, whatever the rows are by."""
    answer = json.loads(run("report", "--by", by, "--days", "7", "--format", "json").stdout)
    assert (answer["by"], answer["days"]) == (by, 7)
    assert answer["rows"][0]["key"] == key
    assert answer["rows"][0]["shared_revenue"] == {"EUR": "39.80"}
    assert answer["totals"]["purchases"] == 1


def test_a_report_as_csv(run: Run, shop: ShareKit) -> None:
    """Spreadsheets, too; by day, in the zone that the store was filled with."""
    (row,) = csv.DictReader(run("report", "--by", "day", "--format", "csv").stdout.splitlines())
    assert row["day"] == datetime.now(ZoneInfo("Europe/Berlin")).date().isoformat()
    assert (row["shares"], row["revenue_EUR"]) == ("1", "39.80")


def test_a_report_of_a_directory_without_events(run: Run, tmp_path: Path) -> None:
    """A shop that has just begun."""
    (tmp_path / "sharekit-data").mkdir()
    answer = run("report")
    assert answer.returncode == 0
    assert "Nothing was recorded in these days." in answer.stdout
    assert list((tmp_path / "sharekit-data").iterdir()) == []


def test_the_data_directory_may_come_from_the_environment(run: Run, shop: ShareKit, tmp_path: Path) -> None:
    """As every setting."""
    moved = tmp_path / "elsewhere"
    shop.close()
    shop.settings.data_dir.rename(moved)
    assert "39.80" in run("report", SHAREKIT_DATA_DIR="elsewhere").stdout
    assert "39.80" in run("report", "--data", str(moved)).stdout


def test_what_a_killed_process_left_is_counted(run: Run, leave_behind: Callable[[], Path]) -> None:
    """Nobody delivers any more, and still the report is whole."""
    leave_behind()
    answer = json.loads(run("report", "--format", "json").stdout)
    assert [(row["key"], row["shares"]) for row in answer["rows"]] == [("telegram", 1)]
    (line,) = run("export").stdout.splitlines()
    assert json.loads(line)["network"] == "telegram"


def test_a_report_takes_nothing_from_other_sinks(run: Run, leave_behind: Callable[[], Path]) -> None:
    """The journal stays for the sinks that the shop has and the command does not know."""
    folder = leave_behind()
    run("report")
    assert list((folder / "journal").glob("*.db"))
    (store,) = status_of(folder).sinks
    assert (store.name, store.delivered, store.pending, store.dropped) == ("sqlite", 1, 0, {})
    answer = run("deliver", "--once", SHAREKIT_SINKS="jsonl:late.jsonl")
    assert answer.returncode == 0
    assert len((folder / "late.jsonl").read_text().splitlines()) == 1
    assert all(sink.balanced and not sink.dropped for sink in status_of(folder).sinks)


def test_the_shops_zone_is_used_for_what_is_left(run: Run, leave_behind: Callable[[], Path]) -> None:
    """The store remembers it, so a command without settings cuts days as the shop does; a setting comes before."""
    folder = leave_behind()
    run("report", SHAREKIT_TIMEZONE="Pacific/Kiritimati")
    leave_behind()
    run("report")
    with closing(sqlite3.connect(folder / "events.db")) as connection:
        assert connection.execute("SELECT value FROM about WHERE key = 'timezone'").fetchone() == (
            "Pacific/Kiritimati",
        )
        rows = connection.execute("SELECT day, at FROM events").fetchall()
    assert len(rows) == 2
    for day, at in rows:
        assert str(day) == datetime.fromtimestamp(at / 1000, ZoneInfo("Pacific/Kiritimati")).strftime("%Y%m%d")


def test_a_store_of_a_newer_version_is_said(run: Run, shop: ShareKit) -> None:
    """Exit code 1, and what to do."""
    shop.close()
    with closing(sqlite3.connect(shop.settings.data_dir / "events.db")) as connection:
        connection.execute("PRAGMA user_version=99")
    answer = run("report")
    assert answer.returncode == 1
    assert "Upgrade sharekit-web" in answer.stderr


def test_a_damaged_store_is_said(run: Run, shop: ShareKit) -> None:
    """Exit code 1 and the file's name."""
    shop.close()
    for path in shop.settings.data_dir.glob("events.db*"):
        path.unlink()
    (shop.settings.data_dir / "events.db").write_bytes(b"not a database " * 100)
    answer = run("report")
    assert answer.returncode == 1
    assert "events.db" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_export_has_every_event_oldest_first(run: Run, shop: ShareKit) -> None:
    """One JSON a line, as it was recorded."""
    events = [Event.from_json(line) for line in run("export").stdout.splitlines()]
    assert [event.name for event in events] == ["impression", "click", "share", "purchase"]
    assert events[2].network == "x"
    assert events[2].product_id == "mug-1"
    assert events[2].share_id == "AAAAAAAAAAAA"


def test_an_export_as_csv(run: Run, shop: ShareKit) -> None:
    """A column per field."""
    rows: list[dict[str, Any]] = list(csv.DictReader(run("export", "--format", "csv").stdout.splitlines()))
    assert [row["name"] for row in rows] == ["impression", "click", "share", "purchase"]
    assert (rows[3]["value"], rows[3]["currency"], rows[3]["order_id"]) == ("39.80", "EUR", "1001")
    assert json.loads(rows[0]["props"]) == {"networks": ["x", "email"]}
