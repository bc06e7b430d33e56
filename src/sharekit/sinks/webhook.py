"""The sink that posts events to an address of the shop's own choice, signed.

Signatures are those of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA-256 over id, time and body.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b, sha256
from ipaddress import ip_network
from time import time
from typing import TYPE_CHECKING

from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, TokenError
from sharekit.sinks.addresses import GuardedAdapter, Networks
from sharekit.sinks.batch import lines, records
from sharekit.sinks.http import HttpSink
from sharekit.sinks.registry import flag, positive

if TYPE_CHECKING:
    from sharekit.sinks.registry import SinkUrl

_PREFIX = "whsec_"
_SHORTEST_SECRET = 16
ANY = (ip_network("0.0.0.0/0"), ip_network("::/0"))
"""Every address there is: what ``allow=private`` means."""


class WebhookSink(HttpSink):
    """Posts batches as a JSON array to an ``https`` address, each event in the form of :meth:`Event.as_dict`.

    The headers are ``webhook-id`` (the same when a batch is repeated), ``webhook-timestamp`` and ``webhook-signature``;
    :func:`verify` checks them on the other side. An event may come twice, so the receiver drops ids it knows.

    Parameters:
        address: where to.
        secret: signs the posts; at least 16 characters, or ``whsec_`` and base64.
        allowed: networks that may be posted to besides public addresses.
        compress: send long bodies with gzip; the signature is that of the body before.
        timeout: seconds to wait for an answer.
        clock: seconds since the epoch.

    Raises:
        ConfigError: the secret is too short.
    """

    name = "webhook"

    def __init__(
        self,
        address: str,
        *,
        secret: str = "",
        allowed: Networks = (),
        compress: bool = False,
        timeout: float = 15.0,
        name: str = "",
        clock: Callable[[], float] = time,
    ) -> None:
        super().__init__(address, name=name, timeout=timeout)
        self._key = _key(secret) if secret else b""
        self._allowed = tuple(allowed)
        self._compress = compress
        self._clock = clock

    @classmethod
    def from_url(cls, url: SinkUrl) -> WebhookSink:
        """``webhook://hooks.example/sharekit?secret=...``: posts to ``https://hooks.example/sharekit``.

        Options: ``secret``; ``allow``: networks that may be posted to besides public ones, or ``private`` for any;
        ``tls=no`` for ``http``; ``gzip=yes``; ``query``: the query of the address, percent-encoded; ``timeout``.
        """
        given = url.options(secret=str, allow=_networks, tls=flag, gzip=flag, query=str, timeout=positive)
        if not url.hostname:
            raise ConfigError(f"{url.shown!r}: names no host; write for example webhook://hooks.example/sharekit.")
        if url.user or url.password:
            raise ConfigError(f"{url.shown!r}: takes no user; use ?secret=, which signs what is posted.")
        scheme = "https" if given.get("tls", True) else "http"
        query = f"?{given['query']}" if given.get("query") else ""
        return cls(
            f"{scheme}://{url.host}{url.raw_path or '/'}{query}",
            secret=given.get("secret", ""),
            allowed=given.get("allow", ()),
            compress=given.get("gzip", False),
            timeout=given.get("timeout", 15),
        )

    def adapter(self) -> GuardedAdapter:
        """Connections to public addresses only."""
        return GuardedAdapter(self._allowed)

    def write(self, batch: Sequence[Event]) -> None:
        """Post the batch."""
        body = f"[{','.join(lines(batch))}]".encode()
        ids = "\n".join(record["id"] for record in records(batch))
        number = f"msg_{blake2b(ids.encode(), digest_size=16).hexdigest()}"
        at = str(int(self._clock()))
        headers = {"Content-Type": "application/json", "webhook-id": number, "webhook-timestamp": at}
        if self._key:
            headers["webhook-signature"] = _signature(self._key, number, at, body)
        self.post(body, headers=headers, compress=self._compress)

    def check(self) -> str | None:
        """Whether the posts are signed; nothing is sent."""
        return None if self._key else "posts are not signed, so that anybody could make them up; add ?secret=... to it."


def verify(
    headers: Mapping[str, str], body: bytes, secret: str, *, tolerance: float = 300, clock: Callable[[], float] = time
) -> str:
    """Check a post of a :class:`WebhookSink` where it arrives.

    Parameters:
        headers: of the request; names in any case.
        body: as it was before compression.
        secret: the sink's.
        tolerance: seconds that its time may differ from now, so that nobody can post it again later.

    Returns:
        The post's id: drop one that was seen before.

    Raises:
        TokenError: a header is missing, the time is too far away, or the signature is another.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    number, at = sent.get("webhook-id", ""), sent.get("webhook-timestamp", "")
    if not at.isascii() or not at.isdecimal() or len(at) > 15 or abs(clock() - int(at)) > tolerance:
        raise TokenError("The post has no time, or one too far from now.")
    wanted = _signature(_key(secret), number, at, body).encode()
    given = sent.get("webhook-signature", "").encode("utf-8", "replace").split()
    # Each of several, and all of them, so that the time it takes tells nothing.
    if not sum(hmac.compare_digest(wanted, one) for one in given[:10]):
        raise TokenError("The signature is not that of this secret.")
    return number


def _signature(key: bytes, number: str, at: str, body: bytes) -> str:
    signed = b".".join((number.encode(), at.encode(), body))
    return f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"


def _key(secret: str) -> bytes:
    """The bytes of a secret: base64 after ``whsec_``, else the text itself."""
    if secret.startswith(_PREFIX):
        try:
            key = b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (BinasciiError, ValueError):
            raise ConfigError("webhook: the secret after whsec_ is not base64.") from None
    else:
        key = secret.encode()
    if len(key) < _SHORTEST_SECRET:
        raise ConfigError(f"webhook: use a secret of at least {_SHORTEST_SECRET} characters.")
    return key


def _networks(text: str) -> Networks:
    """Networks from the option ``allow``."""
    if text == "private":
        return ANY
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())
