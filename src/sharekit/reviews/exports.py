"""Reviews as CSV and as JSON Lines: to be read by people and spreadsheets, and to be read back exactly."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sharekit.checks import shown
from sharekit.exceptions import InvalidValueError
from sharekit.reviews.model import Photo, Provenance, Reply, Review

PUBLIC_COLUMNS = (
    "id", "product_id", "rating", "title", "body", "author", "language", "country", "variant", "answers", "photos",
    "evidence", "source", "relation", "incentive", "status", "reason", "reply", "reply_at", "reply_author",
    "created_at", "edited_at", "published_at", "helpful", "unhelpful",
)  # fmt: skip
"""Columns of an export that may be handed on."""
PRIVATE_COLUMNS = ("person", "order_id", "private_reply", "private_reply_at", "private_reply_author", "reports")
"""Columns about people: who wrote it (as a keyed hash), the order behind it, what the shop told the writer alone."""

_NUMBERS = frozenset({"rating", "helpful", "unhelpful", "reports"})
_TEXTS = ("id", "product_id", "title", "body", "author", "language", "country", "variant")
_TIMES = ("created_at", "edited_at", "published_at")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def export_csv(reviews: Iterable[Review], *, private: bool = False) -> Iterator[str]:
    """The reviews as lines of CSV (RFC 4180), the header first, in constant memory.

    No cell can be taken for a formula: an apostrophe stands before every text that begins with one of ``= + - @`` (also
    in their wide forms, also behind spaces), a tab, a line end, or an apostrophe of its own. Whoever takes the
    apostrophe at the beginning of each text away again has exactly the text; :func:`review_of_cells` does.

    Parameters:
        private: with :data:`PRIVATE_COLUMNS`. Only such an export is whole.
    """
    columns = PUBLIC_COLUMNS + (PRIVATE_COLUMNS if private else ())
    yield _line(columns)
    for review in reviews:
        cells = _cells(review)
        yield _line([cells[name] if name in _NUMBERS else guarded(cells[name]) for name in columns])


def export_jsonl(reviews: Iterable[Review], *, private: bool = False) -> Iterator[str]:
    """The reviews as JSON, one a line, without what is empty.

    Parameters:
        private: with what is personal: ``person``, ``order_id``, ``private_reply``, ``reports``.
    """
    for review in reviews:
        yield _encode(review_to_dict(review, private=private)) + "\n"


def review_to_dict(review: Review, *, private: bool = False) -> dict[str, Any]:
    """A review as JSON values, without what is empty.

    Parameters:
        private: with what is personal.
    """
    data: dict[str, Any] = {name: getattr(review, name) for name in (*_TEXTS, "rating")}
    data |= {name: getattr(review, name) for name in ("relation", "incentive", "status", "reason")}
    data |= {"answers": dict(review.answers), "photos": [asdict(photo) for photo in review.photos]}
    data |= {name: at.isoformat() for name in _TIMES if (at := getattr(review, name))}
    data |= {"provenance": {"evidence": review.provenance.evidence, "source": review.provenance.source}}
    data |= {"reply": _reply_to_dict(review.reply), "helpful": review.helpful, "unhelpful": review.unhelpful}
    if private:
        data["provenance"]["order_id"] = review.provenance.order_id
        data |= {"person": review.person, "reports": review.reports}
        data["private_reply"] = _reply_to_dict(review.private_reply)
    data["provenance"] = {name: value for name, value in data["provenance"].items() if value}
    return {name: value for name, value in data.items() if value or name == "provenance"}


def review_from_dict(data: Mapping[str, Any]) -> Review:
    """The review of :func:`review_to_dict`.

    A public export does not tell the order behind a review. Without it nothing is proved, so such a review comes back
    as ``imported``.

    Raises:
        InvalidValueError, UnknownNameError: something in it cannot be used; the message names the field.
    """
    fields: dict[str, Any] = {name: _text(data, name) for name in (*_TEXTS, "person")}
    fields |= {name: word for name in ("relation", "incentive", "status") if (word := _text(data, name))}
    fields |= {name: _count(data, name) for name in ("helpful", "unhelpful", "reports")}
    fields |= {name: _time(data[name], name) for name in _TIMES if data.get(name)}
    fields |= {name: _reply(data.get(name), name) for name in ("reply", "private_reply")}
    answers, photos = data.get("answers") or {}, data.get("photos") or []
    if not isinstance(answers, Mapping) or not isinstance(photos, list):
        raise InvalidValueError("answers", "pass a mapping of answers and a list of photos.")
    if "created_at" not in fields:
        raise InvalidValueError("created_at", "is missing.")
    return Review(
        **fields,
        rating=_count(data, "rating"),
        reason=_text(data, "reason") or None,  # type: ignore[arg-type]  # checked there
        answers=answers,
        photos=tuple(_photo(photo) for photo in photos),
        provenance=_provenance(data.get("provenance")),
    )


def review_of_cells(cells: Mapping[str, str]) -> Review:
    """The review of a line of :func:`export_csv`.

    Parameters:
        cells: text by name of the column.

    Raises:
        InvalidValueError, UnknownNameError: something in it cannot be used.
    """
    texts = {name: cell if name in _NUMBERS else cell.removeprefix("'") for name, cell in cells.items()}
    data: dict[str, Any] = {name: value for name, value in texts.items() if value}
    for name in _NUMBERS & data.keys():
        data[name] = _whole(data[name], name)
    for name in ("answers", "photos"):
        if name in data:
            data[name] = _decoded(data[name], name)
    for name in ("reply", "private_reply"):
        if name in data:
            data[name] = {"body": data[name], "at": texts.get(f"{name}_at"), "author": texts.get(f"{name}_author")}
    data["provenance"] = {name: data[name] for name in ("evidence", "source", "order_id") if name in data}
    return review_from_dict(data)


def public(review: Review) -> Review:
    """The review as a public export tells it."""
    evidence = review.provenance
    return replace(
        review,
        person="",
        private_reply=None,
        reports=0,
        provenance=Provenance(evidence="imported", source=evidence.source) if evidence.order_id else evidence,
    )


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula, and that can be turned back (see
    :func:`export_csv`)."""
    if text.startswith(("'", "\t", "\r", "\n")) or text.lstrip().startswith(_FORMULA):
        return f"'{text}"
    return text


