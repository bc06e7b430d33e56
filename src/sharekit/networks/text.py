"""Text that fits: measured the way a network counts, cut between characters and rather between words."""

from __future__ import annotations

from unicodedata import normalize

from sharekit.networks.graphemes import graphemes, is_emoji
from sharekit.networks.model import Counts

ELLIPSIS = "…"
ROOM_OF_LINK: dict[str, int] = {"x": 23}
"""What a link takes, in the units of ways of counting that shorten it (docs.x.com/fundamentals/counting-characters)."""

_LOOSE_ENDS = frozenset(" ,;:-–—(/&|·…")
# Of X's weights: code points in these ranges count 1, all others 2, an emoji 2 however it is put together.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def measure(text: str, counts: Counts) -> int:
    """Length of a text without links, in the unit ``counts`` names (see :class:`sharekit.networks.Network`)."""
    if counts == "characters" or text.isascii():
        return len(text)
    return sum(_size(cluster, counts) for cluster in graphemes(text))


def fit(text: str, room: int, counts: Counts) -> str:
    """The text if it fits into ``room``, else as much of it as does, with an ellipsis at the end.

    A cut never falls inside a user-perceived character, and goes back to the end of a word when one is near. The
    result is empty when there is room for nothing.
    """
    if len(text) <= room and (counts != "x" or text.isascii() or 2 * len(text) <= room):
        return text
    room_before_ellipsis = room - measure(ELLIPSIS, counts)
    size = position = 0
    end = word_end = 0  # after the last character that is neither space nor loose punctuation; the same at a word's end
    for cluster in graphemes(text):
        size += _size(cluster, counts)
        if size > room:
            break
        if size <= room_before_ellipsis:
            if cluster.isspace():
                word_end = end
            elif cluster not in _LOOSE_ENDS:
                end = position + len(cluster)
            cut_at = position + len(cluster)
        position += len(cluster)
    else:
        return text
    if not end:
        return ""
    if word_end * 3 >= end * 2 and not text[cut_at : cut_at + 1].isspace():
        end = word_end
    return text[:end] + ELLIPSIS


def _size(cluster: str, counts: Counts) -> int:
    if counts == "characters":
        return len(cluster)
    if counts == "graphemes":
        return 1
    if is_emoji(cluster):
        return 2
    if not cluster.isascii():
        cluster = normalize("NFC", cluster)
    return sum(1 if any(first <= ord(char) <= last for first, last in _LIGHT) else 2 for char in cluster)
