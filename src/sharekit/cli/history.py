"""``deliver --replay``: events of the store into a sink that came later."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sharekit.cli.output import note, say
from sharekit.config import PREFIX
from sharekit.events.model import Event, now
from sharekit.exceptions import ConfigError
from sharekit.pipeline.books import LedgerReader
from sharekit.pipeline.control import LEDGER, nobody_delivers
from sharekit.pipeline.delivery import serve
from sharekit.pipeline.replay import replay
from sharekit.sinks.base import Sink
from sharekit.sinks.store import Store

_COUNT = "SELECT COUNT(*) FROM events WHERE at >= :since AND at < :until"


def replay_history(
    folder: Path, store: Store, sinks: Sequence[Sink], name: str, since: datetime, until: datetime | None
) -> int:
    """Give events of the store to one sink, and show how far it is.

    Parameters:
        folder: the data directory.
        store: where history is read.
        sinks: the store and the sinks of the environment; they are delivered to when nobody else does.
        name: of the sink.
        since: oldest event that it gets.
        until: first event that it does not get; ``None`` for those recorded since the sink is known, because it gets
            them anyway.

    Raises:
        ConfigError: nobody could deliver to that sink.
    """
    ours = {sink.name: sink for sink in sinks}
    free, known_since = nobody_delivers(folder), _known_since(folder, name)
    if free and name not in ours:
        raise ConfigError(
            f"nobody delivers to {name!r} now. Name it in {PREFIX}SINKS (known: {', '.join(ours)}), or start the shop."
        )
    if not free and known_since is None:
        raise ConfigError(
            f"another process delivers from {str(folder)!r}, and has no sink {name!r}. Add it to the shop's settings, "
            "or stop the shop meanwhile."
        )
    end = until or known_since or now()
    if name in ours and (oldest := ours[name].max_age) is not None:
        since = max(since, now() - oldest)
    ((total,),) = store.query(_COUNT, {"since": _milliseconds(since), "until": _milliseconds(end)})
    bar = _Bar(total if isinstance(total, int) else 0)
    with _delivering(folder, sinks if name in ours else ()):
        given = replay(folder, name, _between(store, since, end), told=bar.show)
    bar.end()
    say(f"{given:,} events of the past are delivered to {name}.")
    return 0


def parse_moment(text: str, zone: ZoneInfo) -> datetime:
    """A day or a moment in ISO 8601; without a zone of its own, in the shop's.

    Raises:
        ConfigError: it is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is not a date such as 2026-11-01, or a moment such as 2026-11-01T12:00.") from None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _between(store: Store, since: datetime, until: datetime) -> Iterator[Event]:
    for event in store.events():
        if event.at >= until:
            return
        if event.at >= since:
            yield event


def _known_since(folder: Path, name: str) -> datetime | None:
    with closing(LedgerReader(folder / LEDGER)) as reader:
        books = reader.books().sinks.get(name)
    return datetime.fromtimestamp(books.known_at / 1000, UTC) if books is not None and books.known_at else None


@contextmanager
def _delivering(folder: Path, sinks: Sequence[Sink]) -> Iterator[None]:
    """Deliver meanwhile, unless another process is at it."""
    if not sinks:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=serve, args=(folder, sinks, stop), name="sharekit-delivery", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10.0)


class _Bar:
    """A line that shows how far it is, on a terminal; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self._total = max(1, total)
        self._drawn = ""
        self._terminal = sys.stderr.isatty()

    def show(self, given: int, waiting: int) -> bool:
        """Draw it anew; always True, to go on."""
        if self._terminal:
            done = min(self._total, max(0, given - waiting))
            words = f" {done:,} of {self._total:,} ({100 * done // self._total} %)"
            room = min(40, max(0, shutil.get_terminal_size().columns - len(words) - 3))
            line = f"[{('#' * (room * done // self._total)).ljust(room)}]{words}"
            if line != self._drawn:
                sys.stderr.write(f"\r{line}")
                sys.stderr.flush()
                self._drawn = line
        return True

    def end(self) -> None:
        """Leave the line."""
        if self._drawn:
            note("")


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