def _cells(review: Review) -> dict[str, str]:
    cells = {name: getattr(review, name) for name in (*_TEXTS, "relation", "incentive", "status", "person")}
    cells |= {name: str(getattr(review, name)) for name in _NUMBERS}
    cells |= {name: at.isoformat() if (at := getattr(review, name)) else "" for name in _TIMES}
    cells |= asdict(review.provenance)
    cells["reason"] = review.reason or ""
    cells["answers"] = _encode(dict(review.answers)) if review.answers else ""
    cells["photos"] = _encode([asdict(photo) for photo in review.photos]) if review.photos else ""
    for name in ("reply", "private_reply"):
        reply = getattr(review, name)
        cells[name] = reply.body if reply else ""
        cells[f"{name}_at"] = reply.at.isoformat() if reply else ""
        cells[f"{name}_author"] = reply.author if reply else ""
    return cells


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _reply_to_dict(reply: Reply | None) -> dict[str, str] | None:
    if reply is None:
        return None
    return {"body": reply.body, "at": reply.at.isoformat()} | ({"author": reply.author} if reply.author else {})


def _reply(data: object, name: str) -> Reply | None:
    if not data:
        return None
    if not isinstance(data, Mapping) or not isinstance(data.get("body"), str):
        raise InvalidValueError(name, "pass body, at and author of the shop's answer.")
    return Reply(body=data["body"], at=_time(data.get("at"), f"{name}.at"), author=_text(data, "author"))


def _photo(data: object) -> Photo:
    if not isinstance(data, Mapping):
        raise InvalidValueError("photos", "pass the id and sizes of each.")
    sizes = {name: _count(data, name) for name in ("width", "height", "thumb_width", "thumb_height")}
    return Photo(id=_text(data, "id"), **sizes)


def _provenance(data: object) -> Provenance:
    if not isinstance(data, Mapping):
        return Provenance()
    evidence, order = _text(data, "evidence") or "none", _text(data, "order_id")
    if evidence == "order" and not order:
        evidence = "imported"
    return Provenance(evidence=evidence, source=_text(data, "source"), order_id=order)  # type: ignore[arg-type]


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidValueError(name, f"{shown(value)} is not text.")
    return value


def _count(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name, 0)
    if type(value) is not int or not 0 <= value < 2**53:
        raise InvalidValueError(name, f"{shown(value)} is not a whole number.")
    return value


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise InvalidValueError(name, f"{shown(text)} is not a whole number.")
    return int(text)


def _time(value: object, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidValueError(name, f"{shown(value)} is not a time such as 2026-11-21T10:00:00+00:00.")
    return moment


def _decoded(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidValueError(name, "is not JSON.") from None
