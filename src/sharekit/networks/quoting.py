"""Percent-encoding: RFC 3986, section 2.3; everything but its unreserved characters is encoded, a space as ``%20``."""

from __future__ import annotations

from sharekit.exceptions import InvalidValueError

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_BYTES = tuple(bytes([byte]) for byte in range(256))
_ENCODED = tuple(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256))
_ENCODED_BYTES = tuple(text.encode() for text in _ENCODED)
_encoded = _ENCODED.__getitem__
_PERCENT = 0x25
# Up to about so many different characters, replacing each in the whole is quicker than looking up every byte.
_FEW = 24


def quote(text: str) -> str:
    """``text`` percent-encoded as UTF-8, the same as ``urllib.parse.quote(text, safe="")`` in a quarter of its time.

    Raises:
        InvalidValueError: the text has half a character (a lone surrogate), which UTF-8 cannot say.
    """
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise InvalidValueError("text", "has half a character (a lone surrogate); decode the text properly.") from None
    special = raw.translate(None, _UNRESERVED)
    if not special:
        return text
    kinds = set(special)
    if len(kinds) > _FEW:
        return "".join(map(_encoded, raw))
    if _PERCENT in kinds:  # before the others, which bring percent signs of their own
        raw = raw.replace(b"%", b"%25")
        kinds.discard(_PERCENT)
    for byte in kinds:
        raw = raw.replace(_BYTES[byte], _ENCODED_BYTES[byte])
    return raw.decode()
