"""What the parsers of several commands share."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from sharekit.cli.output import USAGE_ERROR, complain
from sharekit.config import PREFIX
from sharekit.exceptions import did_you_mean

DEFAULT_DATA = "sharekit-data"


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are short and say where help is."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(allow_abbrev=False, **keywords)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong; exit code 2."""
        complain(f"{message}\nSee: {self.prog} --help")
        raise SystemExit(USAGE_ERROR)


def add_data(parser: Parser) -> None:
    """The option ``--data``."""
    default = os.environ.get(f"{PREFIX}DATA_DIR") or DEFAULT_DATA
    parser.add_argument(
        "--data", type=Path, default=Path(default), metavar="DIR", help=f"the kit's data directory ({DEFAULT_DATA})"
    )


def add_choice(parser: Parser, name: str, known: Sequence[str], default: str | None, what: str) -> None:
    """An option with few values; a wrong one is met with the nearest right one."""

    def check(text: str) -> str:
        if text not in known:
            raise argparse.ArgumentTypeError(f"unknown value {text!r}.{did_you_mean(text, known)}")
        return text

    told = f" ({default})" if default else ""
    parser.add_argument(name, type=check, default=default, metavar="|".join(known), help=f"{what}{told}")
