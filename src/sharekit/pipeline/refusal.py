"""Why an event could not be kept, in words that help."""

from __future__ import annotations

from pathlib import Path

from sharekit.exceptions import JournalError


def refusal(directory: Path, error: Exception) -> JournalError:
    """The error for an event that was not kept, with what to do about it."""
    if isinstance(error, JournalError):
        return error
    text = str(error).lower()
    advice = "See the reason in brackets."
    if isinstance(error, PermissionError) or "read-only" in text or "readonly" in text or "unable to open" in text:
        advice = "Make data_dir writable for the user of this process."
    elif "full" in text or "no space" in text or "too large" in text or "disk i/o" in text:
        advice = "Free disk space, or move data_dir."
    elif "locked" in text:
        advice = "Another program holds the file; only this process may write it."
    return JournalError(f"{directory}: the event was not kept ({error}). {advice}")


def networked_refusal(directory: Path, kind: str) -> JournalError:
    """The error for a journal on a network file system."""
    return JournalError(
        f"{directory}: the event was not kept, because the directory is on a network file system ({kind}), where "
        "commits can be lost: SQLite's write-ahead log and locks work within one host only. Set data_dir to a "
        "directory on a local disk, one per host, and send events to a sink that hosts share, such as PostgreSQL. "
        "If one host alone uses this file system, and it maps memory and locks files as a local one does, set "
        "networked_data_dir=True."
    )
