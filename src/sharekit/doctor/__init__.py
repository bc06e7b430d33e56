"""What is wrong, and what to do about it: the checks behind ``sharekit-web doctor``."""

from __future__ import annotations

from sharekit.config import Settings
from sharekit.doctor.books import examine_books, examine_store
from sharekit.doctor.directory import examine_directory
from sharekit.doctor.finding import Finding, Verdict
from sharekit.doctor.installation import examine_installation, examine_settings
from sharekit.doctor.reviews import examine_reviews
from sharekit.doctor.sinks import examine_sinks

__all__ = ["Finding", "Verdict", "examine", "examine_installation"]


def examine(settings: Settings) -> list[Finding]:
    """Everything that depends on the settings: what they need, the sinks, the data directory, the stores, the books.

    Looks only; it makes and changes no file.
    """
    findings, sinks = examine_settings(settings)
    findings += examine_sinks(settings)
    findings += examine_directory(settings.data_dir)
    if settings.data_dir.is_dir():
        findings += [*examine_store(settings), *examine_reviews(settings), *examine_books(settings.data_dir, sinks)]
    return findings
