"""An import: what would happen, and what did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sharekit.reviews.importers.reading import Parsed, Reader
from sharekit.reviews.model import Review, Status
from sharekit.reviews.store import ReviewStore

BATCH = 500
"""Reviews that are kept in one transaction: all of them or none."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a line of the file that its owner should know."""

    line: int
    reason: str


@dataclass(kw_only=True)
class Outcome:
    """What an import did, or in a dry run would do.

    Parameters:
        lines: lines below the header.
        kept: reviews that are new in the store, by status.
        stars: the same by rating.
        products: the same by product.
        answers: the shop's answers among them.
        already: reviews that were imported before.
        refused: lines that are no review, or none that can be kept.
        notes: lines whose review is kept with something left out.
    """

    lines: int = 0
    kept: Counter[Status] = field(default_factory=Counter)
    stars: Counter[int] = field(default_factory=Counter)
    products: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    already: int = 0
    refused: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


def import_reviews(
    reader: Reader,
    store: ReviewStore,
    *,
    dry_run: bool = False,
    unique: bool = True,
    progress: Callable[[int], None] = lambda lines: None,
) -> Outcome:
    """Read a file and keep its reviews.

    Each batch is one transaction. When the store fails in between, the batches before are kept, and importing the same
    file again adds the rest.

    Parameters:
        reader: of the file.
        store: where to; in a dry run only read.
        dry_run: only say what would happen; nothing is changed.
        unique: refuse a second review of a product by the same person.
        progress: called with the number of lines after each batch.

    Raises:
        ImportFileError: the file cannot be read as a whole; nothing was kept.
    """
    outcome = Outcome()
    lines: dict[str, int] = {}
    writers: dict[tuple[str, str], int] = {}
    for parsed in _batched(reader.parsed()):
        batch: list[Parsed] = []
        for one in parsed:
            outcome.lines += 1
            review = one.review
            if review is None:
                if one.problem:
                    outcome.refused.append(Remark(one.line, one.problem))
                continue
            if review.id in lines:
                outcome.refused.append(Remark(one.line, f"is the same as line {lines[review.id]}"))
                continue
            lines[review.id] = one.line
            if store.get(review.id) is not None:
                outcome.already += 1
                continue
            if unique and review.person:
                writer = review.product_id, review.person
                if writer in writers:
                    outcome.refused.append(Remark(one.line, f"{_SECOND} (the first is on line {writers[writer]})"))
                    continue
                if any(other.product_id == review.product_id for other in store.of_person(review.person)):
                    outcome.refused.append(Remark(one.line, _SECOND))
                    continue
                writers[writer] = one.line
            batch.append(one)
        _keep(batch, store, outcome, dry_run=dry_run, unique=unique)
        progress(outcome.lines)
    return outcome


_SECOND = "is a second review of the product by the same person"


def _keep(batch: Sequence[Parsed], store: ReviewStore, outcome: Outcome, *, dry_run: bool, unique: bool) -> None:
    reviews = [one.review for one in batch if one.review is not None]
    if not dry_run and reviews:
        reviews = store.add_many(reviews, unique=unique)
    kept = {review.id: review for review in reviews}
    for one in batch:
        if one.review is None or one.review.id not in kept:
            outcome.already += 1  # somebody else brought it meanwhile
            continue
        _count(one.review, outcome)
        outcome.notes.extend(Remark(one.line, note) for note in one.notes)


def _count(review: Review, outcome: Outcome) -> None:
    outcome.kept[review.status] += 1
    outcome.stars[review.rating] += 1
    outcome.products[review.product_id] += 1
    outcome.answers += review.reply is not None


def _batched(lines: Iterator[Parsed]) -> Iterator[list[Parsed]]:
    batch: list[Parsed] = []
    for line in lines:
        batch.append(line)
        if len(batch) >= BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
