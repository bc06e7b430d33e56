"""Mastodon and the wider fediverse: many servers, so the shopper says which one has the account.

The address of the server comes from a form field or a browser's memory, and people are sent there, so only plain
public host names pass. Paths of the server programs: share2fedi, ``src/lib/project.ts``, read 2026-11.
"""

from __future__ import annotations

import re

from sharekit.exceptions import InvalidValueError, UnknownNameError
from sharekit.networks.quoting import quote

SOFTWARE: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            "mastodon",
            "glitch",
            "hometown",
            "fedibird",
            "misskey",
            "calckey",
            "firefish",
            "foundkey",
            "meisskey",
            "sharkey",
        ),
        ("/share", "text"),
    ),
    "friendica": ("/compose", "body"),
    "hubzilla": ("/rpost", "body"),
    "gnusocial": ("/notice/new", "status_textarea"),
}
"""Server program to the path that takes a share, and the name of its text parameter."""

_FIELD = "instance"
_EXAMPLE = "type the name of your server, such as 'mastodon.social'."
_ACCOUNT = re.compile(r"@[\w.-]{1,64}@(?P<host>[^@]+)")
_ADDRESS = re.compile(r"https?://(?P<host>[^/?#]*)(?:[/?#].*)?", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f\\]")
# RFC 6761, 6762, 7686, 8375, 9476 and ICANN's ".internal": names that are never on the public internet, or not by DNS.
_NOT_PUBLIC = frozenset({
    "alt", "arpa", "corp", "example", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain",
    "localhost", "mail", "onion", "private", "test",
})  # fmt: skip


def instance_host(text: str) -> str:
    """The server's host name, in lower case and ASCII, out of what a person typed.

    Parameters:
        text: ``mastodon.social``, ``https://mastodon.social/`` or the account ``@ann@mastodon.social``.

    Raises:
        InvalidValueError: it is not a plain public host name: an IP address, ``localhost``, a single word, with a port
            or a password, under a name that is not public (``.local``, ``.internal``, ``.onion`` ...), or too long.
    """
    typed = text.strip() if isinstance(text, str) else ""
    if not typed:
        raise InvalidValueError(_FIELD, f"is empty; {_EXAMPLE}")
    if len(typed) > 2048 or _UNPRINTABLE.search(typed):
        raise InvalidValueError(_FIELD, f"is not a host name; {_EXAMPLE}")
    match = _ACCOUNT.fullmatch(typed) or _ADDRESS.fullmatch(typed)
    host = (match["host"] if match else typed).lower().removesuffix(".")
    if "@" in host:
        raise InvalidValueError(
            _FIELD, f"has a user name in it; write an account as '@ann@mastodon.social', or {_EXAMPLE}"
        )
    if not host.isascii():
        host = _ascii(host)
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidValueError(_FIELD, f"is not a plain host name; {_EXAMPLE}")
    if not _TOP.fullmatch(labels[-1]) or labels[-1] in _NOT_PUBLIC:
        raise InvalidValueError(_FIELD, f"is not on the public internet; {_EXAMPLE}")
    return host


def share_address(host: str, text: str, software: str = "mastodon") -> str:
    """The address on a server that opens its form for a post with ``text`` (which has the link in it).

    Parameters:
        host: as :func:`instance_host` takes it.
        text: what to post.
        software: a key of :data:`SOFTWARE`.

    Raises:
        InvalidValueError: the host cannot be sent to.
        UnknownNameError: no path is known for that software.
    """
    row = SOFTWARE.get(software)
    if row is None:
        raise UnknownNameError("fediverse software", software, SOFTWARE)
    path, parameter = row
    return f"https://{instance_host(host)}{path}?{parameter}={quote(text)}"


def _ascii(host: str) -> str:
    """A name with letters beyond ASCII in its xn-- form.

    The standard library follows IDNA 2003, which maps some letters to others (``ß`` to ``ss``), that is: to another
    host. A name that does not come back the same is refused.
    """
    try:
        name = host.encode("idna").decode("ascii")
        same = name.encode("ascii").decode("idna") == host
    except UnicodeError:
        same = False
    if not same:
        raise InvalidValueError(
            _FIELD, "has letters that cannot be looked up safely; write the name in its 'xn--' form."
        )
    return name
