"""Ids: time-ordered ones for events, short ones for shares."""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64encode
from hashlib import blake2b

SHARE_ID_BYTES = 9  # 72 bits, 12 characters


def event_id() -> str:
    """A UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Sorting by id sorts by time of making, and sinks use the id to drop duplicates.
    """
    digits = f"{time.time_ns() // 1_000_000:012x}7{os.urandom(10).hex()}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


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
