"""When a file of events is put aside for a new one, under which name, and how many of the old ones stay."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sharekit.sqlite_files import sync_directory

EVERY = {"hour": "%Y%m%d%H", "day": "%Y%m%d"}
_UNITS = {"": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_SIZE = re.compile(r"(\d{1,12})(kb|mb|gb)?\Z")
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Rotation:
    """The rules.

    Parameters:
        size: bytes beyond which a file is put aside; ``None`` for no bound.
        every: ``"hour"`` or ``"day"`` (UTC); ``""`` for neither.
        keep: files put aside that stay, the newest ones; ``None`` for all.
        compress: put them aside with gzip.
    """

    size: int | None = None
    every: str = ""
    keep: int | None = None
    compress: bool = False

    def due(self, path: Path, coming: int) -> bool:
        """Whether the file must make way before ``coming`` bytes are added. An empty file never has to."""
        try:
            facts = path.stat()
        except FileNotFoundError:
            return False
        if not facts.st_size:
            return False
        if self.size is not None and facts.st_size + coming > self.size:
            return True
        period = EVERY.get(self.every)
        return period is not None and _period(facts.st_mtime, period) != f"{datetime.now(UTC):{period}}"

    def put_aside(self, path: Path) -> None:
        """Rename the file to ``name-20261121T130501.123456Z.jsonl``, compress it and remove the oldest."""
        taken = {old.name.removesuffix(".gz") for old in self.aside(path)}
        while (name := f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{path.suffix}") in taken:
            pass  # the clock was set back, to this very microsecond
        path.rename(path.with_name(name))
        sync_directory(path.parent)
        self.tidy(path)

    def tidy(self, path: Path) -> None:
        """Compress what was put aside and is not, also by a process that died over it; remove the oldest."""
        for old in self.aside(path):
            if self.compress and old.suffix != ".gz":
                _compress(old)
        if self.keep is not None:
            for old in self.aside(path)[: -self.keep or None]:
                old.unlink(missing_ok=True)

    def aside(self, path: Path) -> list[Path]:
        """The files put aside, oldest first."""
        form = re.compile(rf"{re.escape(path.stem)}-\d{{8}}T\d{{6}}\.\d{{6}}Z{re.escape(path.suffix)}(\.gz)?", re.ASCII)
        return sorted(old for old in path.parent.iterdir() if form.fullmatch(old.name))


def size(text: str) -> int:
    """A size from an option: ``50MB``, ``1GB``, ``4096``."""
    found = _SIZE.match(text.strip().lower())
    if found is None or not int(found[1]):
        raise ValueError("write a size such as 50MB")
    return int(found[1]) * _UNITS[found[2] or ""]


def period(text: str) -> str:
    """How often, from an option."""
    if text not in EVERY:
        raise ValueError(f"write {' or '.join(EVERY)}")
    return text


def _period(at: float, form: str) -> str:
    return f"{datetime.fromtimestamp(at, UTC):{form}}"


def _compress(old: Path) -> None:
    """The whole file is on the disk under its new name before the old one goes."""
    part, done = old.with_name(f"{old.name}.gz{_PART}"), old.with_name(f"{old.name}.gz")
    try:
        with old.open("rb") as source, part.open("wb") as target:
            with gzip.GzipFile(filename=old.name, mode="wb", compresslevel=6, fileobj=target, mtime=0) as packed:
                shutil.copyfileobj(source, packed, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        part.rename(done)
        sync_directory(old.parent)
        old.unlink()
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
