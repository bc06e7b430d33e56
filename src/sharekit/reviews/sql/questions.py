"""Questions and answers in SQL tables, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sharekit.reviews.model import Reason, Status
from sharekit.reviews.questions import Answer, Question
from sharekit.reviews.sql.pages import place, read_place
from sharekit.reviews.sql.rows import (
    ANSWER,
    QUESTION,
    Row,
    answer_of,
    answer_row,
    question_of,
    question_row,
)  # fmt: skip
from sharekit.reviews.sql.session import Session, Sessions
from sharekit.reviews.sql.writing import add_entry, wipe_log
from sharekit.reviews.store import Entry

_QUESTIONS = f"SELECT {', '.join(QUESTION)} FROM questions"  # noqa: S608 (our names)
_ANSWERS = f"SELECT {', '.join(ANSWER)} FROM answers"  # noqa: S608 (our names)
_WAITING = (
    "id IN (SELECT id FROM questions WHERE status = 'pending' "
    "UNION SELECT question_id FROM answers WHERE status = 'pending')"
)


class SQLQuestions(Sessions):
    """Asks, answers, decides, erases."""

    def ask(self, question: Question, entry: Entry) -> Question:
        with self._writing() as session:
            _insert(session, "questions", QUESTION, question_row(question))
            for answer in question.answers:
                _insert(session, "answers", ANSWER, answer_row(question.id, answer))
            add_entry(session, entry)
        return question

    def answer(self, question_id: str, answer: Answer, entry: Entry) -> Answer | None:
        with self._writing() as session:
            if not session.rows(f"SELECT 1 FROM questions WHERE id = ?{session.for_update}", (question_id,)):  # noqa: S608
                return None
            _insert(session, "answers", ANSWER, answer_row(question_id, answer))
            add_entry(session, entry)
        return answer

    def decide_question(self, subject: str, status: Status, entry: Entry, *, reason: Reason | None = None) -> bool:
        with self._writing() as session:
            for table in ("questions", "answers"):
                statement = f"UPDATE {table} SET status = ?, reason = ? WHERE id = ?"  # noqa: S608 (our names)
                if session.run(statement, (status, reason or "", subject)):
                    add_entry(session, entry)
                    return True
        return False

    def questions(
        self, product_id: str = "", *, status: Status | None = "published", after: str = "", limit: int = 20
    ) -> tuple[list[Question], str]:
        parts: list[str] = []
        values: list[Any] = []
        if product_id:
            parts.append("product_id = ?")
            values.append(product_id)
        if status == "pending":
            parts.append(_WAITING)
        elif status:
            parts.append("status = ?")
            values.append(status)
        at = read_place(after, "questions", 1)
        if at is not None:
            parts.append("(created_at, id) < (?, ?)")
            values += at
        where = f" WHERE {' AND '.join(parts)}" if parts else ""
        with self._reading() as session:
            rows = session.rows(f"{_QUESTIONS}{where} ORDER BY created_at DESC, id DESC LIMIT {limit + 1}", values)
            more, rows = len(rows) > limit, rows[:limit]
            found = _with_answers(session, rows, published=status == "published")
        return found, place("questions", (rows[-1][-1], rows[-1][0])) if more else ""

    def question(self, question_id: str) -> Question | None:
        with self._reading() as session:
            found = _with_answers(session, session.rows(f"{_QUESTIONS} WHERE id = ?", (question_id,)))
        return found[0] if found else None

    def questions_of(self, person: str) -> list[Question]:
        if not person:
            return []
        with self._reading() as session:
            rows = session.rows(
                f"{_QUESTIONS} WHERE id IN (SELECT id FROM questions WHERE person = ? AND person <> '' "  # noqa: S608
                "UNION SELECT question_id FROM answers WHERE person = ? AND person <> '') ORDER BY created_at, id",
                (person, person),
            )
            return _with_answers(session, rows)

    def erase_questions(self, person: str, entry: Entry) -> int:
        if not person:
            return 0
        with self._writing() as session:
            own = "WHERE person = ? AND person <> '' ORDER BY id" + session.for_update
            asked = _ids(session, f"questions {own}", person)
            answered = _ids(session, f"answers {own}", person)
            # An answer cannot stand without its question, whoever wrote it.
            others = [
                one for question_id in asked for one in _ids(session, "answers WHERE question_id = ?", question_id)
            ]
            for subject in sorted({*asked, *answered, *others}):
                session.run("DELETE FROM answers WHERE id = ?", (subject,))
                session.run("DELETE FROM questions WHERE id = ?", (subject,))
                wipe_log(session, subject)
                add_entry(session, replace(entry, subject=subject))
        return len(asked) + len(answered)


def _ids(session: Session, where: str, value: str) -> list[str]:
    return [row[0] for row in session.rows(f"SELECT id FROM {where}", (value,))]  # noqa: S608 (our names)


def _insert(session: Session, table: str, columns: Sequence[str], row: Row) -> None:
    marks = ", ".join("?" * len(columns))
    session.run(f"INSERT INTO {table}({', '.join(columns)}) VALUES ({marks})", row)  # noqa: S608 (our names)


def _with_answers(session: Session, rows: Sequence[Row], *, published: bool = False) -> list[Question]:
    found: dict[str, list[Answer]] = {row[0]: [] for row in rows}
    if found:
        only = " AND status = 'published'" if published else ""
        for row in session.rows(f"{_ANSWERS} WHERE question_id IN ({', '.join('?' * len(found))}){only}", list(found)):
            question_id, answer = answer_of(row)
            found[question_id].append(answer)
    return [question_of(row, found[row[0]]) for row in rows]
