"""The command as a whole: help, mistakes, exit codes, pipes and locales."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sharekit
from sharekit import ShareKit
from sharekit.cli import main
from sharekit.cli.parser import make_parser

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = (
    "demo", "report", "export", "networks", "lint", "doctor", "tag", "deliver", "sinks", "dead-letters", "reviews",
)  # fmt: skip


def test_the_version_is_the_librarys(run: Run) -> None:
    """Under the command's own name, also as a module."""
    assert run("--version").stdout == f"sharekit-web {sharekit.__version__}\n"


def test_help_names_every_command(run: Run) -> None:
    """With a line about each."""
    answer = run("--help")
    assert answer.returncode == 0
    assert all(re.search(rf"^    {name}\s", answer.stdout, re.MULTILINE) for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    """Asking for it runs nothing."""
    answer = run(name, "--help")
    assert answer.returncode == 0
    assert f"usage: sharekit-web {name}" in answer.stdout


def test_without_a_command_help_is_shown_as_a_mistake(run: Run) -> None:
    """On standard error, so that a script's output stays clean."""
    answer = run()
    assert answer.returncode == 2
    assert "usage: sharekit-web" in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["reprot"], "unknown command 'reprot'. Did you mean 'report'"),
        (["report", "--by", "netwrok"], "Did you mean 'network'?"),
        (["report", "--by"], "expected one argument"),
        (["report", "--days", "0"], "from 1 to 36,525"),
        (["report", "--days", "٣"], "from 1 to 36,525"),
        (["report", "--format", "jsonn"], "Did you mean 'json'?"),
        (["report", "--form", "json"], "unrecognized arguments: --form json"),
        (["export", "--format", "xml"], "Known: csv, jsonl."),
        (["networks", "whatsap"], "Did you mean 'whatsapp'"),
        (["networks", "--lint"], "pass --title and --url"),
        (["networks", "--lint", "--title", "Mug", "--url", "javascript:alert(1)"], "scheme 'javascript'"),
        (["deliver", "--timeout", "nan"], "seconds from 0"),
        (["demo", "--port", "80000"], "not a port"),
        (["doctor", "extra"], "unrecognized arguments: extra"),
    ],
)
def test_mistakes_are_explained(run: Run, arguments: list[str], message: str) -> None:
    """Exit code 2, one sentence, no traceback."""
    answer = run(*arguments)
    assert answer.returncode == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


def test_a_wrong_setting_of_the_environment_is_named(run: Run) -> None:
    """It belongs to the command as much as an option."""
    answer = run("report", SHAREKIT_ATTRIBUTION_DAYS="many")
    assert answer.returncode == 2
    assert "SHAREKIT_ATTRIBUTION_DAYS: 'many' is not a whole number" in answer.stderr


@pytest.mark.parametrize("name", ["report", "export"])
def test_a_missing_data_directory_is_named(run: Run, tmp_path: Path, name: str) -> None:
    """Exit code 1, what to pass, and no directory made."""
    answer = run(name)
    assert answer.returncode == 1
    assert answer.stderr == "sharekit-web: 'sharekit-data' does not exist. Pass the kit's data directory: --data DIR\n"
    assert list(tmp_path.iterdir()) == []


def test_a_directory_of_somebody_else_is_left_alone(run: Run, tmp_path: Path) -> None:
    """Nothing is written into a folder that is not the kit's; a file is no folder."""
    (tmp_path / "holidays").mkdir()
    (tmp_path / "holidays" / "beach.jpg").write_bytes(b"")
    assert "holds no data of sharekit" in run("report", "--data", "holidays").stderr
    assert "is not a directory" in run("report", "--data", "holidays/beach.jpg").stderr
    assert [path.name for path in (tmp_path / "holidays").iterdir()] == ["beach.jpg"]


def test_the_name_of_a_file_cannot_steer_the_terminal(run: Run) -> None:
    """Escape sequences in arguments come back without their escape, half characters without a traceback."""
    answer = run("report", "--data", "no\x1b[2Jwhere\udcff")
    assert answer.returncode == 1
    assert "\x1b" not in answer.stderr
    assert "does not exist" in answer.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_output_is_utf8_in_every_locale(run: Run, shop: ShareKit, locale: str) -> None:
    """A cron job has the locale C."""
    answer = run("report", LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "───" in answer.stdout


@pytest.mark.parametrize("arguments", [["report"], ["export"], ["networks"], ["--help"]])
def test_a_reader_that_goes_away_is_no_fault(
    shop: ShareKit, environment: dict[str, str], tmp_path: Path, arguments: list[str]
) -> None:
    """As in ``sharekit-web export | head -1``: no traceback, no message."""
    end, begin = os.pipe()
    os.close(end)
    with os.fdopen(begin, "wb") as output:
        process = subprocess.run(
            [sys.executable, "-m", "sharekit", *arguments],
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert process.stderr == b""
    assert process.returncode in {0, 1}


def test_a_full_disk_is_said(shop: ShareKit, environment: dict[str, str], tmp_path: Path) -> None:
    """Output that cannot be written is a failure, not a traceback."""
    with Path("/dev/full").open("w") as output:
        process = subprocess.run(
            [sys.executable, "-m", "sharekit", "export"],
            cwd=tmp_path,
            env=environment,
            stdout=output,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert "No space left" in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(("settings", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_for_terminals_that_want_them(
    environment: dict[str, str], tmp_path: Path, settings: dict[str, str], coloured: bool
) -> None:
    """``NO_COLOR`` and dumb terminals get plain words; so does every pipe (the other tests)."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        with os.fdopen(theirs, "wb") as terminal:
            process = subprocess.Popen(
                [sys.executable, "-m", "sharekit", "doctor"],
                cwd=tmp_path,
                env=environment | {"TERM": "xterm"} | settings,
                stdout=terminal,
            )
        text = b""
        try:
            while part := screen.read(4096):
                text += part
        except OSError:
            pass  # how a pseudo terminal says that the other side is closed
        process.wait(timeout=60)
    assert b"version: sharekit-web" in text
    assert (b"\x1b[32mOK\x1b[0m" in text) is coloured
    assert (b"\x1b" in text) is coloured


def test_main_can_be_called_from_code(capsys: pytest.CaptureFixture[str]) -> None:
    """With a list of arguments, giving the exit code instead of ending the process."""
    assert main(["networks", "x", "--format", "json"]) == 0
    assert '"key": "x"' in capsys.readouterr().out
    assert main(["nothing"]) == 2
    assert "unknown command" in capsys.readouterr().err


def test_every_option_explains_itself() -> None:
    """Help without words is no help."""
    _, commands = make_parser()
    assert tuple(name for name in commands if " " not in name) == COMMANDS
    for parser in commands.values():
        for action in parser._actions:
            assert action.help
