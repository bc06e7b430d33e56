"""Connections to public addresses only, for requests whose target a user may choose.

Without such a guard a webhook's address could point at the machine's own services or at a cloud's metadata (server-side
request forgery, https://owasp.org/Top10/A10_2021-Server-Side_Request_Forgery_%28SSRF%29/). The address that was
checked is the one that is connected to, so a name that resolves differently the next moment gains nothing.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.response import HTTPResponse
from urllib3.util.connection import create_connection

Networks = Sequence[IPv4Network | IPv6Network]
_SECONDS = 15.0
_NAT64 = IPv6Network("64:ff9b::/96")
_SPECIAL = (
    IPv4Network("192.0.0.0/24"),  # of protocols (RFC 6890), and in it the metadata of one cloud
    IPv4Network("168.63.129.16/32"),  # the host under Azure's machines, though it looks public
)


class PrivateAddressError(OSError):
    """A host is, or resolves to, an address that is not public and not allowed."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet, looked at through what IPv6 may wrap an IPv4 address in."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    if any(address in network for network in _SPECIAL):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def public_addresses(host: str, port: int, allowed: Networks = ()) -> list[str]:
    """The addresses of a host, if all of them are public or in ``allowed``.

    Raises:
        PrivateAddressError: one of them is neither.
        OSError: the name cannot be resolved.
    """
    found = list(
        dict.fromkeys(str(row[4][0]) for row in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM))
    )
    for text in found:
        address = ip_address(text.partition("%")[0])
        if not is_public(address) and not any(address in network for network in allowed):
            raise PrivateAddressError(
                f"{host} is {address}, which is not a public address. "
                "If it is meant, allow it in the sink's URL: ?allow=private, or the network (?allow=10.0.0.0/8)."
            )
    return found


class GuardedAdapter(HTTPAdapter):
    """An adapter of requests that connects to public addresses only.

    Parameters:
        allowed: networks that may be connected to besides.
    """

    def __init__(self, allowed: Networks = ()) -> None:
        self._allowed = allowed
        super().__init__()

    def init_poolmanager(self, *args: Any, **keywords: Any) -> None:
        """Pools whose connections look before they connect."""
        super().init_poolmanager(*args, **keywords)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {
            "http": type("GuardedHTTPPool", (HTTPConnectionPool,), {"ConnectionCls": self._guarded(HTTPConnection)}),
            "https": type(
                "GuardedHTTPSPool", (HTTPSConnectionPool,), {"ConnectionCls": self._guarded(HTTPSConnection)}
            ),
        }

    def _guarded(self, kind: type[HTTPConnection]) -> type[HTTPConnection]:
        allowed = self._allowed

        def new_connection(connection: HTTPConnection) -> socket.socket:
            problem: OSError | None = None
            try:
                addresses = public_addresses(connection.host, connection.port, allowed)
            except PrivateAddressError:
                raise
            except (OSError, UnicodeError) as error:  # the latter for a name that cannot be one
                raise NewConnectionError(connection, f"{connection.host}: {error}") from error
            for address in addresses:
                try:
                    return create_connection(
                        (address, connection.port), connection.timeout, socket_options=connection.socket_options
                    )
                except OSError as error:
                    problem = error
            raise NewConnectionError(connection, f"{connection.host}: {problem}") from problem

        def getresponse(connection: HTTPConnection) -> HTTPResponse:
            """The time limit of the socket is for each byte; who sends headers byte by byte would hold us for ever."""
            late = threading.Event()
            timer = threading.Timer(2 * (connection.timeout or _SECONDS), _cut, (connection.sock, late))
            timer.daemon = True
            timer.start()
            try:
                response = kind.getresponse(connection)
            finally:
                timer.cancel()
            if late.is_set():  # what was cut off looks whole
                response.close()
                raise TimeoutError("the answer took too long")
            return response

        return type(f"Guarded{kind.__name__}", (kind,), {"_new_conn": new_connection, "getresponse": getresponse})


def _cut(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
