"""The command ``sinks``: how each sink is doing, and a rest for one of them."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from sharekit.cli.data import existing_folder, load_settings, make_sinks
from sharekit.cli.output import say
from sharekit.exceptions import ConfigError, UnknownNameError
from sharekit.pipeline.control import Order, ask
from sharekit.pipeline.pipeline import status_of
from sharekit.pipeline.status import SinkStatus
from sharekit.reports.cells import shown

_HEAD = ("sink", "state", "delivered", "pending", "rejected", "dropped", "per second", "lag")


def sinks(options: Namespace) -> int:
    """``sharekit-web sinks list|pause|resume``."""
    folder = existing_folder(options.data)
    if options.action == "list":
        if options.sink:
            raise ConfigError("list shows every sink; leave the name out.")
        _table(folder)
        return 0
    if not options.sink:
        raise ConfigError(f"name the sink: sharekit-web sinks {options.action} NAME")
    known = _names(folder)
    if options.sink not in known:
        raise UnknownNameError("sink", options.sink, known)
    ask(folder, Order(deed=options.action, sink=options.sink))
    if options.action == "pause":
        say(f"{options.sink} gets nothing until it is resumed; its events wait in the journal.")
    else:
        say(f"{options.sink} gets what has waited.")
    return 0


def _names(folder: Path) -> list[str]:
    """Sinks that were ever delivered to, and those of the environment."""
    settings = load_settings(folder)
    made = [sink.name for sink in make_sinks(settings, settings.zone())]
    return [*made, *(sink.name for sink in status_of(folder).sinks if sink.name not in made)]


def _table(folder: Path) -> None:
    status = status_of(folder)
    if not status.sinks:
        say("Nothing was delivered yet.")
        return
    rows = [_HEAD, *(_row(sink) for sink in status.sinks)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    for row in rows:
        cells = [
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  ".join(cells).rstrip())
    for sink in status.sinks:
        if sink.error:
            say(f"{shown(sink.name)}: {shown(sink.error)}")


def _row(sink: SinkStatus) -> tuple[str, ...]:
    return (
        shown(sink.name),
        _state(sink),
        f"{sink.delivered:,}",
        f"{sink.pending:,}",
        f"{sink.rejected:,}",
        f"{sum(sink.dropped.values()):,}",
        f"{sink.rate:,.1f}",
        f"{sink.lag:,.0f} s",
    )


def _state(sink: SinkStatus) -> str:
    if sink.paused:
        return "paused"
    if sink.circuit == "closed":
        return "failing" if sink.failures else "ok"
    return sink.circuit
