"""What a signed link carries, and how following one is counted."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from sharekit.events.fields import clean_share_id, clean_url
from sharekit.events.model import Event
from sharekit.exceptions import JournalError, TokenError
from sharekit.networks.links import LinkBuilder, Message
from sharekit.web.context import WebContext, asks_for_privacy
from sharekit.web.http import Request
from sharekit.web.security import limit_key

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The values of a token, under their whole names. In the token each has one letter, to keep addresses short.

    Parameters:
        url: ``u``, the page that is shared, without tracking.
        network: ``n``.
        product_id: ``p``.
        placement: ``l``.
        title: ``t``.
        text: ``x``, when the page gave one.
        image: ``i``.
        hashtags: ``h``, joined by commas.
        via: ``v``, the account that networks credit, where it is not the ``x_account`` setting.
        campaign: ``c``, the ``utm_campaign``.
        utm: ``m``, ``"0"`` when there are no ``utm_`` parameters.
    """

    url: str
    network: str = ""
    product_id: str = ""
    placement: str = ""
    title: str = ""
    text: str = ""
    image: str = ""
    hashtags: tuple[str, ...] = ()
    via: str = ""
    campaign: str = ""
    utm: bool = True

    @classmethod
    def read(cls, context: WebContext, token: str) -> Self:
        """The link of a token.

        Raises:
            TokenError: the token was not signed by this shop, or is no link.
        """
        return cls.of(context, read_values(context, token))

    @classmethod
    def of(cls, context: WebContext, values: Mapping[str, str]) -> Self:
        """The link of a token's values."""
        return cls(
            url=values["u"],
            network=values.get("n", ""),
            product_id=values.get("p", ""),
            placement=values.get("l", ""),
            title=values.get("t", ""),
            text=values.get("x", ""),
            image=values.get("i", ""),
            hashtags=tuple(tag for tag in values.get("h", "").split(",") if tag),
            via=values.get("v", context.settings.x_account),
            campaign=values.get("c", ""),
            utm=values.get("m") != "0",
        )

    def builder(self) -> LinkBuilder:
        """What makes the network's address of it."""
        message = Message(self.url, self.title or self.url, self.text, self.image, self.hashtags, self.via)
        return LinkBuilder(message, utm=self.utm, campaign=self.campaign)


def read_values(context: WebContext, token: str) -> dict[str, str]:
    """The values of a token, under their letters.

    Raises:
        TokenError: the token was not signed by this shop, or is no link.
    """
    values = context.signer().read(token)
    if not values.get("u", "").startswith(("https://", "http://")):
        raise TokenError("The link leads nowhere; take it from the page again.")
    return values


def count_share(context: WebContext, request: Request, link: Link, share_id: str) -> None:
    """Keep a ``click`` and a ``share`` of the link."""
    fields = {
        "product_id": link.product_id,
        "network": link.network,
        "placement": link.placement,
        "widget": "share",
        "share_id": share_id,
        "parent_share_id": clean_share_id(request.arguments().get("p", "")),
        "url": clean_url(link.url),
    }
    count(context, request, ["click", "share"], fields)


def count(context: WebContext, request: Request, names: Sequence[str], fields: Mapping[str, Any]) -> None:
    """Keep what following a link amounts to: events of these names, with the same fields.

    Who is over the rate limit, or only fetched the link without following it (a picture's ``src`` on another site),
    is not counted. Whatever happens here, the caller goes on: the shopper comes first.
    """
    if request.header("sec-fetch-mode") not in {"", "navigate"}:
        return
    agent = request.header("user-agent")
    if context.limit.take(limit_key(context.gate.client(request)), agent, len(names)):
        return
    who: dict[str, Any] = {
        "visitor": context.visitor(request).id,
        "bot": context.bots.is_bot(agent),
        "gpc": asks_for_privacy(request),
    }
    try:
        context.record_many([Event(name=name, **fields, **who) for name in names])
    except JournalError as error:
        _log.warning("A %s was not counted: %s", names[-1], error)


def passed_on(request: Request) -> str:
    """The query that the next page needs too: the parent share, and the language. Nothing else of it is kept."""
    arguments = request.arguments()
    kept = {"p": clean_share_id(arguments.get("p", "")), "lang": clean_share_id(arguments.get("lang", ""))}
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"?{query}" if query else ""


def is_prefetch(request: Request) -> bool:
    """Whether a browser asks ahead of any click (https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header)."""
    return any("prefetch" in request.header(name).lower() for name in ("sec-purpose", "purpose", "x-moz"))
