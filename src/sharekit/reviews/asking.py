"""Questions about products, and their answers by the shop and by customers."""

from __future__ import annotations

from typing import Literal

from sharekit.reviews.decisions import ACTIONS, MAX_NOTE, check_decision
from sharekit.reviews.desk_base import DeskBase, Seen, log
from sharekit.reviews.drafts import clean
from sharekit.reviews.model import MAX_NAME, Reason, Status
from sharekit.reviews.people import NOBODY, Person, address_key
from sharekit.reviews.questions import MAX_ANSWER, MAX_QUESTION, Answer, Question
from sharekit.reviews.rules import RuleInput
from sharekit.reviews.store import Entry


class Asking(DeskBase):
    """Questions and answers. They pass the same rules as reviews."""

    def ask(
        self, product_id: str, body: str, *, author: str = "", person: Person = NOBODY, seen: Seen | None = None
    ) -> Question:
        """Take in a question about a product.

        Raises:
            DraftError: it is empty or too long, or the policy takes none.
        """
        given = self._asked("question", product_id, body, author, person, seen, longest=MAX_QUESTION)
        status, entry = self._first(given, "")
        question = Question(
            product_id=product_id, body=given.prose, author=given.others[0], person=person.id, status=status,
            created_at=entry.at,
        )  # fmt: skip
        return self.store.ask(question, _about(entry, question.id, "submit"))

    def answer(
        self, question_id: str, body: str, *, author: str = "", person: Person = NOBODY, by_shop: str = "",
        verified: bool = False, seen: Seen | None = None,
    ) -> Answer | None:  # fmt: skip
        """Take in an answer; ``None`` when there is no such question, or it is not shown and the shop is not answering.

        Parameters:
            by_shop: name of the moderator when the shop answers, for the log. Its answers are published at once, and a
                question that waits is published with them.
            verified: an order of this shop stands behind the writer.

        Raises:
            DraftError: it is empty or too long, or the policy takes none.
        """
        question = self.store.question(question_id)
        if question is None or question.status == "rejected" or not (by_shop or question.status == "published"):
            return None
        given = self._asked("answer", question.product_id, body, author, person, seen, longest=MAX_ANSWER)
        status, entry = self._first(given, by_shop)
        answer = Answer(
            body=given.prose, author=given.others[0], person=person.id, by_shop=bool(by_shop), verified=verified,
            status=status, created_at=entry.at,
        )  # fmt: skip
        kept = self.store.answer(question_id, answer, _about(entry, answer.id, "answer"))
        if kept and question.status == "pending":
            self.store.decide_question(question_id, "published", _about(entry, question_id, "publish"))
        return kept

    def decide_question(
        self, subject: str, status: Status, *, by: str, reason: Reason | None = None, note: str = ""
    ) -> bool:
        """Publish, reject or put back a question or an answer; ``False`` when there is none of that id.

        Raises:
            LookupError, InvalidValueError: as of :meth:`sharekit.reviews.decisions.Decisions.decide`.
        """
        check_decision(status, reason)
        entry = Entry(
            subject=subject, action=ACTIONS[status], by=by, reason=reason or "",
            note=clean(note, lines=True)[:MAX_NOTE], at=self._now(),
        )  # fmt: skip
        return self.store.decide_question(subject, status, entry, reason=reason)

    def _asked(
        self,
        kind: Literal["question", "answer"],
        product_id: str,
        body: str,
        author: str,
        person: Person,
        seen: Seen | None,
        *,
        longest: int,
    ) -> RuleInput:
        """The texts, cleaned and checked, as the rules see them."""
        body, author = clean(body, lines=True), clean(author)
        errors = {
            name: problem
            for name, problem, wrong in (
                ("", "closed", not self.policy.questions),
                ("body", "missing", not body),
                ("body", "too_long", len(body) > longest),
                ("author", "too_long", len(author) > MAX_NAME),
            )
            if wrong
        }
        if errors:
            raise self._refuse(errors, kind.capitalize(), product_id)
        sender = address_key(seen.browser if seen else NOBODY) or person.id
        return RuleInput(kind=kind, product_id=product_id, prose=body, others=(author,), sender=sender)

    def _first(self, given: RuleInput, by_shop: str) -> tuple[Status, Entry]:
        """With which status it begins, and the log entry of it (its subject is filled in later)."""
        hits = [] if by_shop else self._rules.check(given, self._now())
        for hit in hits:
            log.info("%s about %.128r is held by the rule %s", given.kind.capitalize(), given.product_id, hit.rule)
        status: Status = "published" if by_shop else self._first_status(hits)
        held = {"held": {hit.rule: hit.found for hit in hits}} if hits else {}
        return status, Entry(subject="", action="", by=by_shop or "author", at=self._now(), details=held)


def _about(entry: Entry, subject: str, action: str) -> Entry:
    return Entry(subject=subject, action=action, by=entry.by, at=entry.at, details=entry.details)
