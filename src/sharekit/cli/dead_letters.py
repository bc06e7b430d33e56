"""The command ``dead-letters``: what sinks will never take, and what becomes of it."""

from __future__ import annotations

import json
from argparse import Namespace
from itertools import islice
from pathlib import Path

from sharekit.cli.data import existing_folder
from sharekit.cli.output import note, say, terminal_width
from sharekit.exceptions import ConfigError, UnknownNameError
from sharekit.pipeline.control import LEDGER, Order, ask, nobody_delivers
from sharekit.pipeline.dead_letters import DeadLetter, Selection, read_dead_letters
from sharekit.pipeline.pipeline import status_of
from sharekit.reports.cells import cut, shown

SHOWN = 100
"""Dead letters that ``list`` shows; ``export`` has all."""


def dead_letters(options: Namespace) -> int:
    """``sharekit-web dead-letters list|retry|drop|export``."""
    folder = existing_folder(options.data)
    chosen = Selection(options.sink, options.id, options.reason)
    _known(folder, chosen.sink)
    if options.action == "list":
        return _list(folder, chosen)
    if options.action == "export":
        for letter in read_dead_letters(folder / LEDGER, chosen):
            say(_line(letter))
        return 0
    if options.action == "drop" and chosen == Selection() and not options.all:
        raise ConfigError("drop gives events up for good. Say which (--sink, --id, --reason), or --all")
    count = ask(folder, Order(deed=options.action, sink=chosen.sink, id=chosen.id, reason=chosen.reason))
    if options.action == "retry":
        say(f"{count:,} dead letters are pending again.")
        if count and nobody_delivers(folder):
            note("note: nobody delivers now; they wait for the shop to start, or for: sharekit-web deliver --once")
    else:
        say(f"{count:,} dead letters are given up, and counted as dropped.")
    return 0


def _known(folder: Path, sink: str) -> None:
    """Tell a name that was mistyped from a sink without dead letters."""
    known = [one.name for one in status_of(folder).sinks]
    if sink and sink not in known and not any(read_dead_letters(folder / LEDGER, Selection(sink))):
        raise UnknownNameError("sink", sink, known)


def _list(folder: Path, chosen: Selection) -> int:
    letters = read_dead_letters(folder / LEDGER, chosen)
    first = list(islice(letters, SHOWN))
    if not first:
        say("There are no dead letters.")
        return 0
    columns = terminal_width()
    for letter in first:
        at = letter.at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
        line = shown(f"{letter.number}  {at}  {letter.sink}  {letter.id or '-'}  {letter.reason}")
        say(line if columns is None else cut(line, columns))
    rest = sum(1 for _ in letters)
    if rest:
        note(f"note: {rest:,} more; narrow them with --sink, --id or --reason, or see all with: dead-letters export")
    return 0


def _line(letter: DeadLetter) -> str:
    try:
        event = json.loads(letter.payload)
    except (ValueError, RecursionError):
        event = letter.payload  # it is a dead letter because it cannot be read
    data = {
        "number": letter.number,
        "at": letter.at.isoformat(),
        "sink": letter.sink,
        "id": letter.id,
        "reason": letter.reason,
        "event": event,
    }
    return json.dumps(data, ensure_ascii=False)
