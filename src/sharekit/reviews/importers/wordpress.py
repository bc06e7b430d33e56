"""WordPress keeps a shop's answers as comments below the review, and the stars in a table beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sharekit.reviews.importers.files import Record, ReviewFile
from sharekit.reviews.importers.vendors import Field, Vendor, status_of

Cells = Mapping[Field, str]
_COMMENTS = frozenset({"", "comment", "review"})
_META: Mapping[str, Field] = {"rating": "rating", "title": "title", "review_title": "title"}


@dataclass(slots=True)
class Thread:
    """What a first look through a dump of comments tells of each one.

    Parameters:
        meta: rating and title by comment, from rows of ``wp_commentmeta``.
        joined: whether comments and their meta rows stand in one file, a line for each pair.
        top: comments that answer nothing.
        answers: line and cells of the answer kept for each review.
    """

    meta: dict[str, dict[Field, str]] = field(default_factory=dict)
    joined: bool = False
    top: set[str] = field(default_factory=set)
    answers: dict[str, tuple[int, Cells]] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)

    def add(self, vendor: Vendor, record: Record, cells: Cells) -> None:
        """Take note of one row."""
        key, parent = cells.get("key", ""), cells.get("parent", "")
        name = _META.get(cells.get("meta_key", ""))
        self.joined = self.joined or "meta_key" in cells
        if name and key:
            self.meta.setdefault(key, {})[name] = cells.get("meta_value", "")
        if parent in {"", "0"}:
            self.top.add(key)
        elif _by_shop(vendor, cells) and parent not in self.answers:
            self.answers[parent] = record.line, cells

    def add_table(self, file: ReviewFile) -> None:
        """Take note of a whole file of ``wp_commentmeta``."""
        for record in file.records():
            cells = record.cells or {}
            name = _META.get(cells.get("metakey", "").strip())
            key = cells.get("commentid", "").strip()
            if name and key:
                self.meta.setdefault(key, {})[name] = cells.get("metavalue", "").strip()

    def refusal(self, record: Record, cells: Cells) -> str | None:
        """Why a row is no review: a reason, ``""`` for a line that belongs to another one, else ``None``."""
        if self.joined:
            key = cells.get("key", "")
            if key in self._met:
                return ""
            self._met.add(key)
        kind, parent = cells.get("type", "").lower(), cells.get("parent", "")
        if kind not in _COMMENTS:
            return f"is of the type {kind[:40]!r}, not a review"
        if parent in {"", "0"}:
            return None
        if parent not in self.top:
            return f"answers the comment {parent[:20]!r}, which is an answer itself or not in the file"
        if self.answers.get(parent, (0, None))[0] == record.line:
            return ""
        return "is a further answer to a review; the first one that a registered user wrote is kept"

    def with_meta(self, cells: Cells) -> Cells:
        """The cells with what stands beside the comment."""
        found = self.meta.get(cells.get("key", ""), {})
        return {**cells, **{name: value for name, value in found.items() if not cells.get(name)}}


def survey(records: Iterable[Record], fields: Callable[[Record], Cells], vendor: Vendor) -> Thread:
    """Look through the rows of a dump."""
    thread = Thread()
    for record in records:
        if record.cells is not None:
            thread.add(vendor, record, fields(record))
    return thread


def _by_shop(vendor: Vendor, cells: Cells) -> bool:
    """Whether an answer may be the shop's: published, by somebody with an account when that is known."""
    return status_of(vendor, cells.get("status", "")) == "published" and cells.get("user", "1") not in {"", "0"}
