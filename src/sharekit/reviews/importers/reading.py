"""From the lines of another tool's file to reviews of this shop."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any, get_args
from uuid import UUID, uuid5

from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.reviews import exports
from sharekit.reviews.drafts import Draft, DraftError, clean
from sharekit.reviews.importers import cells as values
from sharekit.reviews.importers import wordpress
from sharekit.reviews.importers.dates import Dates, Order, order_of
from sharekit.reviews.importers.files import Record, ReviewFile, column
from sharekit.reviews.importers.products import ProductIndex
from sharekit.reviews.importers.vendors import PRODUCT_FIELDS, SHAREKIT, Field, Vendor, status_of
from sharekit.reviews.model import MAX_BODY, MAX_NAME, MAX_TITLE, Incentive, Provenance, Relation, Reply, Review

IMPORTED = UUID("4418811a-20ea-4404-9d1b-f11727e79078")
"""Namespace of the ids of imported reviews (RFC 9562, section 6.5): the same row has the same id in every import."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OWN = {column(name): name for name in exports.PUBLIC_COLUMNS + exports.PRIVATE_COLUMNS}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of one line.

    Parameters:
        line: its number in the file.
        review: the review; ``None`` when there is none.
        problem: why there is none; empty for a line that belongs to another one, such as the shop's answer.
        notes: what was left out of the review.
    """

    line: int
    review: Review | None = None
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Reader:
    """Reads the reviews of one file.

    No review it makes is ever "verified": what a file says about orders is no evidence. An import never shows an
    e-mail address either; it becomes the hash by which the person is known here.

    Parameters:
        file: the file.
        vendor: whose it is.
        products: finds the shop's products.
        person_of: the hash of a person by e-mail address, as of :class:`sharekit.reviews.people.People`.
        is_staff: whether an address is an employee's; their reviews are labelled.
        order: what comes first in dates such as ``05/03/2024``, when somebody knows.
        zone: of times that name none.
        syndicated: the website that the reviews are taken over from; empty when they are the shop's own.
        meta: WordPress's second table, when it is a file of its own.
        at: the present.
    """

    file: ReviewFile
    vendor: Vendor
    products: ProductIndex
    person_of: Callable[[str], str] = lambda email: ""
    is_staff: Callable[[str], bool] = lambda email: False
    order: Order | None = None
    zone: tzinfo = UTC
    syndicated: str = ""
    meta: ReviewFile | None = None
    at: datetime = field(default_factory=now)
    _nameless: dict[str, int] = field(default_factory=dict, init=False)

    def parsed(self) -> Iterator[Parsed]:
        """Every line of the file, in constant memory but for short keys.

        Raises:
            ImportFileError: it cannot be told what the dates mean; nothing was given out before.
        """
        dates = self.dates
        thread = self._thread()
        self._nameless.clear()
        for record in self.file.records():
            if record.cells is None:
                yield Parsed(record.line, None, record.problem)
                continue
            notes: list[str] = []
            try:
                if self.vendor is SHAREKIT:
                    review = self._own(record, dates, notes)
                else:
                    found: Mapping[Field, str] = self._cells(record)
                    if thread is not None:
                        refusal = thread.refusal(record, found)
                        if refusal is not None:
                            yield Parsed(record.line, None, refusal)
                            continue
                        found = thread.with_meta(found)
                    review = self._review(found, dates, notes)
                    answer = thread.answers.get(found.get("key", "")) if thread else None
                    if answer:
                        review = self._answered(review, answer[1], dates, notes)
            except (InvalidValueError, UnknownNameError, DraftError) as error:
                yield Parsed(record.line, None, str(error).removeprefix("Review."))
            else:
                yield Parsed(record.line, review, "", tuple(notes))

    @cached_property
    def dates(self) -> Dates:
        """How the file's dates are read."""
        return Dates(self.order or order_of(self._date_cells()), self.zone, self.at)

    @cached_property
    def _columns(self) -> Mapping[Field, tuple[str, ...]]:
        if self.file.form == "jsonl":  # whose objects may have names that the first ones have not
            return {name: tuple(map(column, aliases)) for name, aliases in self.vendor.columns.items()}
        return self.vendor.fields_of(self.file.header)

    def _cells(self, record: Record) -> dict[Field, str]:
        """The cells of a row by field: the first of its columns that has a value."""
        row = record.cells or {}
        found = {
            name: next((text for alias in aliases if (text := row.get(alias, "").strip())), "")
            for name, aliases in self._columns.items()
        }
        return {name: text for name, text in found.items() if text}

    def _date_cells(self) -> Iterator[tuple[int, str]]:
        for record in self.file.records():
            found = self._cells(record)
            for name in ("date", "reply_date"):
                if text := found.get(name):
                    yield record.line, text

    def _thread(self) -> wordpress.Thread | None:
        if not self.vendor.replies:
            return None
        thread = wordpress.survey(self.file.records(), self._cells, self.vendor)
        if self.meta is not None:
            thread.add_table(self.meta)
        return thread

    def _review(self, found: Mapping[Field, str], dates: Dates, notes: list[str]) -> Review:
        rating = values.rating_of(found.get("rating", ""))
        names = [found[name] for name in PRODUCT_FIELDS if name in found]
        product = self.products.find(names)
        markup = self.vendor.markup
        title, body = values.title_and_body(found.get("title", ""), found.get("body", ""), markup=markup)
        author, address = values.author_of(found.get("author", ""))
        email = values.email_of(found.get("email", "")) or values.email_of(address)
        if address:
            notes.append("the name was an e-mail address; it is not shown")
        written = dates.read(found["date_utc"], UTC) if "date_utc" in found else None
        written = written or dates.read(found.get("date", ""))
        if written is None:
            notes.append("has no date; that of the import stands for it")
        status = status_of(self.vendor, found.get("status", ""))
        if status is None:
            notes.append(f"the status {found['status'][:40]!r} is unknown; it waits for a decision")
        _look_at_pictures(found.get("pictures", ""), notes)
        source = clean(found.get("source", ""))[:MAX_NAME]
        facts = Draft(
            product_id=product,
            rating=rating,
            language=found.get("language", "")[:35].replace("_", "-"),
            country=country if len(country := found.get("country", "")) == 2 else "",
            variant=found.get("variant", "")[:MAX_TITLE],
        )
        signs = (email or author, written.isoformat() if written else "")
        review = Review(
            id=self._id(
                found.get("key", ""), (source, *names, *signs, str(rating), title, body), nameless=not any(signs)
            ),
            product_id=product,
            rating=rating,
            title=title,
            body=body,
            author=author,
            person=self.person_of(email) if email else "",
            language=facts.language,
            country=facts.country,
            variant=facts.variant,
            provenance=self._provenance(source or self.vendor.title or "a file"),
            relation="employee" if email and self.is_staff(email) else _relation(found.get("relation", ""), notes),
            incentive=_incentive(found.get("incentive", ""), notes),
            status=status or "pending",
            reason="spam" if status == "rejected" else None,
            created_at=written or self.at,
        )
        return self._answered(review, found, dates, notes) if found.get("reply") else review

    def _own(self, record: Record, dates: Dates, notes: list[str]) -> Review:
        """A review of :mod:`sharekit.reviews.exports`, which may have been changed since, or made by hand."""
        if record.data is not None:
            review = exports.review_from_dict(record.data)
        else:
            review = exports.review_of_cells(
                {_OWN[name]: text for name, text in (record.cells or {}).items() if name in _OWN}
            )
        for at in filter(None, (review.created_at, review.edited_at, review.published_at)):
            dates.read(at.isoformat())  # refuses the future
        if review.photos:
            notes.append(f"{len(review.photos)} photos are not in the file and not taken over")
        was = review.provenance
        if was.evidence == "syndicated":
            provenance = was
        else:
            provenance = self._provenance(was.source if was.evidence == "imported" and was.source else SHAREKIT.title)
        return replace(
            review,
            id=review.id if _UUID.fullmatch(review.id) else self._id(review.id, ()),
            product_id=self.products.find([review.product_id]),
            title=clean(review.title),
            body=clean(review.body, lines=True),
            author=values.author_of(review.author)[0],
            variant=clean(review.variant),
            answers={clean(key): clean(answer) for key, answer in review.answers.items()},
            photos=(),
            provenance=provenance,
            helpful=0,
            unhelpful=0,
            reports=0,
        )

    def _provenance(self, source: str) -> Provenance:
        if self.syndicated:
            return Provenance(evidence="syndicated", source=self.syndicated)
        return Provenance(evidence="imported", source=source)

    def _answered(self, review: Review, found: Mapping[Field, str], dates: Dates, notes: list[str]) -> Review:
        """The review with the shop's answer, from its own row or another one."""
        name: Field = "reply" if "reply" in found else "body"
        body = values.text_of(found.get(name, ""), markup=self.vendor.markup)
        if not body:
            return review
        if len(body) > MAX_BODY:
            notes.append(f"the shop's answer has {len(body):,} characters, more than {MAX_BODY:,}; it is left out")
            return review
        at = None
        try:
            if name == "reply":
                at = dates.read(found.get("reply_date", ""))
            else:
                at = dates.read(found["date_utc"], UTC) if "date_utc" in found else dates.read(found.get("date", ""))
        except InvalidValueError as error:
            notes.append(f"the shop's answer: {error}; the review's date stands for it")
        return replace(review, reply=Reply(body=body, at=at or review.created_at))

    def _id(self, key: str, parts: tuple[str, ...], *, nameless: bool = False) -> str:
        """The same id for the same row in every import: of the tool's own key, else of all that is in the row.

        Rows without a name and a date are told apart by counting, because two people may well write "Great!".
        """
        whose = self.syndicated or self.vendor.name
        told = "\x1f".join((whose, "key", key) if key else (whose, "row", *parts))
        if nameless and not key:
            told_id = str(uuid5(IMPORTED, told))
            count = self._nameless[told_id] = self._nameless.get(told_id, 0) + 1
            return told_id if count == 1 else str(uuid5(IMPORTED, f"{told}\x1f{count}"))
        return str(uuid5(IMPORTED, told))


def _look_at_pictures(cell: str, notes: list[str]) -> None:
    good, bad = values.pictures_of(cell)
    if good:
        notes.append(f"pictures are not taken over: {' '.join(good)[:500]}")
    if bad:
        notes.append(f"what is no address of a picture is left out: {' '.join(bad)[:200]}")


def _relation(word: str, notes: list[str]) -> Relation:
    word = word.strip().lower()
    known: tuple[Any, ...] = get_args(Relation)
    if word and word not in known:
        notes.append(f"the relation {word[:40]!r} is unknown; taken for a customer")
    return word if word in known else "customer"  # type: ignore[return-value]  # it is one of them


def _incentive(word: str, notes: list[str]) -> Incentive:
    word = word.strip().lower()
    known: tuple[Any, ...] = get_args(Incentive)
    if word in known:
        return word  # type: ignore[return-value]  # it is one of them
    if values.yes(word):
        notes.append("what was given for it is not said; labelled as gifted")
        return "gifted"
    return ""
