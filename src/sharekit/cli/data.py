"""The data directory a command works on: its settings, its store, what ended processes left in it."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sharekit.cli.output import note
from sharekit.config import PREFIX, Settings
from sharekit.exceptions import ShareKitError
from sharekit.pipeline.delivery import JOURNAL, LEASE, LEDGER, drain
from sharekit.pipeline.pipeline import status_of
from sharekit.sinks import registry
from sharekit.sinks.base import Sink
from sharekit.sinks.store import Store, open_store

DRAIN_SECONDS = 10.0
LATE_SECONDS = 5.0
"""Age of the oldest undelivered event from which a report says that it is not whole."""

_OURS = (JOURNAL, LEDGER, LEASE, "events.db", "reviews.db", "secret.key", "salts.json")
ANYWHERE = "http://localhost"
"""Stands for the shop's address in commands that render nothing."""


class NoDataError(ShareKitError, FileNotFoundError):
    """There is no data directory where a command looked for one."""


@dataclass(frozen=True, slots=True)
class Data:
    """A data directory, and the settings that the environment has for it."""

    settings: Settings
    store: Store
    zone: ZoneInfo

    @property
    def folder(self) -> Path:
        """The directory."""
        return self.settings.data_dir


def load_settings(folder: Path) -> Settings:
    """The settings of the environment (``SHAREKIT_...``), with this data directory.

    Raises:
        ConfigError: one of them cannot work.
    """
    base_url = os.environ.get(f"{PREFIX}BASE_URL") or ANYWHERE
    return Settings.load(base_url=base_url, data_dir=folder)


def open_data(folder: Path) -> Data:
    """The data of a shop, to be read.

    Days are cut in the zone of the ``SHAREKIT_TIMEZONE`` setting, else in the one the store was filled with.

    Raises:
        NoDataError: there is none in that directory.
        ConfigError: a setting of the environment cannot work.
        StoreError: the store cannot be read.
    """
    settings = load_settings(folder)
    existing_folder(folder)
    store = open_store(settings.store, data_dir=folder)
    return Data(settings, store, zone_of(settings, store))


def existing_folder(folder: Path) -> Path:
    """The data directory itself, when it is there, and the kit's or empty.

    Raises:
        NoDataError: it is not.
    """
    if not folder.is_dir():
        what = "is not a directory" if folder.exists() else "does not exist"
        raise NoDataError(f"{str(folder)!r} {what}. Pass the kit's data directory: --data DIR")
    inside = {path.name for path in folder.iterdir()}
    if inside and not inside.intersection(_OURS):
        raise NoDataError(f"{str(folder)!r} holds no data of sharekit. Pass the kit's data directory: --data DIR")
    return folder


def make_sinks(settings: Settings, zone: ZoneInfo) -> list[Sink]:
    """The store and the further sinks of the environment."""
    return registry.make_sinks((settings.store, *settings.sinks), data_dir=settings.data_dir, timezone=zone)


def catch_up(data: Data) -> None:
    """Bring what ended processes left in the journal to the store, unless a living one is at it.

    The journal stays as it is: the shop may have sinks of which this command knows nothing.
    """
    if not (data.folder / JOURNAL).is_dir():
        return
    sink = registry.make_sink(data.settings.store, data_dir=data.folder, timezone=data.zone)
    try:
        # Files made by another user, such as root, would lock the shop out.
        if data.folder.stat().st_uid == os.geteuid():
            drain(data.folder, [sink], DRAIN_SECONDS, keep=True)
        books = status_of(data.folder, [sink.name]).sink(sink.name)
    except (OSError, sqlite3.Error) as error:
        note(f"note: cannot see whether events wait in the journal ({error}).")
        return
    if books.pending and books.lag > LATE_SECONDS:
        note(
            f"note: {books.pending:,} recorded events are not in the store yet, the oldest for {books.lag:,.0f} s. "
            "See: sharekit-web doctor"
        )


def zone_of(settings: Settings, store: Store) -> ZoneInfo:
    """The zone of the environment, else the one the store was filled with, else the default."""
    if os.environ.get(f"{PREFIX}TIMEZONE"):
        return settings.zone()
    return store.timezone() or settings.zone()
