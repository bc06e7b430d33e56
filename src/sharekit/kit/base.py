"""What every part of a kit leans on: the settings, and the parts they make, each when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sharekit.config import Durability, Settings
from sharekit.events.names import EVENT_NAMES, EventName
from sharekit.events.signing import Signer, derive_key, secret_keys
from sharekit.events.visitor import Visitors
from sharekit.exceptions import InvalidValueError
from sharekit.networks.model import Network
from sharekit.networks.registry import Networks
from sharekit.pipeline.bounds import Limits
from sharekit.pipeline.metrics import prometheus
from sharekit.pipeline.pipeline import Pipeline
from sharekit.products import Product, Shareable
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.sinks.registry import make_sinks
from sharekit.sinks.store import open_store
from sharekit.widgets.context import ReviewSource, WidgetContext

if TYPE_CHECKING:
    from jinja2 import BaseLoader

    from sharekit.reports.report import Report
    from sharekit.reviews.policy import ReviewPolicy
    from sharekit.reviews.store import ReviewStore
    from sharekit.web.app import WebApp
    from sharekit.web.reviews.parts import ReviewParts


class KitBase:
    """Settings and wiring. See :class:`sharekit.ShareKit`, which is what an app makes."""

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
            make_sinks(
                (self.settings.store, *self.settings.sinks),
                data_dir=self.settings.data_dir,
                timezone=self.settings.zone(),
                filters=self.settings.filters,
            ),
            durability_of=self._durability_of,
            deliver=self.settings.deliver,
            upkeep=lambda: self._visitors.prune(),
            limits=Limits(self.settings.journal_bytes, self.settings.journal_age),
            networked=self.settings.networked_data_dir,
        )

    @cached_property
    def report(self) -> Report:
        """Answers from the store: totals, funnels, share counts."""
        from sharekit.reports.report import Report

        store = open_store(self.settings.store, data_dir=self.settings.data_dir)
        return Report(store, timezone=self.settings.zone(), attribution_days=self.settings.attribution_days)

    @cached_property
    def review_store(self) -> ReviewStore:
        """Where reviews, questions, votes and the log of decisions are kept: the ``reviews`` setting."""
        from sharekit.reviews.stores import open_review_store

        return open_review_store(self.settings.reviews, self.settings.data_dir)

    @cached_property
    def policy(self) -> ReviewPolicy:
        """Who may write a review and what is checked: the ``review_policy`` setting."""
        from sharekit.reviews.policy import ReviewPolicy

        return ReviewPolicy.load(self.settings.review_policy)

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

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        return secret_keys(self.settings)

    @cached_property
    def _signer(self) -> Signer:
        return Signer(self._keys, purpose="links")

    @cached_property
    def _form_signer(self) -> Signer:
        """Signs the token of a review form: which product it is about, and where its page is."""
        return Signer(self._keys, purpose="review-form")

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
            reviews=lambda: self._review_source,
        )

    @cached_property
    def _review_source(self) -> ReviewSource:
        signer = self._form_signer
        return ReviewSource(store=self.review_store, policy=self.policy, sign=signer.sign, read=signer.read)

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
                metrics=lambda: prometheus(self._pipeline.status(others=True)),
                reviews=self._review_parts,
            )
        )

    def _review_parts(self) -> ReviewParts:
        raise NotImplementedError  # the whole kit knows them all

    def _durability_of(self, name: str) -> Durability:
        chosen = self.settings.durability
        return chosen.get(name) or chosen.get("*") or self._names[name].durability
