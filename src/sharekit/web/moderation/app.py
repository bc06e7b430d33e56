"""The moderators' page as an app of its own, which the shop mounts behind its own login."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from time import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sharekit.events.signing import Signer
from sharekit.exceptions import ConfigError, ShareKitError, TokenError
from sharekit.web import static
from sharekit.web.forms import FormError, read_form
from sharekit.web.http import Request, Response, refuse
from sharekit.web.moderation import actions, pages
from sharekit.web.moderation.visit import Moderation
from sharekit.web.reviews.reading import photo_file

if TYPE_CHECKING:
    from sharekit.products import Product
    from sharekit.reviews.desk import Desk
    from sharekit.web.asgi import AsgiApp
    from sharekit.web.context import WebContext
    from sharekit.web.wsgi import WsgiApp

_log = logging.getLogger(__name__)
_DAY = 86_400
_LONGEST_NAME = 60


class ModerationApp:
    """Queue, decisions, answers and log, for moderators alone.

    It has no login of its own. Every request is refused unless ``authorize`` gives a name; that name stands in the log
    beside each decision. Mount :attr:`wsgi_app` or :attr:`asgi_app` where the shop's own login protects it.

    Parameters:
        context: the kit's parts.
        desk: gives the desk.
        authorize: given the framework's request (Flask's; the WSGI ``environ``; the ASGI ``scope``), the moderator's
            name of at most 60 characters; anything else refuses the request.
        keys: gives the shop's secrets, newest first.
        product: the product of an id, to show its title and link to its page.

    Raises:
        ConfigError: ``authorize`` is not a function.
    """

    def __init__(
        self,
        context: WebContext,
        desk: Callable[[], Desk],
        authorize: Callable[[Any], str | bool | None],
        *,
        keys: Callable[[], Sequence[str]],
        product: Callable[[str], Product | None] | None = None,
    ) -> None:
        if not callable(authorize):
            raise ConfigError("moderation_app: pass authorize=, a function that gives the moderator's name or False.")
        self.context = context
        self._desk = desk
        self._authorize = authorize
        self._keys = keys
        self._product = product or (lambda _: None)

    @cached_property
    def wsgi_app(self) -> WsgiApp:
        """The page as a WSGI app."""
        from sharekit.web.wsgi import WsgiApp

        return WsgiApp(self.handle)

    @cached_property
    def asgi_app(self) -> AsgiApp:
        """The page as an ASGI app."""
        from sharekit.web.asgi import AsgiApp

        return AsgiApp(self)

    def handle(self, request: Request) -> Response:
        """Answer a request, or refuse it."""
        name = self._authorize(request.native or request)
        if not isinstance(name, str) or not name.strip():
            return refuse(403, "not_allowed", "This page is for moderators; sign in first.")
        try:
            return self._route(self._moderation(request, name.strip()[:_LONGEST_NAME]))
        except ShareKitError:
            _log.exception("%s %s could not be answered", request.method, request.path)
            return refuse(503, "unavailable", "This address cannot be answered now; the shop's log says why.")

    begin = handle
    """As :meth:`handle`: nothing here waits for a commit in common."""

    def refused(self, request: Request, answer: Response) -> Response:
        """The refusal of a body that cannot be taken, as it is."""
        return answer

    def takes_time(self, _: Request) -> bool:
        """Yes: it asks the review store."""
        return True

    def _moderation(self, request: Request, name: str) -> Moderation:
        return Moderation(
            context=self.context,
            desk=self._desk(),
            product=self._product,
            request=request,
            by=name,
            mount=quote(request.mount, safe="/"),
            token=self._token(name),
        )

    def _route(self, moderation: Moderation) -> Response:
        request = moderation.request
        head, _, name = request.path[1:].partition("/")
        if request.method in {"GET", "HEAD"}:
            if head == "static" and name:
                return static.static(self.context, request, name)
            if head == "photos" and name:
                return photo_file(moderation.desk, name)
            show = pages.PAGES.get(head) if not name or head == "review" else None
            return show(moderation, name) if show else _nothing()
        act = actions.ACTIONS.get(head) if not name else None
        if act is None:
            return _nothing()
        if request.method != "POST":
            return refuse(405, "method_not_allowed", "This address takes POST.", ("allow", "POST"))
        refused = self.context.gate.refusal(request, others=False)
        if refused is not None:
            return refused
        try:
            with read_form(request) as form:
                if not self._is_token(form.fields.get("t", ""), moderation.by):
                    return refuse(403, "bad_token", "The page is too old or another moderator's; load it again.")
                return act(moderation, form.fields)
        except FormError as error:
            return error.answer

    @cached_property
    def _signer(self) -> Signer:
        return Signer(self._keys(), purpose="review-moderate")

    def _token(self, name: str) -> str:
        """What a form of this moderator carries today."""
        return self._signer.sign({"by": name, "day": str(_today())})

    def _is_token(self, token: str, by: str) -> bool:
        try:
            values = self._signer.read(token)
        except TokenError:
            return False
        return values.get("by") == by and values.get("day") in {str(_today()), str(_today() - 1)}


def _today() -> int:
    return int(time() // _DAY)


def _nothing() -> Response:
    return refuse(404, "not_found", "There is no such page.")
