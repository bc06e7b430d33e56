"""``flask sharekit …``: the report of the app's own kit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from sharekit.integrations.flask import FlaskShareKit
from sharekit.sinks.memory import MemorySink

RECORD_AND_DIE = """
import os, sys
from sharekit import ShareKit
kit = ShareKit(base_url="https://shop.example", data_dir=sys.argv[1], deliver=False)
kit.record("share", product_id="mug-1", network="x", share_id="AbCdEf123_-x")
os._exit(9)
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A shop with a kit."""
    app = Flask("commands")
    kit = FlaskShareKit(base_url="https://shop.example", data_dir=tmp_path / "data").init_app(app)
    yield app
    kit.close()


def test_the_report_has_what_a_dead_worker_left(app: Flask, tmp_path: Path) -> None:
    """Events that no process has delivered yet are delivered first."""
    died = subprocess.run([sys.executable, "-c", RECORD_AND_DIE, str(tmp_path / "data")], env=os.environ, timeout=60)
    assert died.returncode == 9
    said = app.test_cli_runner().invoke(args=["sharekit", "report", "--format", "json", "--days", "7"])
    assert said.exit_code == 0, said.output
    answer = json.loads(said.output)
    assert answer["days"] == 7
    assert [(row["key"], row["shares"]) for row in answer["rows"]] == [("x", 1)]
    table = app.test_cli_runner().invoke(args=["sharekit", "report", "--by", "product"]).output
    assert "mug-1" in table


def test_the_report_takes_nothing_from_other_sinks(tmp_path: Path) -> None:
    """A sink that only the app knows, as an object, still gets what the command brought to the store."""
    app, copies = Flask("objects"), MemorySink(name="copies")
    kit = FlaskShareKit(base_url="https://shop.example", data_dir=tmp_path / "data", sinks=[copies]).init_app(app)
    subprocess.run([sys.executable, "-c", RECORD_AND_DIE, str(tmp_path / "data")], env=os.environ, timeout=60)
    said = app.test_cli_runner().invoke(args=["sharekit", "report", "--format", "json"])
    assert json.loads(said.output)["rows"][0]["shares"] == 1
    assert len(copies) == 0
    kit.record("like", product_id="mug-2")
    assert kit.flush()
    deadline = time.monotonic() + 30
    while len(copies) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert sorted(event.product_id for event in copies) == ["mug-1", "mug-2"]
    assert kit.status().balanced
    kit.close()


def test_a_shop_without_events_is_said_in_words(app: Flask) -> None:
    """No traceback before the first event."""
    said = app.test_cli_runner().invoke(args=["sharekit", "report"])
    assert said.exit_code == 0
    assert "Nothing was recorded" in said.output
    said = app.test_cli_runner().invoke(args=["sharekit", "report", "--by", "reviews"])
    assert "No reviews were seen or written" in said.output


def test_the_doctor_examines_the_apps_own_settings(app: Flask, tmp_path: Path) -> None:
    """Each finding has a verdict; a fault makes the exit code 1."""
    said = app.test_cli_runner().invoke(args=["sharekit", "doctor"])
    verdicts = {line.split()[0] for line in said.output.splitlines()}
    assert "OK" in verdicts
    assert verdicts <= {"OK", "WARN", "FAIL"}
    assert said.exit_code == ("FAIL" in verdicts)
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "events.db").write_bytes(b"no database " * 1_000)
    assert app.test_cli_runner().invoke(args=["sharekit", "doctor"]).exit_code == 1


@pytest.mark.parametrize("options", [["--by", "colour"], ["--days", "0"], ["--format", "pdf"]])
def test_wrong_options_are_refused(app: Flask, options: list[str]) -> None:
    """The usual exit code 2, and the choices."""
    said = app.test_cli_runner().invoke(args=["sharekit", "report", *options])
    assert said.exit_code == 2
