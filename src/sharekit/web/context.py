"""What the handlers lean on, in one object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from jinja2 import Environment

from sharekit.config import Settings
from sharekit.events.bots import Bots
from sharekit.events.model import Event
from sharekit.events.names import EventName
from sharekit.events.signing import Signer
from sharekit.events.visitor import NOBODY, Visitor, Visitors
from sharekit.networks.registry import Networks
from sharekit.rendering.assets import Assets
from sharekit.web.http import Request
from sharekit.web.limits import Buckets, NoLimit, RateLimit, review_limits
from sharekit.web.security import Gate

if TYPE_CHECKING:
    from sharekit.web.reviews.parts import ReviewParts

_PLAIN = "/:@!$&'()*+,;=~"  # what a path may hold unescaped (RFC 3986, section 3.3)


@dataclass(kw_only=True)
class WebContext:
    """The parts behind the kit's own app.

    Parameters:
        settings: the kit's settings.
        networks: the networks there are.
        assets: the static files.
        environment: Jinja environment of the pages.
        signer: gives the signer of links; asked at the first link, because it may make the secret.
        share_key: gives the key of :func:`sharekit.events.ids.page_share_id`; asked at the first QR code.
        visitors: gives pseudonyms.
        record_many: keeps events, all or (with a ``JournalError``) none.
        names: the events there are, the shop's own included.
        metrics: gives the state of delivery as Prometheus text.
        reviews: gives what the pages of reviews lean on; asked at the first of them.
    """

    settings: Settings
    networks: Networks
    assets: Assets
    environment: Environment
    signer: Callable[[], Signer]
    share_key: Callable[[], bytes]
    visitors: Visitors
    record_many: Callable[[Sequence[Event]], object]
    names: Mapping[str, EventName]
    metrics: Callable[[], str] = str
    reviews: Callable[[], ReviewParts] | None = None
    gate: Gate = field(init=False)
    limit: RateLimit = field(init=False)
    bots: Bots = field(init=False)
    event_networks: frozenset[str] = field(init=False)
    review_limits: Mapping[str, Buckets | NoLimit] = field(init=False)

    def __post_init__(self) -> None:
        self.gate = Gate(self.settings)
        self.limit = RateLimit(self.settings.rate_limit)
        self.bots = Bots(self.settings.count_agents)
        self.review_limits = review_limits(self.settings.rate_limit)
        self.event_networks = self.networks.keys_for_events()

    def visitor(self, request: Request) -> Visitor:
        """The pseudonyms of whoever made the request; empty ones when the browser sent ``Sec-GPC: 1``."""
        if asks_for_privacy(request):
            return NOBODY
        return self.visitors.identify(self.gate.client(request), request.header("user-agent"), request.host)

    def mount(self, request: Request) -> str:
        """The path under which browsers reach the kit's app, whichever of the servers in front cut it off, as it
        stands in an address."""
        return quote(request.mount, safe=_PLAIN) or self.settings.mount.rstrip("/")


def asks_for_privacy(request: Request) -> bool:
    """Whether the browser sent ``Sec-GPC: 1`` (Global Privacy Control, https://www.w3.org/TR/gpc/)."""
    return request.header("sec-gpc") == "1"
