"""What a command writes: in UTF-8 whatever the locale, plain where colours are not wanted, quiet when nobody reads."""

from __future__ import annotations

import io
import os
import shutil
import sys
from typing import TextIO

from sharekit.reports.cells import shown

USAGE_ERROR = 2
_COLOURS = {"OK": "32", "WARN": "33", "FAIL": "31"}


def guard_streams() -> None:
    """Write UTF-8 in every locale, as Python does from 3.15 on (PEP 686), and fail on no character."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def silence_stdout() -> None:
    """Let the interpreter flush into nothing at its end, after the reader of a pipe has gone."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, sys.stdout.fileno())
    except (OSError, ValueError):
        pass  # not a real file: nothing to silence
    finally:
        os.close(nothing)


def say(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """A line beside the answer, which programs do not read."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def complain(text: str) -> None:
    """Say what went wrong. Names may hold anything, so what would steer the terminal is taken out."""
    note("sharekit-web: " + "\n".join(shown(line) for line in text.split("\n")))


def terminal_width() -> int | None:
    """Columns of the terminal; ``None`` when the answer goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def coloured(word: str) -> str:
    """A verdict in its colour, on a terminal that wants colours (https://no-color.org)."""
    if not wants_colour(sys.stdout):
        return word
    return f"\x1b[{_COLOURS[word]}m{word}\x1b[0m"


def wants_colour(stream: TextIO) -> bool:
    """Whether colours may be written: a terminal, and neither ``NO_COLOR`` nor ``TERM=dumb``."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
