"""What moderators do: publish, refuse, answer, erase. Each comes as a post and ends with a way back to a list."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import cast, get_args

from sharekit.exceptions import InvalidValueError
from sharekit.reviews.drafts import DraftError
from sharekit.reviews.model import Reason, Status
from sharekit.web.http import Response
from sharekit.web.moderation.visit import SHOWN, Moderation

_log = logging.getLogger(__name__)
_MAX_NOTE = 2_000
Fields = Mapping[str, str]


def decide(moderation: Moderation, fields: Fields) -> Response:
    """``review``, ``version`` (what of it was looked at), ``status``, ``reason``, ``note``."""
    subject = fields.get("review", "")
    ruling = _ruling(fields)
    if ruling is None:
        return moderation.to(f"review/{_part(subject)}", "no_reason")
    status, reason = ruling
    try:
        moderation.desk.decide(
            subject, status, by=moderation.by, reason=reason, note=_note(fields), version=fields.get("version")
        )
    except LookupError:
        return _back(moderation, fields, "gone")
    except InvalidValueError:  # of the version: status and reason fit together
        return moderation.to(f"review/{_part(subject)}", "changed")
    return _back(moderation, fields, status, of=_part(subject))


def reply(moderation: Moderation, fields: Fields) -> Response:
    """``review``, ``body``, ``to`` (``all`` or ``writer``), ``author``, ``email``; an empty one takes it away."""
    subject = fields.get("review", "")
    private = fields.get("to") == "writer"
    done = "replied"
    try:
        moderation.desk.reply(
            subject,
            fields.get("body", ""),
            by=moderation.by,
            author=fields.get("author", "").strip(),
            private=private,
            email=fields.get("email", "").strip() if private else "",
        )
    except LookupError:
        return _back(moderation, fields, "gone")
    except OSError:  # a MailError, or whatever the shop's own function met
        _log.exception("An answer could not be mailed.")
        done = "not_mailed"
    except InvalidValueError as error:
        done = "wrong_address" if error.field.endswith("email") else "empty"
    return moderation.to(f"review/{_part(subject)}", done)


def erase(moderation: Moderation, fields: Fields) -> Response:
    """``review``, and ``sure`` ticked."""
    subject = fields.get("review", "")
    if not fields.get("sure"):
        return moderation.to(f"review/{_part(subject)}", "not_sure")
    return moderation.to("", "erased" if moderation.desk.erase(subject, by=moderation.by) else "gone")


def question(moderation: Moderation, fields: Fields) -> Response:
    """``subject`` (of a question or an answer), ``status``, ``reason``."""
    ruling = _ruling(fields)
    if ruling is None:
        return moderation.to("questions", "no_reason")
    status, reason = ruling
    known = moderation.desk.decide_question(
        fields.get("subject", ""), status, by=moderation.by, reason=reason, note=_note(fields)
    )
    return moderation.to("questions", status if known else "gone", show=_show(fields))


def answer(moderation: Moderation, fields: Fields) -> Response:
    """``question``, ``body``: the shop answers; its answers are published at once."""
    try:
        kept = moderation.desk.answer(
            fields.get("question", ""), fields.get("body", ""), by_shop=moderation.by, author=_author(fields)
        )
    except DraftError:
        return moderation.to("questions", "empty", show=_show(fields))
    return moderation.to("questions", "answered" if kept else "gone", show=_show(fields))


ACTIONS: dict[str, Callable[[Moderation, Fields], Response]] = {
    "decide": decide,
    "reply": reply,
    "erase": erase,
    "question": question,
    "answer": answer,
}
"""The actions by their address."""


def _ruling(fields: Fields) -> tuple[Status, Reason | None] | None:
    """Status and reason, or nothing where there is no status, or a refusal has no reason of the list."""
    status, reason = fields.get("status", ""), fields.get("reason", "")
    if status == "rejected":
        return ("rejected", cast("Reason", reason)) if reason in get_args(Reason) else None
    return (cast("Status", status), None) if status in get_args(Status) else None


def _back(moderation: Moderation, fields: Fields, done: str, of: str = "") -> Response:
    show = fields.get("show", "")
    return moderation.to("", done, show=show if show in SHOWN else "", of=of)


def _show(fields: Fields) -> str:
    return "all" if fields.get("show") == "all" else ""


def _note(fields: Fields) -> str:
    return fields.get("note", "").strip()[:_MAX_NOTE]


def _author(fields: Fields) -> str:
    return fields.get("author", "").strip()


def _part(text: str) -> str:
    """An id as a part of an address."""
    return "".join(letter for letter in text[:64] if letter.isascii() and (letter.isalnum() or letter in "-_."))
