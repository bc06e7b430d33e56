"""Where one user-perceived character ends and the next begins: Unicode Standard Annex 29, section 3.1.1.

The standard library knows the categories of characters but not their cluster properties, so those that cannot be told
from a category are listed here. Where a list would be long it is drawn generously (all of the emoji blocks, all letters
of scripts with conjuncts): joining a little too much at worst keeps a rare pair together, and never cuts a character.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from unicodedata import category


class Kind(IntEnum):
    """What a character does at a boundary."""

    OTHER = 0
    CR = 1
    LF = 2
    CONTROL = 3
    EXTEND = 4
    LINKER = 5
    ZWJ = 6
    PREPEND = 7
    FLAG = 8
    PICTURE = 9
    LETTER = 10
    L = 11
    V = 12
    T = 13
    LV = 14
    LVT = 15


def _ranges(text: str) -> frozenset[int]:
    """``"A9 203C 2194-2199"`` as the set of those code points."""
    out: set[int] = set()
    for item in text.split():
        first, _, last = item.partition("-")
        out.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(out)


_PREPEND = _ranges("600-605 6DD 70F 890-891 8E2 D4E 110BD 110CD 111C2-111C3 113D1 1193F 11941 11A84-11A89 11D46 11F02")
_LINKER = _ranges(
    "94D 9CD ACD B4D C4D D4D 1039 17D2 1A60 1B44 1BAB A9C0 AAF6 10A3F 11133 113D0 1193E 11A3A 11A47 11A99 11F42"
)
# Spacing marks that start a character of their own, and characters of other categories that belong to the one before.
_APART = _ranges(
    "102B-102C 1038 1062-1064 1067-106D 1083 1087-108C 108F 109A-109C 1A61 1A63-1A64 AA7B AA7D 11720-11721"
)
_JOINED = _ranges("E33 EB3 200C FF9E-FF9F 1F3FB-1F3FF E0020-E007F")
_PICTURE = _ranges(
    "A9 AE 203C 2049 2122 2139 2194-2199 21A9-21AA 2300-23FF 24C2 25A0-27BF 2934-2935 2B05-2B55 3030 303D 3297 3299 "
    "1F000-1F1E5 1F200-1F3FA 1F400-1FAFF 1FC00-1FFFD"
)
_HANGUL_BLOCK = range(0xAC00, 0xD7A4)
_AFTER = {
    Kind.L: frozenset({Kind.L, Kind.V, Kind.LV, Kind.LVT}),
    Kind.V: frozenset({Kind.V, Kind.T}),
    Kind.LV: frozenset({Kind.V, Kind.T}),
    Kind.T: frozenset({Kind.T}),
    Kind.LVT: frozenset({Kind.T}),
}
_BREAKING = frozenset({Kind.CR, Kind.LF, Kind.CONTROL})
_JOINING = frozenset({Kind.EXTEND, Kind.LINKER, Kind.ZWJ})


def graphemes(text: str) -> Iterator[str]:
    """The text's characters as people see them: letters with their marks, whole emoji, flags, Hangul syllables."""
    start = 0
    before = Kind.CONTROL
    flags = 0
    pictured = False
    linked = False
    for position, character in enumerate(text):
        kind = Kind.OTHER if " " <= character <= "~" else _kind(character)
        if before in _BREAKING or kind in _BREAKING:
            joins = before is Kind.CR and kind is Kind.LF
        else:
            joins = (
                kind in _JOINING
                or before is Kind.PREPEND
                or kind in _AFTER.get(before, ())
                or (kind is Kind.PICTURE and before is Kind.ZWJ and pictured)
                or (kind is Kind.FLAG and before is Kind.FLAG and flags % 2 == 1)
                or (kind is Kind.LETTER and linked)
            )
        if not joins and position:
            yield text[start:position]
            start = position
        if kind not in _JOINING:
            flags = flags + 1 if kind is Kind.FLAG and joins else int(kind is Kind.FLAG)
            pictured = kind is Kind.PICTURE
            linked = False
        elif kind is Kind.LINKER:
            linked = True
        before = kind
    if text:
        yield text[start:]


def is_emoji(cluster: str) -> bool:
    """Whether a user-perceived character is drawn as an emoji."""
    kind = _kind(cluster[0])
    return kind is Kind.FLAG or (kind is Kind.PICTURE and (cluster[0] >= "\U0001f000" or "\ufe0f" in cluster))


@lru_cache(maxsize=2048)
def _kind(character: str) -> Kind:
    code = ord(character)
    if code in _PREPEND:
        return Kind.PREPEND
    if code in _LINKER:
        return Kind.LINKER
    if code in _JOINED:
        return Kind.EXTEND
    if code in _PICTURE:
        return Kind.PICTURE
    if character in _SINGLE:
        return _SINGLE[character]
    if 0x1F1E6 <= code <= 0x1F1FF:
        return Kind.FLAG
    if code in _HANGUL_BLOCK:
        return Kind.LV if (code - 0xAC00) % 28 == 0 else Kind.LVT
    for jamo, first, last in _JAMO:
        if first <= code <= last:
            return jamo
    group = category(character)
    if group in {"Mn", "Me", "Mc"}:
        return Kind.OTHER if code in _APART else Kind.EXTEND
    if group in {"Cc", "Cf", "Zl", "Zp", "Cs"}:
        return Kind.CONTROL
    if group == "Lo" and any(code in block for block in _LETTER_BLOCKS):
        return Kind.LETTER
    return Kind.OTHER


# Scripts that write conjuncts: Devanagari to Sinhala, Myanmar, Khmer, Tai Tham to Batak, Javanese to Meetei Mayek, and
# those beyond the first plane.
_LETTER_BLOCKS = (
    range(0x900, 0xE00), range(0x1000, 0x10A0), range(0x1780, 0x1800), range(0x1A20, 0x1C00), range(0xA980, 0xAC00),
    range(0x10A00, 0x10A60), range(0x11000, 0x12000),
)  # fmt: skip
_SINGLE = {"\r": Kind.CR, "\n": Kind.LF, "\u200d": Kind.ZWJ}
_JAMO = (
    (Kind.L, 0x1100, 0x115F), (Kind.L, 0xA960, 0xA97C),
    (Kind.V, 0x1160, 0x11A7), (Kind.V, 0xD7B0, 0xD7C6),
    (Kind.T, 0x11A8, 0x11FF), (Kind.T, 0xD7CB, 0xD7FB),
)  # fmt: skip
