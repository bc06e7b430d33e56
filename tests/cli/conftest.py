"""The command as people run it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sharekit import ShareKit

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = (sys.executable, "-m", "sharekit")


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of the command: this one, without settings, and right in any folder."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SHAREKIT_", "NO_COLOR"))}
    if clean.get("PYTHONPATH"):
        folders = [str(Path(folder).resolve()) for folder in clean["PYTHONPATH"].split(os.pathsep) if folder]
        clean["PYTHONPATH"] = os.pathsep.join(folders)
    return clean


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Run:
    """A function that runs the command in the test's folder and gives its exit code and output as text."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            env=environment | settings,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """A function that starts the command in the test's folder and gives the process."""

    def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=tmp_path,
            env=environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    return start


@pytest.fixture
def shop(make_kit: Callable[..., ShareKit]) -> ShareKit:
    """A kit whose data directory is the one that commands look for: a few events, all delivered, in Berlin."""
    kit = make_kit(timezone="Europe/Berlin")
    kit.record("impression", product_id="mug-1", placement="product", props={"networks": ["x", "email"]})
    for name in ("click", "share"):
        kit.record(name, product_id="mug-1", placement="product", network="x", share_id="AAAAAAAAAAAA")
    kit.record_purchase(order_id="1001", value="39.80", currency="EUR", share_id="AAAAAAAAAAAA")
    assert kit.flush()
    return kit


LEAVE = """
import os, signal, sys
from sharekit import ShareKit
kit = ShareKit("https://shop.example", data_dir=sys.argv[1], deliver=False, timezone="Pacific/Kiritimati")
kit.record("share", network="telegram", product_id="bowl", share_id="BBBBBBBBBBBB")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def leave_behind(tmp_path: Path, environment: dict[str, str]) -> Callable[[], Path]:
    """A function that leaves one event in the journal of the data directory, by a process that is killed."""

    def leave() -> Path:
        folder = tmp_path / "sharekit-data"
        subprocess.run([sys.executable, "-c", LEAVE, str(folder)], env=environment, check=False, timeout=60)
        assert list((folder / "journal").glob("*.db"))
        return folder

    return leave
