"""The ClickHouse sink and store, on the engine itself (chdb), in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("clickhouse_cases.py")


def test_contracts_and_wire_on_the_engine() -> None:
    """The contract of sinks, that of stores, and what is said over HTTP; the cases are in the file beside this one."""
    if find_spec("chdb") is None:
        missing = "ClickHouse's engine is not installed. Install it with: pip install chdb"
        (pytest.fail if os.environ.get("SHAREKIT_REQUIRE_SERVICES") == "1" else pytest.skip)(missing)
    command = [sys.executable, "-m", "pytest", "-q", "-x", str(CASES)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout
