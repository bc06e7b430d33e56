"""Text from strangers, made safe for the cell of a table: in a terminal, and in a spreadsheet."""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
"""Control characters (a terminal obeys some), line ends, invisible marks, marks that turn text round, lone halves."""
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"); the wide forms do in some versions."""


def shown(text: str) -> str:
    """Text for a terminal: what would steer it or hide something becomes a replacement character."""
    return _UNSAFE.sub("\ufffd", text)


def csv_text(text: str) -> str:
    """Text for a CSV cell, on one line; an apostrophe before it keeps a spreadsheet from running it as a formula."""
    clean = _UNSAFE.sub(" ", text)
    return f"'{clean}" if clean.lstrip().startswith(_FORMULA) else clean


def width(text: str) -> int:
    """How many columns of a terminal the text takes: two for wide East Asian characters and emoji, none for marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns, the rest as an ellipsis."""
    if width(text) <= columns:
        return text
    kept, room = "", columns - 1
    for character in text:
        room -= _columns(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
