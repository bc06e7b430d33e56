"""``sharekit-web reviews``: look at reviews, decide about them, answer them, remove them."""

from __future__ import annotations

import getpass
import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sharekit.cli.data import ANYWHERE, existing_folder
from sharekit.cli.output import complain, note, say
from sharekit.config import PREFIX
from sharekit.exceptions import ConfigError
from sharekit.kit import ShareKit
from sharekit.reports.cells import cut, shown
from sharekit.reviews.exports import review_to_dict
from sharekit.reviews.model import Reason, Review, Status
from sharekit.reviews.people import Person

_TEXT_COLUMNS = 48


@contextmanager
def open_kit(folder: Path, *, make: bool = False) -> Iterator[ShareKit]:
    """The shop's kit, for a command: the settings of the environment, and nothing delivered.

    Parameters:
        folder: the data directory.
        make: it need not be there yet.

    Raises:
        NoDataError: there is none, and it is not to be made, or it holds something else.
    """
    if folder.exists() or not make:
        existing_folder(folder)
        if folder.stat().st_uid != os.geteuid():
            note(f"note: {folder} belongs to another user; files made now may be closed to it. Run this as that user.")
    kit = ShareKit(os.environ.get(f"{PREFIX}BASE_URL") or ANYWHERE, data_dir=folder, deliver=False)
    try:
        yield kit
    finally:
        kit.close()


def person_of(kit: ShareKit, options: Namespace) -> Person:
    """The person that ``--email`` and ``--customer`` mean; nobody without them.

    Raises:
        InvalidValueError: the address is none.
    """
    if options.customer:
        return kit.desk.people.of_customer(options.customer, options.email)
    return kit.desk.people.of_email(options.email) if options.email else Person()


def show(options: Namespace) -> int:
    """``sharekit-web reviews list``."""
    with open_kit(options.data) as kit:
        store = kit.review_store
        status: Status | None = None if options.status == "all" else options.status
        if options.reported:
            found: Iterator[Review] = iter(store.queue("published", reported=True, limit=100).reviews)
            found = (review for review in found if options.product in {"", review.product_id})
        else:
            found = store.all(status=status, product_id=options.product)
        reviews = list(islice(found, options.limit + 1))
        more, reviews = len(reviews) > options.limit, reviews[: options.limit]
        if options.format == "json":
            say(json.dumps([review_to_dict(review) for review in reviews], ensure_ascii=False, indent=2))
        else:
            for review in reviews:
                say(_line(review))
            if not reviews:
                say("No reviews with reports of abuse." if options.reported else _none(options.status))
        if more:
            note(f"note: there are more; these are the first {options.limit:,}. To see more, pass --limit N")
    return 0


def approve(options: Namespace) -> int:
    """``sharekit-web reviews approve``."""
    return _decide(options, "published", None)


def reject(options: Namespace) -> int:
    """``sharekit-web reviews reject``."""
    return _decide(options, "rejected", options.reason)


def reply(options: Namespace) -> int:
    """``sharekit-web reviews reply``."""
    if bool(options.text) == options.remove:
        raise ConfigError("Pass the answer with --text TEXT (- for standard input), or take it away with --remove.")
    text = sys.stdin.read() if options.text == "-" else options.text
    if not options.remove and not text.strip():
        raise ConfigError("The answer is empty. To take an answer away, pass --remove.")
    with open_kit(options.data) as kit:

        def answer(review_id: str) -> str:
            kit.desk.reply(
                review_id,
                "" if options.remove else text,
                by=_by(options),
                author=options.author,
                private=options.private,
                email=options.email,
            )
            return "Answer removed" if options.remove else "Answered in private" if options.private else "Answered"

        return _each(kit, [options.review], answer)


def erase(options: Namespace) -> int:
    """``sharekit-web reviews erase``."""
    if bool(options.id) == bool(options.email or options.customer):
        raise ConfigError("Say what to remove: --email ADDRESS, --customer ID, or --id of one review.")
    with open_kit(options.data) as kit:
        if options.id:
            return _erase_one(kit, options)
        person = person_of(kit, options)
        if not options.yes:
            reviews = {review.id for key in person.ids for review in kit.review_store.of_person(key)}
            questions = {question.id for key in person.ids for question in kit.review_store.questions_of(key)}
            say(f"Would remove {many(len(reviews), 'review')}, {many(len(questions), 'question')} and all votes.")
            say("Nothing was removed. To do it, pass --yes")
            return 0
        gone = kit.desk.erase_person(person, by=_by(options))
        say(
            f"Removed {many(gone.reviews, 'review')}, {many(gone.questions, 'question or answer')} "
            f"and {many(gone.votes, 'vote or report')}. The numbers of their products are counted anew."
        )
    return 0


def _erase_one(kit: ShareKit, options: Namespace) -> int:
    if not options.yes and kit.review_store.get(options.id) is not None:
        say(f"Would remove the review {shown(options.id)}.\nNothing was removed. To do it, pass --yes")
        return 0

    def remove(review_id: str) -> str:
        if not options.yes or not kit.desk.erase(review_id, by=_by(options)):
            raise LookupError(review_id)
        return "Removed"

    return _each(kit, [options.id], remove)


def _decide(options: Namespace, status: Status, reason: Reason | None) -> int:
    with open_kit(options.data) as kit:

        def decide(review_id: str) -> str:
            kit.desk.decide(review_id, status, by=_by(options), reason=reason, note=options.note)
            return "Published" if status == "published" else f"Rejected ({reason})"

        return _each(kit, options.review, decide)


def _each(kit: ShareKit, ids: list[str], change: Callable[[str], str]) -> int:
    """Change each review, and say how its product stands then; 1 when one is not there."""
    failed = False
    for review_id in ids:
        before = kit.review_store.get(review_id)
        try:
            done = change(review_id)
        except LookupError:
            complain(f"There is no review {review_id[:60]!r}. See: sharekit-web reviews list --status all")
            failed = True
            continue
        about = f"; {_standing(kit, before.product_id)}" if before else ""
        say(f"{done}: {shown(review_id)}{about}")
    return int(failed)


def _standing(kit: ShareKit, product_id: str) -> str:
    summary = kit.review_store.summary(product_id)
    stars = f"{summary.mean} stars from {many(summary.count, 'review')}" if summary.count else "no published reviews"
    return f"{shown(product_id)} has {stars}"


def _line(review: Review) -> str:
    text = cut(shown(" ".join(f"{review.title} {review.body}".split())), _TEXT_COLUMNS)
    what = [review.id, shown(review.product_id), "★" * review.rating, review.status]
    if review.reason:
        what.append(review.reason)
    if review.reports:
        what.append(many(review.reports, "report"))
    labels = [word for word in (review.relation if review.relation != "customer" else "", review.incentive) if word]
    about = [review.created_at.date().isoformat(), shown(review.author) or "(no name)", review.provenance.evidence]
    return "  ".join([*what, *labels, *about, text])


def _none(status: str) -> str:
    return {"pending": "No reviews wait.", "all": "No reviews."}.get(status, f"No {status} reviews.")


def _by(options: Namespace) -> str:
    if options.by:
        return str(options.by)
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no entry for this user
        return f"user {os.geteuid()}"


def many(count: int, what: str) -> str:
    """A count and what is counted, in the singular or the plural: ``"1,882 reviews"``."""
    words = " or ".join(f"{word}s" for word in what.split(" or ")) if count != 1 else what
    return f"{count:,} {words}"
