"""Cells of review files as values: stars, texts, names, languages, pictures. All of it comes from strangers."""

from __future__ import annotations

import html
import re
from html.entities import html5
from urllib.parse import urlsplit

from sharekit.checks import check_url, shown
from sharekit.exceptions import InvalidValueError
from sharekit.plain_text import plain_text
from sharekit.reviews.drafts import clean
from sharekit.reviews.model import MAX_BODY, MAX_NAME, MAX_TITLE
from sharekit.reviews.people import check_email

_RATING = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,9}))?(?:\s*/\s*5)?")
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+")
_GID = re.compile(r"gid://[^/\s]+/[^/\s]+/([0-9]+)(?:\?.*)?")
_TAG = re.compile(
    r"</?(?:a|b|blockquote|br|center|code|dd|div|dl|dt|em|figure|font|form|h[1-6]|hr|i|iframe|img|input|li|link|math"
    r"|meta|object|ol|p|pre|script|small|span|strong|strike|style|sub|sup|svg|table|tbody|td|th|tr|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NONE = frozenset({"none", "null", "nan", "n/a", "na", "-", "anonymous", "anonym"})


def rating_of(text: str) -> int:
    """Whole stars from 1 to 5: ``5``, ``5.0``, ``5,0``, ``5/5``, ``★★★★★``.

    A rating between two stars is refused rather than rounded, because rounding all of them one way moves the mean.

    Raises:
        InvalidValueError: it is something else.
    """
    text = text.strip()
    if not text:
        raise InvalidValueError("rating", "is empty")
    if set(text) <= {"★", "☆"}:
        stars = text.count("★")
    else:
        found = _RATING.fullmatch(text)
        if found is None:
            raise InvalidValueError("rating", f"{shown(text)} is not a number of stars")
        if (found[2] or "").strip("0"):
            raise InvalidValueError("rating", f"{shown(text)} is between two whole numbers of stars")
        stars = int(found[1])
    if not 1 <= stars <= 5:
        raise InvalidValueError("rating", f"{shown(text)} is not from 1 to 5")
    return stars


def text_of(text: str, *, markup: bool) -> str:
    """A text with its line breaks, cleaned.

    Parameters:
        markup: whether it may be HTML. Tags go, line breaks of paragraphs stay, what scripts hold is no text.
    """
    return clean(plain(text) if markup else text, lines=True)


def title_and_body(title: str, body: str, *, markup: bool) -> tuple[str, str]:
    """Both texts, cleaned. A title that is too long for one becomes the first paragraph of the body.

    Raises:
        InvalidValueError: the body is longer than a review may be.
    """
    title, body = clean(plain(title) if markup else title), text_of(body, markup=markup)
    if len(title) > MAX_TITLE:
        title, body = "", f"{title}\n\n{body}".strip()
    if len(body) > MAX_BODY:
        raise InvalidValueError("body", f"has {len(body):,} characters; at most {MAX_BODY:,} are kept")
    return title, body


def author_of(name: str) -> tuple[str, str]:
    """The name to show, and the e-mail address that stood in its place, if any. An address is never shown."""
    name = clean(plain(name[:1_000]))
    found = _ADDRESS.search(name)
    name = clean(_ADDRESS.sub("", name)).strip(" <>()[],;:\"'") if found else name
    if name.lower() in _NONE:
        name = ""
    if len(name) > MAX_NAME:
        name = name[: MAX_NAME - 1].rstrip() + "…"
    return name, found[0] if found else ""


def email_of(text: str) -> str:
    """An e-mail address; empty for what is none."""
    try:
        return check_email(text)
    except InvalidValueError:
        return ""


def product_of(text: str) -> str:
    """An id or handle of a product: the number out of ``gid://shopify/Product/123``, the rest as it stands."""
    text = clean(text)
    found = _GID.fullmatch(text)
    return found[1] if found else text


def pictures_of(text: str) -> tuple[list[str], list[str]]:
    """The addresses of pictures in a cell, and what stands there besides. Commas, semicolons and blanks part them.

    Nothing is ever fetched from them: whoever wrote the file could send a server wherever they like.
    """
    good: list[str] = []
    bad: list[str] = []
    for part in re.split(r"[\s;|]+|,(?=\s*https?:)|,(?=\s*$)", text.strip()):
        address = part.strip("\"'[],")
        if not address:
            continue
        try:
            whole = urlsplit(check_url(address, "picture")).scheme in {"http", "https"}
        except (InvalidValueError, ValueError):
            whole = False
        (good if whole else bad).append(address)
    return good, bad


def yes(text: str) -> bool:
    """Whether a cell says yes."""
    return text.strip().lower() in {"1", "true", "yes", "y", "t"}


def plain(text: str) -> str:
    """The text of HTML; a text that merely has a ``<`` or ``&`` in it stays as it is."""
    if "<" in text and _TAG.search(text):
        return plain_text(text, lines=True)
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(found: re.Match[str]) -> str:
    """The character that a reference stands for; a word between ``&`` and ``;`` that is none stays."""
    name = found[0][1:]
    return html.unescape(found[0]) if name.startswith("#") or name in html5 else found[0]
