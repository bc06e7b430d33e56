"""Percent-encoding: RFC 3986, section 2.3; everything but its unreserved characters is encoded, a space as ``%20``."""

from __future__ import annotations

from sharekit.exceptions import InvalidValueError

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
# One look-up per byte costs half of urllib.parse.quote, which checks its arguments and caches per safe set each time.
_encoded = tuple(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)).__getitem__


def quote(text: str) -> str:
    """``text`` percent-encoded as UTF-8, the same as ``urllib.parse.quote(text, safe="")``.

    Raises:
        InvalidValueError: the text has half a character (a lone surrogate), which UTF-8 cannot say.
    """
    try:
        return "".join(map(_encoded, text.encode()))
    except UnicodeEncodeError:
        raise InvalidValueError("text", "has half a character (a lone surrogate); decode the text properly.") from None
