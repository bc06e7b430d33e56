"""ShareKit: the one object an app makes. It wires the parts together and holds no logic of its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sharekit.kit.embeds import Embeds
from sharekit.kit.review_desk import ReviewDesk
from sharekit.kit.review_embeds import ReviewEmbeds
from sharekit.web.http import Request, Response

if TYPE_CHECKING:
    from sharekit.web.asgi import AsgiApp
    from sharekit.web.reviews.parts import ReviewParts
    from sharekit.web.wsgi import WsgiApp

__all__ = ["ShareKit"]


class ShareKit(Embeds, ReviewEmbeds, ReviewDesk):
    """Everything sharekit does for one shop.

    Making a kit reads settings and checks names; it starts no thread and opens no file. The data directory is made
    when the first event is recorded or the first link is signed. A kit may be used from many threads, and made
    before a server forks its workers.

    Parameters:
        base_url: the shop's address, ``https://shop.example``.
        config: a mapping with ``SHAREKIT_...`` names, such as a framework's configuration.
        loader: a framework's Jinja loader, asked for ``sharekit/*.html.jinja`` before the library's own templates.
        settings: any field of :class:`sharekit.config.Settings`.

    Raises:
        ConfigError: a setting is unknown or cannot work; the message names it.
        UnknownNameError: a network or sink nobody registered.
        DeadNetworkError: a network that has closed.
    """

    def handle(self, request: Request) -> Response:
        """Answer a request below the mount. Framework adapters and the two apps below call this."""
        return self._web.handle(request)

    @cached_property
    def wsgi_app(self) -> WsgiApp:
        """A WSGI app, to be mounted at the ``mount`` setting."""
        from sharekit.web.wsgi import WsgiApp

        return WsgiApp(self.handle, self._web.refused)

    @cached_property
    def asgi_app(self) -> AsgiApp:
        """An ASGI app, to be mounted at the ``mount`` setting."""
        from sharekit.web.asgi import AsgiApp

        return AsgiApp(self._web)

    def _review_parts(self) -> ReviewParts:
        from sharekit.web.reviews.parts import ReviewParts

        return ReviewParts(
            desk=self.desk,
            forms=self._form_signer,
            section=self.reviews,
            form=self.review_form,
            customer=self.settings.customer,
        )
