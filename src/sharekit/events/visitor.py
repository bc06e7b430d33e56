"""Who came back the same day, without a cookie and without keeping an address.

A visitor's pseudonym is a keyed hash of address, user agent and host. The key, a random salt, is new every UTC day
and destroyed two days later; from then on nobody, the shop included, can tell whose pseudonym it was or link the days.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from math import inf
from pathlib import Path
from threading import Lock

SALT_FILE = "salts.json"
SALT_BYTES = 16
VISITOR_BYTES = 12
"""96 bits, 16 characters: no two visitors of a day share one by chance."""
_DAY = 86_400
_MAX_CACHED = 4_096
_MAX_PART = 512
_RETRY_SECONDS = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Pseudonyms of one person: today's, and yesterday's to bridge midnight. Empty when there is none.

    Parameters:
        id: today's, 16 characters of ``A-Za-z0-9_-``.
        previous: yesterday's.
    """

    id: str = ""
    previous: str = ""


NOBODY = Visitor()
"""A visitor who asked not to be recognised."""


@dataclass(frozen=True, slots=True)
class _Day:
    """All that changes at midnight, in one object, so that a thread never sees a mixture of two days."""

    number: int
    salts: dict[int, bytes]
    cached: dict[tuple[str, str, str], Visitor]
    retry_at: float = inf


class Visitors:
    """Gives out the pseudonyms of the day; one file of salts serves all processes of a data directory.

    Parameters:
        data_dir: where the salts are kept (``salts.json``, readable by its owner alone).
        clock: seconds since the epoch.
    """

    def __init__(self, data_dir: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(data_dir) / SALT_FILE
        self._clock = clock
        self._lock = Lock()
        self._today = _Day(-1, {}, {})

    def identify(self, address: str, agent: str, host: str) -> Visitor:
        """The pseudonyms of whoever comes from ``address`` with ``agent`` to ``host``.

        Nothing given here is kept, except in this process's memory until the day is over.
        """
        now = self._clock()
        today = self._today
        if now // _DAY != today.number or today.retry_at <= now:
            today = self._refresh(now)
        who = (address, agent[:_MAX_PART], host[:_MAX_PART])
        visitor = today.cached.get(who)
        if visitor is None:
            text = "\x00".join(who).encode("utf-8", "surrogatepass")
            salts, number = today.salts, today.number
            visitor = Visitor(_pseudonym(text, salts.get(number)), _pseudonym(text, salts.get(number - 1)))
            if len(today.cached) >= _MAX_CACHED:
                today.cached.clear()
            today.cached[who] = visitor
        return visitor

    def prune(self) -> None:
        """Destroy salts that are too old, also when nobody comes by any more. A kit that is used does it by itself."""
        if self._path.exists():
            self._refresh(self._clock())

    def _refresh(self, now: float) -> _Day:
        """Read today's salt, or make it; forget what was hashed with other ones."""
        number = int(now // _DAY)
        with self._lock:
            known = self._today
            retry_at = inf
            try:
                salts = self._salts_of(number)
            except OSError as error:
                # Without the file the numbers of one process still hold; the journal beside it reports its own trouble.
                salts = {kept: salt for kept, salt in known.salts.items() if _is_kept(kept, number)}
                salts.setdefault(number, secrets.token_bytes(SALT_BYTES))
                if known.retry_at == inf:
                    _log.warning(
                        "Visitors are told apart by this process alone: %s cannot be used (%s).", self._path, error
                    )
                retry_at = now + _RETRY_SECONDS
            same = salts == known.salts and number == known.number
            self._today = _Day(number, salts, known.cached if same else {}, retry_at)
            return self._today

    def _salts_of(self, day: int) -> dict[int, bytes]:
        salts = _read(self._path)
        if day in salts and all(_is_kept(kept, day) for kept in salts):
            return salts
        with _locked(self._path):
            salts = {kept: salt for kept, salt in _read(self._path).items() if _is_kept(kept, day)}
            salts.setdefault(day, secrets.token_bytes(SALT_BYTES))
            _write(self._path, salts)
        return salts


def _is_kept(kept: int, day: int) -> bool:
    """Yesterday's, today's, and tomorrow's: that one is there when the clock was set back over midnight."""
    return abs(kept - day) <= 1


def _pseudonym(text: bytes, salt: bytes | None) -> str:
    if salt is None:
        return ""
    return urlsafe_b64encode(blake2b(text, key=salt, digest_size=VISITOR_BYTES).digest()).decode()


def _read(path: Path) -> dict[int, bytes]:
    """The salts by day (days since 1970-01-01, UTC); none when the file is missing or damaged."""
    try:
        rows = json.loads(path.read_bytes())
        salts = {int(day): bytes.fromhex(salt) for day, salt in rows.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, AttributeError, TypeError):
        return {}
    return {day: salt for day, salt in salts.items() if len(salt) == SALT_BYTES}


def _write(path: Path, salts: dict[int, bytes]) -> None:
    aside = path.with_name(f".{SALT_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump({str(day): salt.hex() for day, salt in sorted(salts.items())}, file)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(f".{SALT_FILE}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
