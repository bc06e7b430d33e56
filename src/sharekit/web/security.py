"""Who is asking: whether a post comes from the shop's own pages, and from which address."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from sharekit.config import Settings
from sharekit.web.http import Request, Response, refuse

MAX_HOPS = 16
"""Entries of ``X-Forwarded-For`` that are looked at, from the right."""
_IPV6_SITE = 64
_LONGEST_ADDRESS = 64
_LONGEST_ORIGIN = 300
_PORTS = {"http": 80, "https": 443}


class Gate:
    """Reads the settings about other origins and proxies once, and judges requests by them."""

    def __init__(self, settings: Settings) -> None:
        self._proxies = settings.proxy_networks()
        self._socket_is_trusted = "unix" in settings.trusted_proxies
        self._own = _origin_of(settings.base_url)
        self._allowed = frozenset(_origin_of(origin) for origin in settings.allowed_origins)
        self._trusted = lru_cache(maxsize=1_024)(self._look)

    def client(self, request: Request) -> str:
        """Address of the person's end of the connection.

        ``X-Forwarded-For`` is read from the right, and only as far as trusted proxies wrote it: whatever a browser
        put there itself stands further left. ``""`` when there is no address (an untrusted socket file).
        """
        peer = request.client
        if not self._proxies and not self._socket_is_trusted:
            return peer
        if not (self._trusted(peer) if peer else self._socket_is_trusted):
            return peer
        for entry in reversed(request.header("x-forwarded-for").rsplit(",", MAX_HOPS)[-MAX_HOPS:]):
            address = _address(entry)
            if address is None:
                break
            peer = str(address)
            if not self._trusted(peer):
                break
        return peer

    def refusal(self, request: Request, *, others: bool = True) -> Response | None:
        """A refusal when the request was made by another site's page, else ``None``.

        Browsers add ``Sec-Fetch-Site`` and ``Origin`` themselves, scripts cannot change them
        (https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header). A request with neither
        was not made by a browser of today, and a page cannot make a browser leave out both.

        Parameters:
            others: let the origins of the ``allowed_origins`` setting pass.
        """
        site = request.header("sec-fetch-site")
        origin = request.header("origin")
        if site in {"same-origin", "none"} or (not site and not origin):
            return None
        if origin and origin != "null":
            if not site and _host_of(origin) and _host_of(origin) == _bare_host(request.host, origin):
                return None
            if _origin_of(origin) == self._own or (others and _origin_of(origin) in self._allowed):
                return None
        return refuse(
            403,
            "cross_site",
            "This address takes requests from the shop's own pages only (see the setting allowed_origins).",
        )

    def cors(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Headers that let a page of an allowed origin read the answer; none for all others."""
        origin = request.header("origin")
        if not origin or request.header("sec-fetch-site") == "same-origin":
            return ()
        if _origin_of(origin) not in self._allowed and _origin_of(origin) != self._own:
            return ()
        return (("access-control-allow-origin", origin), ("vary", "Origin"))

    def _look(self, text: str) -> bool:
        address = _address(text)
        return address is not None and any(address in network for network in self._proxies)


def limit_key(address: str) -> str:
    """The address as a rate limit sees it: of IPv6 the first 64 bits, because a household has all of the rest."""
    return _site(address) if ":" in address else address


@lru_cache(maxsize=4_096)
def _site(address: str) -> str:
    parsed = _address(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, _IPV6_SITE), strict=False).network_address)
    return address if parsed is None else str(parsed)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: plain, with a port, in brackets, with a zone, or IPv4 inside IPv6."""
    return _parsed(text) if len(text) <= _LONGEST_ADDRESS else None  # else hostile headers would fill the cache


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _host_of(origin: str) -> str:
    """``host[:port]`` of an origin, without the scheme's own port; ``""`` when it is none.

    Where a request's own host is compared, the scheme is left out: behind a proxy that ends TLS the app sees ``http``.
    """
    return _origin_of(origin).partition("://")[2]


def _origin_of(address: str) -> str:
    """``scheme://host[:port]`` of an address in lower case; ``""`` when it is none."""
    return _split(address) if len(address) <= _LONGEST_ORIGIN else ""


@lru_cache(maxsize=1_024)
def _split(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or not host.isascii() or not host.isprintable():
        return ""
    if ":" in host:
        host = f"[{host}]"
    return f"{parts.scheme}://{host}" if port in {None, _PORTS[parts.scheme]} else f"{parts.scheme}://{host}:{port}"


def _bare_host(host: str, origin: str) -> str:
    """The ``Host`` header, in the form of :func:`_host_of`."""
    return _host_of(f"{origin.partition('://')[0]}://{host}")
