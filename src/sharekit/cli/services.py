"""The commands that run until they are stopped: deliver, demo, tag."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from sharekit.cli.data import existing_folder, load_settings, make_sinks, zone_of
from sharekit.cli.history import parse_moment, replay_history
from sharekit.cli.output import note, say
from sharekit.config import PREFIX
from sharekit.events.visitor import Visitors
from sharekit.exceptions import ConfigError
from sharekit.pipeline.bounds import Limits
from sharekit.pipeline.delivery import check_names, drain, serve
from sharekit.pipeline.pipeline import status_of
from sharekit.sinks.base import Sink
from sharekit.sinks.store import open_store


def demo(options: Namespace) -> int:
    """``sharekit-web demo``: until Ctrl+C."""
    from sharekit.demo import serve as serve_shop

    serve_shop(options.host, options.port, options.catalog, options.data)
    return 0


def tag(options: Namespace) -> int:
    """``sharekit-web tag``: until Ctrl+C."""
    from sharekit.cli.tag import tag as edit_tags

    return edit_tags(options)


def deliver(options: Namespace) -> int:
    """``sharekit-web deliver``: until SIGTERM or Ctrl+C, with ``--once`` and ``--replay`` until it is done."""
    settings = load_settings(options.data)
    folder = settings.data_dir
    store = open_store(settings.store, data_dir=folder)
    zone = zone_of(settings, store)
    sinks = make_sinks(settings, zone)
    check_names(sinks)
    if not options.replay or options.replay in {sink.name for sink in sinks}:
        _refuse_to_drop(folder, sinks, options.forget)
    if options.replay:
        if not options.since:
            raise ConfigError("--replay needs to know where history begins: --since DATE")
        until = parse_moment(options.until, zone) if options.until else None
        existing_folder(folder)
        return replay_history(folder, store, sinks, options.replay, parse_moment(options.since, zone), until)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    if options.once:
        return _deliver_once(folder, sinks, options.timeout)
    waiting = "" if folder.is_dir() else ", as soon as it is there"
    names = ", ".join(sink.name for sink in sinks)
    note(f"Delivering from {folder} to {names}{waiting}. Stop with Ctrl+C or SIGTERM.")
    with _stopped_by_signals() as stop:
        limits = Limits(settings.journal_bytes, settings.journal_age)
        serve(folder, sinks, stop, upkeep=Visitors(folder).prune, limits=limits)
    return 0


def _deliver_once(folder: Path, sinks: Sequence[Sink], timeout: float) -> int:
    names = [sink.name for sink in sinks]
    if not folder.is_dir():
        raise ConfigError(f"{str(folder)!r} does not exist. Pass the kit's data directory: --data DIR")
    whole = drain(folder, sinks, timeout)
    late = [sink for sink in status_of(folder, names).sinks if sink.pending and (sink.paused or not whole)]
    if not late:
        say(f"Every recorded event is delivered to {', '.join(names)}.")
        return 0
    for sink in late:
        if sink.paused:
            reason = f" It is paused; go on with: sharekit-web sinks resume {sink.name}"
        elif sink.error:
            reason = f" Its last error: {sink.error}."
        else:
            reason = " It did not answer in time, or another process is delivering them."
        note(f"{sink.name}: {sink.pending:,} events are still to be delivered.{reason}")
    return 1


def _refuse_to_drop(folder: Path, sinks: Sequence[Sink], forgotten: Collection[str]) -> None:
    """Segments go when the sinks of this command have them; a sink that is only missing here would lose its events.

    Raises:
        ConfigError: events wait for a sink that is neither given nor forgotten.
    """
    given = {sink.name for sink in sinks}
    for sink in status_of(folder).sinks:
        if sink.pending and sink.name not in given and sink.name not in forgotten:
            raise ConfigError(
                f"{sink.pending:,} events in {str(folder)!r} wait for the sink {sink.name!r}, which is not among "
                f"{', '.join(sorted(given))}. Name it in {PREFIX}SINKS, or give it up with --forget {sink.name}"
            )


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; afterwards the signals mean what they meant before."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
