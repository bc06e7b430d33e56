"""The command demo hands its options to the demo shop."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_catalogue_that_is_not_there_is_said(run: Run) -> None:
    """Before anything is served."""
    answer = run("demo", "--port", "0", "--catalog", "nowhere.csv")
    assert answer.returncode in {1, 2}
    assert "nowhere.csv" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_flask_the_extra_is_named(tmp_path: Path, environment: dict[str, str]) -> None:
    """A bare install says what to install."""
    code = (
        "import sys; sys.modules['flask'] = None; from sharekit.cli import main; sys.exit(main(['demo', '--port=0']))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert answer.returncode == 1
    assert 'pip install "sharekit-web[demo]"' in answer.stderr


@pytest.mark.parametrize("option", ["--port", "--host", "--catalog", "--data"])
def test_its_options_are_in_its_help(run: Run, option: str) -> None:
    """Those of the issue, by their names."""
    assert option in run("demo", "--help").stdout
