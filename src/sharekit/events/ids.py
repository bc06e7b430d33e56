"""Ids: time-ordered ones for events, short ones for shares."""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from hashlib import blake2b

SHARE_ID_BYTES = 9  # 72 bits, 12 characters


def event_id() -> str:
    """A UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Sorting by id sorts by time of making, and sinks use the id to drop duplicates.
    """
    digits = f"{time.time_ns() // 1_000_000:012x}7{_random_digits()}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


_digits: list[str] = []
_AT_ONCE = 512
os.register_at_fork(after_in_child=_digits.clear)  # a child that went on with them would repeat its parent's ids


def _random_digits() -> str:
    """80 random bits in hexadecimal, taken from the system many at a time: each time lets another thread go first."""
    try:
        return _digits.pop()
    except IndexError:
        text = os.urandom(10 * _AT_ONCE).hex()
        _digits.extend(text[start : start + 20] for start in range(20, 20 * _AT_ONCE, 20))
        return text[:20]


def fresh_share_id() -> str:
    """A random share id: 12 characters of ``A-Za-z0-9_-``, which no percent-encoding changes."""
    return urlsafe_b64encode(os.urandom(SHARE_ID_BYTES)).decode()


def page_share_id(key: bytes, product_id: str, network: str, placement: str) -> str:
    """The share id that a rendered page carries: the same for product, network and placement.

    It is keyed, so nobody outside can tell or forge which product stands behind an id, and it holds nothing
    about the visitor, so the page can be cached for everybody.

    Parameters:
        key: 16 to 64 bytes derived from the kit's secret.
    """
    text = f"{product_id}\x1f{network}\x1f{placement}"
    return urlsafe_b64encode(blake2b(text.encode(), key=key, digest_size=SHARE_ID_BYTES).digest()).decode()


def share_id_tails(networks: Iterable[str], placement: str) -> tuple[bytes, ...]:
    """The half of :func:`page_share_id`'s text that is the same for every product, for :func:`page_share_ids`."""
    return tuple(f"{network}\x1f{placement}".encode() for network in networks)


def page_share_ids(key: bytes, product_id: str, tails: Sequence[bytes]) -> list[str]:
    """:func:`page_share_id` for several networks at once, in half the time: the key and the product are hashed once.

    Parameters:
        tails: what :func:`share_id_tails` made of networks and placement.
    """
    head = blake2b(f"{product_id}\x1f".encode(), key=key, digest_size=SHARE_ID_BYTES)
    digests = []
    for tail in tails:
        one = head.copy()
        one.update(tail)
        digests.append(one.digest())
    # Nine bytes are twelve characters without padding, so the ids may be encoded in one go.
    text = urlsafe_b64encode(b"".join(digests)).decode()
    return [text[start : start + 12] for start in range(0, len(text), 12)]
