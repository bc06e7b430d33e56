"""The data directory: is it there, on a local disk, writable, with room, and are its secrets secret?"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sharekit.doctor.finding import Finding
from sharekit.pipeline.filesystems import NETWORK_FILE_SYSTEMS, mounted_as

LOW_SPACE = 200 * 1024 * 1024
NO_SPACE = 10 * 1024 * 1024
SECRETS = ("secret.key", "salts.json")


def examine_directory(folder: Path) -> Iterator[Finding]:
    """What can be seen from outside."""
    if not folder.is_dir():
        yield _missing(folder)
    else:
        yield _writable(folder)
        yield from _open_secrets(folder)
        yield from _strangers(folder)
    there = nearest(folder)
    yield file_system(folder, mounted_as(there))
    yield free_space(shutil.disk_usage(there).free)


def nearest(folder: Path) -> Path:
    """The folder itself, or the first one above it that exists."""
    folder = folder.absolute()
    while not folder.is_dir():
        folder = folder.parent
    return folder.resolve()


def file_system(folder: Path, kind: str) -> Finding:
    """Whether SQLite can work there."""
    if kind in NETWORK_FILE_SYSTEMS:
        return Finding(
            "file system",
            "FAIL",
            f"{folder} is on {kind}, which hosts share; SQLite's write-ahead log cannot work there. "
            "Put data_dir on a local disk",
        )
    if not kind:
        return Finding("file system", "WARN", f"cannot see what {folder} is on; make sure that it is a local disk")
    if kind.startswith("fuse"):
        return Finding("file system", "WARN", f"{folder} is on {kind}; make sure that it is a local disk")
    return Finding("file system", "OK", kind)


def free_space(free: int) -> Finding:
    """Whether the journal can grow while a sink is down."""
    room = f"{free / 1024**2:,.0f} MiB free"
    if free < NO_SPACE:
        return Finding("disk", "FAIL", f"{room}; events cannot be kept for long. Make room")
    if free < LOW_SPACE:
        return Finding("disk", "WARN", f"{room}; make room before the journal needs it")
    return Finding("disk", "OK", room)


def _missing(folder: Path) -> Finding:
    if folder.exists():
        return Finding("data directory", "FAIL", f"{folder} is not a directory; set data_dir (or --data) to one")
    if not os.access(nearest(folder), os.W_OK):
        return Finding(
            "data directory", "FAIL", f"{folder} does not exist and cannot be made in {nearest(folder)} by this user"
        )
    return Finding("data directory", "WARN", f"{folder} does not exist yet; the first event makes it. Is --data right?")


def _writable(folder: Path) -> Finding:
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "data directory", "FAIL", f"{folder} cannot be written by this user; give it to the user the shop runs as"
        )
    return Finding("data directory", "OK", f"{folder} can be written")


def _open_secrets(folder: Path) -> Iterator[Finding]:
    for name in SECRETS:
        path = folder / name
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except OSError:
            continue  # not made yet, or not ours to see
        if mode & 0o077:
            yield Finding("secrets", "FAIL", f"others can read {path} (mode {mode:o}): chmod 600 {path}")


def _strangers(folder: Path) -> Iterator[Finding]:
    """Files of another user than the directory's, left by a command that was run as root."""
    owner = folder.stat().st_uid
    journal = folder / "journal"
    paths = [*folder.iterdir(), *(journal.iterdir() if journal.is_dir() and os.access(journal, os.R_OK) else ())]
    strange = []
    for path in paths:
        try:
            if path.stat().st_uid != owner:
                strange.append(path.name)
        except OSError:
            continue  # gone meanwhile
    if strange:
        names = ", ".join(sorted(strange)[:5]) + (" …" if len(strange) > 5 else "")
        yield Finding(
            "owner",
            "WARN",
            f"{names} in {folder} belong to another user than the directory, and may lock the shop out: "
            f"chown --reference={folder} the files",
        )
