"""The kit's own app: which handler answers which request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from sharekit.events.visitor import Visitor
from sharekit.exceptions import ShareKitError
from sharekit.web import collect, fediverse, metrics, qr, redirect, static
from sharekit.web.collect import Posted
from sharekit.web.context import WebContext
from sharekit.web.http import Request, Response, refuse
from sharekit.web.reviews import routes as reviews
from sharekit.web.reviews.refusals import for_people

_log = logging.getLogger(__name__)
Handler = Callable[[WebContext, Request, str], Response]

_ROUTES: dict[str, dict[str, Handler]] = {
    "go": {"GET": redirect.go, "HEAD": redirect.go},
    "fediverse": {"GET": fediverse.show, "HEAD": fediverse.show, "POST": fediverse.send},
    "qr": {"GET": qr.qr, "HEAD": qr.qr},
    "static": {"GET": static.static, "HEAD": static.static},
}


class WebApp:
    """Answers requests below the mount. Knows no framework and no server.

    Parameters:
        context: what the handlers lean on.
    """

    def __init__(self, context: WebContext) -> None:
        self.context = context
        mount = context.settings.mount.rstrip("/")
        self._events = frozenset({"/events", f"{mount}/events"})
        self._metrics = frozenset({"/metrics", f"{mount}/metrics"})
        self._reviews = ("/reviews/", f"{mount}/reviews/")

    def handle(self, request: Request) -> Response:
        """The answer to a request."""
        answer = self.begin(request)
        return collect.keep(self.context, answer) if isinstance(answer, Posted) else answer

    def begin(self, request: Request) -> Response | Posted:
        """The answer, or for a post of events what is to be kept before it may be given.

        A server that has several posts at hand keeps them with one commit (see :mod:`sharekit.web.asgi`).
        """
        try:
            if request.path in self._events:
                return self._post_events(request)
            if request.path in self._metrics:
                return metrics.metrics(self.context, request)
            answer = self._route(self._below_mount(request))
        except ShareKitError:  # an extra or a file is missing here, which no visitor can help
            _log.exception("%s %s could not be answered", request.method, request.path)
            answer = refuse(503, "unavailable", "This address cannot be answered now; the shop's log says why.")
        return self.refused(request, answer)

    def refused(self, request: Request, answer: Response) -> Response:
        """The answer; in place of a refusal a page, where a person with a browser and no script would see it."""
        if self.context.reviews is None or not request.path.startswith(self._reviews):
            return answer
        return for_people(self.context, self._below_mount(request), answer)

    def takes_time(self, request: Request) -> bool:
        """Whether answering may take longer than an event loop can wait: all that asks the review store."""
        return request.path.startswith(self._reviews)

    def _post_events(self, request: Request) -> Response | Posted:
        if request.method == "POST":
            return collect.collect(self.context, request)
        if request.method == "OPTIONS":
            return collect.preflight(self.context, request)
        return _not_allowed("POST, OPTIONS")

    def _route(self, request: Request) -> Response:
        handlers, name = _find(request.path)
        if handlers is None or (self.context.reviews is None and request.path.startswith("/reviews/")):
            return refuse(404, "not_found", "There is nothing here; see the documentation on collecting.")
        handler = handlers.get(request.method)
        if handler is None:
            return _not_allowed(", ".join(handlers))
        return handler(self.context, request, name)

    def visitor(self, request: Request) -> Visitor:
        """The pseudonyms of whoever made the request."""
        return self.context.visitor(request)

    def _below_mount(self, request: Request) -> Request:
        """The request with the path below the mount, whether or not a server in front cut the mount off."""
        own = self.context.settings.mount.rstrip("/")
        path = request.path
        if not own or not path.startswith(own) or path[len(own) : len(own) + 1] not in {"", "/"}:
            return request
        if request.mount.endswith(own):
            return request
        return replace(request, path=path[len(own) :] or "/", mount=request.mount + own)


def _find(path: str) -> tuple[Mapping[str, Handler] | None, str]:
    """The handlers of a path by method, and the name at its end that they are given."""
    head, _, rest = path[1:].partition("/")
    if head == "reviews":
        return reviews.find(rest)
    if not rest or "/" in rest or (head == "qr" and not rest.endswith(".svg")):
        return None, ""
    return _ROUTES.get(head), rest


def _not_allowed(methods: str) -> Response:
    return refuse(405, "method_not_allowed", f"This address takes {methods}.", ("allow", methods))
