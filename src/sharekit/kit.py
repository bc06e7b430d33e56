"""ShareKit: the one object an app makes. It wires the parts together and holds no logic of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sharekit.config import Durability, Settings
from sharekit.events.model import Event, Item
from sharekit.events.names import EVENT_NAMES, EventName
from sharekit.events.orders import order_event
from sharekit.events.signing import Signer, derive_key, secret_keys
from sharekit.events.validation import check_event
from sharekit.events.visitor import Visitor, Visitors
from sharekit.exceptions import InvalidValueError
from sharekit.networks.model import Network
from sharekit.networks.registry import Networks
from sharekit.pipeline.pipeline import Pipeline, Status
from sharekit.products import Look, Picture, Product, Shareable, Video
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.sinks.registry import make_sink
from sharekit.sinks.store import open_store
from sharekit.web.http import Request, Response
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share import share_buttons

if TYPE_CHECKING:
    from jinja2 import BaseLoader

    from sharekit.reports.report import Report
    from sharekit.web.app import WebApp
    from sharekit.web.asgi import AsgiApp
    from sharekit.web.wsgi import WsgiApp


class ShareKit:
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

    def __init__(
        self,
        base_url: str = "",
        *,
        config: Mapping[str, Any] | None = None,
        loader: BaseLoader | None = None,
        **settings: Any,
    ) -> None:
        if base_url:
            settings["base_url"] = base_url
        self.settings = Settings.load(config, **settings)
        self._loader = loader
        self.networks = Networks(item for item in self.settings.networks if isinstance(item, Network))
        self.settings.networks = tuple(
            item.key if isinstance(item, Network) else self.networks.checked(item) for item in self.settings.networks
        )
        self._names: dict[str, EventName] = EVENT_NAMES | {
            name: EventName(name, "an event of the shop's own") for name in self.settings.event_names
        }
        self._event_networks = self.networks.keys_for_events()
        self._pipeline = Pipeline(
            self.settings.data_dir,
            [
                make_sink(spec, data_dir=self.settings.data_dir, timezone=self.settings.zone())
                for spec in (self.settings.store, *self.settings.sinks)
            ],
            durability_of=self._durability_of,
            deliver=self.settings.deliver,
            upkeep=lambda: self._visitors.prune(),
        )

    # What a template author embeds

    def share_buttons(self, item: Any, **options: Any) -> Markup:
        """Buttons that share a product or page. Options: :func:`sharekit.widgets.share.share_buttons`.

        Parameters:
            item: a :class:`Product`, a :class:`Shareable`, or whatever the ``adapt`` setting understands.
        """
        return share_buttons(self._widgets, self.page_for(item), **options)

    def meta(self, item: Any, *, locale: str | None = None) -> Markup:
        """Tags for the page's ``<head>``: canonical address, previews (Open Graph, Twitter card), JSON-LD."""
        from sharekit.widgets.meta import meta

        return meta(self._widgets, self.page_for(item), locale=locale)

    def tag_editor(self, picture: Picture, *, save_url: str, **options: Any) -> Markup:
        """An editor of a picture's tags, for the shop's own admin pages.

        Parameters:
            picture: the picture, with or without tags.
            save_url: where it posts to; :func:`sharekit.widgets.editor.edited_picture` reads the post.
            options: those of :func:`sharekit.widgets.editor.tag_editor`.
        """
        from sharekit.widgets.editor import tag_editor

        return tag_editor(self._widgets, picture, save_url=save_url, **options)

    def product_tags(self, picture: Picture | Look, **options: Any) -> Markup:
        """A picture (or a look of several) with its products. Options: :func:`sharekit.widgets.tags.product_tags`."""
        from sharekit.widgets.tags import product_tags

        return product_tags(self._widgets, picture, **options)

    def gallery(self, pictures: Iterable[Picture], **options: Any) -> Markup:
        """Pictures side by side, tagged or not. Options: :func:`sharekit.widgets.gallery.gallery`."""
        from sharekit.widgets.gallery import gallery

        return gallery(self._widgets, pictures, **options)

    def video(self, film: Video, **options: Any) -> Markup:
        """A video with products in it. Options: :func:`sharekit.widgets.video.video`."""
        from sharekit.widgets.video import video

        return video(self._widgets, film, **options)

    def assets(
        self,
        *,
        widgets: Iterable[str] = (),
        nonce: str | None = None,
        integrity: bool = False,
        mount: str | None = None,
    ) -> Markup:
        """The style sheet and the script, for the page's ``<head>``.

        Parameters:
            widgets: ``["tags"]`` on a page with product tags puts their style sheet into the head too. They bring it
                along themselves; this way it comes first.
            nonce: the request's nonce, where the Content-Security-Policy asks for one.
            integrity: add ``integrity`` hashes (useful when a CDN stands in front of the shop).
            mount: path at which the kit's app is reached by browsers; the ``mount`` setting when left out.
        """
        return self._assets.tags(widgets=widgets, nonce=nonce, integrity=integrity, mount=mount)

    def share_counts(self, item: Any) -> dict[str, int]:
        """How often a product or page was shared, by network, from own events."""
        return self.report.share_counts(self.page_for(item).id)

    # The kit's own app

    def handle(self, request: Request) -> Response:
        """Answer a request below the mount. Framework adapters and the two apps below call this."""
        return self._web.handle(request)

    @cached_property
    def wsgi_app(self) -> WsgiApp:
        """A WSGI app, to be mounted at the ``mount`` setting."""
        from sharekit.web.wsgi import WsgiApp

        return WsgiApp(self.handle)

    @cached_property
    def asgi_app(self) -> AsgiApp:
        """An ASGI app, to be mounted at the ``mount`` setting."""
        from sharekit.web.asgi import AsgiApp

        return AsgiApp(self._web)

    # What happened

    def record(self, event: Event | str, /, **fields: Any) -> Event:
        """Keep an event. It is durable, at the level set for its name, when this returns.

        Parameters:
            event: an :class:`Event`, or its name with the other fields as keywords.

        Returns:
            The event, with its id.

        Raises:
            EventError: the name is unknown or a field has the wrong form.
            JournalError: it could not be kept; nothing was recorded.
        """
        if isinstance(event, str):
            event = Event(name=event, **fields)
        elif fields:
            event = replace(event, **fields)
        check_event(event, names=self._names, networks=self._event_networks)
        self._pipeline.record(event)
        return event

    def record_many(self, events: Iterable[Event]) -> list[Event]:
        """Keep several events in one commit: all of them or, with an error, none."""
        kept = list(events)
        for event in kept:
            check_event(event, names=self._names, networks=self._event_networks)
        self._pipeline.record_many(kept)
        return kept

    def record_purchase(
        self,
        *,
        order_id: str,
        value: Decimal | str | int,
        currency: str,
        items: Sequence[Item | Mapping[str, Any]] = (),
        visitor: Visitor | Request | None = None,
        share_id: str = "",
        **fields: Any,
    ) -> Event:
        """Keep a purchase. Call it where the order is known to be placed; recording an order again counts it once.

        Parameters:
            order_id: the shop's key of the order.
            value: what was paid, in ``currency``.
            items: lines of the order: :class:`Item`, or mappings of its fields.
            visitor: who bought, from :meth:`visitor` (or the request itself); it ties the order to the visit before it.
            share_id: the share the buyer came by, when the shop knows it better.
        """
        if isinstance(visitor, Request):
            fields.setdefault("gpc", visitor.header("sec-gpc") == "1")
            visitor = self.visitor(visitor)
        if visitor is not None:
            fields |= {"visitor": visitor.id, "previous_visitor": visitor.previous}
        fields["share_id"] = share_id
        return self.record(
            order_event("purchase", order_id=order_id, value=value, currency=currency, items=items, **fields)
        )

    def record_refund(
        self,
        *,
        order_id: str,
        value: Decimal | str | int,
        currency: str,
        items: Sequence[Item | Mapping[str, Any]] = (),
        **fields: Any,
    ) -> Event:
        """Keep that (part of) an order was paid back. Each refund is an event; an ``id`` makes it safe to repeat."""
        return self.record(
            order_event("refund", order_id=order_id, value=value, currency=currency, items=items, **fields)
        )

    def visitor(self, request: Request) -> Visitor:
        """The pseudonym of the day of whoever made the request; empty when the browser sent ``Sec-GPC: 1``."""
        return self._web.visitor(request)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until every sink has all that this process recorded; ``False`` when ``timeout`` seconds pass first."""
        return self._pipeline.flush(timeout)

    def status(self) -> Status:
        """Per sink: recorded, delivered, rejected, dropped, pending."""
        return self._pipeline.status()

    def close(self) -> None:
        """Deliver what can be delivered within two seconds and let go of files. The journal keeps the rest."""
        self._pipeline.close()

    @cached_property
    def report(self) -> Report:
        """Answers from the store: totals, funnels, share counts."""
        from sharekit.reports.report import Report

        store = open_store(self.settings.store, data_dir=self.settings.data_dir)
        return Report(store, timezone=self.settings.zone(), attribution_days=self.settings.attribution_days)

    def page_for(self, item: Any) -> Product | Shareable:
        """The shop's own object as a :class:`Product` or :class:`Shareable`, through the ``adapt`` setting.

        Raises:
            InvalidValueError: it is neither, and ``adapt`` does not know it.
        """
        if isinstance(item, Product | Shareable):
            return item
        page = self.settings.adapt(item) if self.settings.adapt else None
        if not isinstance(page, Product | Shareable):
            what = type(item).__name__
            hint = f"adapt returned {type(page).__name__} for it" if self.settings.adapt else "no adapt function is set"
            raise InvalidValueError("item", f"{what} is not a Product or Shareable, and {hint}.")
        return page

    # Wiring

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return secret_keys(self.settings)

    @cached_property
    def _signer(self) -> Signer:
        return Signer(self._keys, purpose="links")

    @cached_property
    def _visitors(self) -> Visitors:
        return Visitors(self.settings.data_dir)

    @cached_property
    def _assets(self) -> Assets:
        return Assets(self.settings.mount)

    @cached_property
    def _environment(self) -> Any:
        return make_environment(self.settings.template_dirs, loader=self._loader)

    @cached_property
    def _widgets(self) -> WidgetContext:
        return WidgetContext(
            settings=self.settings,
            networks=self.networks,
            environment=self._environment,
            assets=self._assets,
            share_key=derive_key(self._keys, "share-id"),
            sign=lambda payload: self._signer.sign(payload),
            counts=lambda product_id: self.report.share_counts(product_id),
        )

    @cached_property
    def _web(self) -> WebApp:
        from sharekit.web.app import WebApp
        from sharekit.web.context import WebContext

        return WebApp(
            WebContext(
                settings=self.settings,
                networks=self.networks,
                assets=self._assets,
                environment=self._environment,
                signer=lambda: self._signer,
                share_key=lambda: derive_key(self._keys, "share-id"),
                visitors=self._visitors,
                record_many=self._pipeline.record_many,
                names=self._names,
            )
        )

    def _durability_of(self, name: str) -> Durability:
        chosen = self.settings.durability
        return chosen.get(name) or chosen.get("*") or self._names[name].durability
