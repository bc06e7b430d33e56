"""What belongs to reviews: how they are checked, the demo's mailbox, and who may moderate."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any, cast

from flask import Blueprint, current_app, render_template
from markupsafe import Markup, escape

from sharekit.checks import check_url
from sharekit.demo.pages_shop import stars_of, the_shop
from sharekit.events.model import now
from sharekit.exceptions import InvalidValueError
from sharekit.integrations.flask import current_kit

MOST_MAILS = 30
MOST_WARES = 200

reviews = Blueprint("reviews", __name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that a shop would have sent."""

    to: str
    subject: str
    text: str
    at: datetime = field(default_factory=now)

    @property
    def html(self) -> Markup:
        """The text with its addresses as links."""
        return Markup("\n").join(Markup(" ").join(_linked(word) for word in line.split(" ")) for line in self.lines)

    @property
    def lines(self) -> list[str]:
        """The text by lines."""
        return self.text.splitlines()


class Mailbox:
    """Where the demo's mails end: in memory, to be read on a page. Nothing is sent."""

    def __init__(self) -> None:
        self.mails: deque[Mail] = deque(maxlen=MOST_MAILS)

    def put(self, to: str, subject: str, text: str) -> None:
        """Keep a mail: what the ``mail`` setting is given."""
        self.mails.appendleft(Mail(to, subject, text))


@reviews.get("/reviews")
def everything() -> str:
    """All products with their stars, best first."""
    wares = current_kit().rank(the_shop().catalog.wares[:MOST_WARES])
    return render_template("reviews.html", wares=wares, stars=stars_of(wares))


@reviews.get("/how-reviews-are-checked")
def checked() -> str:
    """How reviews are checked, in the words of the real settings."""
    return render_template("checked.html")


@reviews.get("/mail")
def mail() -> str:
    """The mails a real shop would have sent."""
    return render_template("mail.html", mails=list(cast("Mailbox", current_app.extensions["mailbox"]).mails))


def whoever_sits_here(request: Any) -> str | None:
    """The moderator: whoever opens the demo on the computer it runs on. A real shop asks its own login here.

    Behind a proxy on that computer everybody seems to sit there, so nobody is let in.
    """
    if any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")):
        return None
    try:
        return "Moderator" if ip_address(request.remote_addr or "").is_loopback else None
    except ValueError:
        return None


def _linked(word: str) -> Markup:
    if not word.startswith(("http://", "https://")):
        return escape(word)
    try:
        return Markup('<a href="{0}">{0}</a>').format(check_url(word, "link"))
    except InvalidValueError:
        return escape(word)
