"""What sinks share that post to a service over HTTP: the session, time limits, and what an answer means."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests

from sharekit.events.model import Event
from sharekit.sinks.base import Retry, Sink
from sharekit.sinks.batch import records
from sharekit.version import __version__

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
MAX_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
MAX_WAIT = 3_600.0
"""Longest ``Retry-After`` in seconds that is believed."""
PROPERTIES = (
    "product_id", "network", "placement", "widget", "share_id", "parent_share_id", "order_id", "currency",
)  # fmt: skip
"""Fields of an event that are properties of the same name in services that take any."""
_GZIP_FROM = 1_024
_EXCERPT = 300
_REFUSED = frozenset({400, 413, 414, 415, 422, 431})
"""Answers that speak of what was sent. Any other failure lies in the address, the key or the service, and no event is
given up for it."""


class RefusedError(Exception):
    """The service refused the request for what is in it; the deliverer sends smaller batches until it has the culprit.

    Parameters:
        status: of the answer.
        text: what the answer said.
    """

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(f"{status}: {text}" if text else str(status))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that was read.

    Parameters:
        status: such as 200.
        text: at most :data:`MAX_ANSWER` bytes of it.
    """

    status: int
    text: str

    def data(self) -> Any:
        """The answer as JSON; ``None`` when it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


class HttpSink(Sink):
    """A sink that posts. It follows no redirect, and it takes certificates only from who may have them.

    Parameters:
        address: where it posts to.
        name: under which its position is remembered; the class's when left out.
        timeout: seconds to wait for an answer.
    """

    def __init__(self, address: str, *, name: str = "", timeout: float = READ_SECONDS) -> None:
        self.address = address
        if name:
            self.name = name
        self.timeout = timeout
        self._session: requests.Session | None = None
        self._pid = 0

    def adapter(self) -> HTTPAdapter | None:
        """How connections are made; in the usual way for ``None``."""
        return None

    def post(self, body: bytes, *, headers: Mapping[str, str], address: str = "", compress: bool = False) -> Answer:
        """Post, and give the answer if it is a good one.

        Parameters:
            body: what is sent.
            headers: besides those of every request.
            address: instead of the sink's own.
            compress: send it with gzip when that is worth the while.

        Raises:
            Retry: the service is down, busy, or refuses the key.
            RefusedError: the service refuses what was sent.
        """
        answer, wait = self.exchange(body, headers=headers, address=address, compress=compress)
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        excerpt = " ".join(answer.text[:_EXCERPT].split())
        if answer.status in _REFUSED:
            raise RefusedError(answer.status, excerpt)
        raise Retry(f"answered {answer.status}{': ' if excerpt else ''}{excerpt}", wait)

    def exchange(
        self, body: bytes, *, headers: Mapping[str, str], address: str = "", compress: bool = False
    ) -> tuple[Answer, float | None]:
        """Post, and give whatever is answered, with the seconds it asks to wait.

        Raises:
            Retry: there was no answer.
        """
        sent = {"User-Agent": f"sharekit/{__version__}", **headers}
        if compress and len(body) >= _GZIP_FROM:
            body = gzip.compress(body, compresslevel=5, mtime=0)
            sent["Content-Encoding"] = "gzip"
        try:
            with self._connected().post(
                address or self.address,
                data=body,
                headers=sent,
                timeout=(min(CONNECT_SECONDS, self.timeout), self.timeout),
                allow_redirects=False,
                stream=True,
            ) as response:
                text = _text(response, time.monotonic() + self.timeout)
                return Answer(response.status_code, text), wait_of(response.headers.get("Retry-After", ""))
        except (requests.RequestException, OSError) as error:
            self.disconnect()
            raise Retry(_plain(error)) from None

    def disconnect(self) -> None:
        """Let the connection go; the next request makes a new one."""
        session, self._session = self._session, None
        if session is not None and self._pid == os.getpid():
            session.close()

    def close(self) -> None:
        """Let the connection go."""
        self.disconnect()

    def _connected(self) -> requests.Session:
        if self._session is None or self._pid != os.getpid():  # a connection must not be shared with a parent process
            self._session, self._pid = requests.Session(), os.getpid()
            adapter = self.adapter()
            if adapter is not None:
                self._session.trust_env = False  # a proxy would make the connections in its place
                self._session.mount("http://", adapter)
                self._session.mount("https://", adapter)
        return self._session


def as_json(value: object) -> bytes:
    """A value as JSON in UTF-8, as short as it goes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def encoded(
    batch: Sequence[Event], make: Callable[[Mapping[str, Any]], object], longest: int, what: str
) -> tuple[list[bytes], dict[str, str]]:
    """Each event as JSON in a service's form, and why others will never be taken, by id.

    Parameters:
        make: gives the form of an event (as :meth:`Event.as_dict`).
        longest: most bytes of one that the service takes.
        what: the reason for those that are longer, with ``{}`` for the number.
    """
    pieces, rejected = [], {}
    for record in records(batch):
        piece = as_json(make(record))
        if len(piece) > longest:
            rejected[record["id"]] = what.format(longest)
        else:
            pieces.append(piece)
    return pieces, rejected


def fitting(pieces: Iterable[bytes], most: int, longest: int) -> Iterable[list[bytes]]:
    """Pieces of JSON in groups of at most ``most`` and, with a comma each, at most ``longest`` bytes.

    A piece that is longer alone is a group of its own.
    """
    group: list[bytes] = []
    size = 0
    for piece in pieces:
        if group and (len(group) == most or size + len(piece) + 1 > longest):
            yield group
            group, size = [], 0
        group.append(piece)
        size += len(piece) + 1
    if group:
        yield group


def wait_of(header: str) -> float | None:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110, section 10.2.3), at most an hour; ``None`` without."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), MAX_WAIT)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), MAX_WAIT)


def in_units(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of an event with their price as a number, which is how services want money."""
    items: Sequence[Mapping[str, Any]] = record.get("items", ())
    return [
        {"product_id": item["product_id"], "quantity": item["quantity"]}
        | ({"price": float(item["price"])} if "price" in item else {})
        for item in items
    ]


def _text(response: requests.Response, deadline: float) -> str:
    """The answer as far as it comes in time; somebody who sends it byte by byte holds nobody up for long."""
    kept = bytearray()
    for piece in response.iter_content(1):  # a larger piece would be waited for until it is whole
        kept += piece
        if len(kept) >= MAX_ANSWER or time.monotonic() > deadline:
            break
    return kept[:MAX_ANSWER].decode("utf-8", "replace")


def _plain(error: BaseException) -> str:
    """What went wrong, without the address, which may hold a key."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return (
        f"{type(error).__name__}: {cause}" if not isinstance(cause, requests.RequestException) else type(error).__name__
    )
