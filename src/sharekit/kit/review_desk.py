"""Reviews from the shop's side: the desk, links for customers, the moderators' page, the order of products."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from sharekit.checks import absolute_url
from sharekit.events.model import Event, now
from sharekit.exceptions import InvalidValueError, JournalError
from sharekit.kit.records import Records
from sharekit.products import Product

if TYPE_CHECKING:
    from sharekit.reviews.desk import Desk
    from sharekit.reviews.maths import Trend
    from sharekit.web.moderation.app import ModerationApp

_log = logging.getLogger(__name__)
Item = TypeVar("Item")


class ReviewDesk(Records):
    """What a shop does with reviews: receive, decide, answer, invite, count."""

    @cached_property
    def desk(self) -> Desk:
        """The one place where a review changes: hand in, decide, reply, vote, report, ask, erase."""
        from sharekit.reviews.desk import Desk
        from sharekit.reviews.mail import open_mailer
        from sharekit.reviews.photos import PhotoStore

        settings = self.settings
        return Desk(
            self.review_store,
            self.policy,
            self._keys,
            record=self._record_review,
            mail=open_mailer(settings.mail),
            photos=PhotoStore(settings.data_dir),
            base_url=absolute_url(settings.base_url, settings.mount),
            site_name=settings.site_name,
            locale=settings.locale,
            address_of=settings.review_address,
        )

    def review_link(self, order_id: str, products: Iterable[Product | Mapping[str, str] | str], **options: Any) -> str:
        """The address at which the buyer reviews what is in an order, for a mail or the page after the order.

        Whoever has the link may write the reviews, once per product: hand it to the buyer alone.

        Parameters:
            order_id: the shop's key of the order.
            products: what was bought, as the shop's own objects, products, mappings or ids.
            options: ``email``, ``customer_id``, ``name``, ``days``, ``incentive`` of
                :meth:`sharekit.reviews.desk.Desk.invite`.

        Raises:
            InvalidValueError: there is no product, or the policy does not know the incentive.
            MissingExtraError: ``itsdangerous`` is not installed.
        """
        bought = [item if isinstance(item, Mapping | str) else self._product_for(item) for item in products]
        token = self.desk.invite(order_id, bought, **options)
        return absolute_url(self.settings.base_url, f"{self.settings.mount.rstrip('/')}/reviews/order/{token}")

    def moderation_app(self, authorize: Callable[[Any], str | bool | None], **options: Any) -> ModerationApp:
        """The moderators' page, to be mounted where the shop likes. Options: of
        :class:`sharekit.web.moderation.app.ModerationApp`.

        Parameters:
            authorize: given the framework's request, the moderator's name; anything empty refuses the request.
        """
        from sharekit.web.moderation.app import ModerationApp

        return ModerationApp(self._web.context, lambda: self.desk, authorize, keys=lambda: self._keys, **options)

    def rank(self, items: Sequence[Item]) -> list[Item]:
        """Products with the best rated first: by the mean of each, drawn towards the mean of all the fewer reviews it
        has (:func:`sharekit.reviews.maths.shrunk_mean`). Products without reviews stand where the mean of all would.
        Among equals the one with more reviews, then the order given.
        """
        from sharekit.reviews.maths import rank

        ids = [self._product_for(item).id for item in items]
        summaries = self.review_store.summaries(list(dict.fromkeys(ids)))
        places = {one.product_id: place for place, one in enumerate(rank(summaries.values()))}
        order = sorted(range(len(items)), key=lambda number: places[ids[number]])
        return [items[number] for number in order]

    def rating_trend(self, item: Any, *, recent: int = 3) -> Trend:
        """Whether a product is rated otherwise than before (:func:`sharekit.reviews.maths.trend`).

        Parameters:
            recent: how many months are recent, with the present one.
        """
        from sharekit.reviews.maths import trend

        return trend(self.review_store.months(self._product_for(item).id), today=now().date(), recent=recent)

    def close(self) -> None:
        """As of :class:`Records`; the review store is let go of, too."""
        super().close()
        if "review_store" in self.__dict__:
            self.review_store.close()

    def _product_for(self, item: Any) -> Product:
        page = self.page_for(item)
        if not isinstance(page, Product):
            raise InvalidValueError("item", f"{type(item).__name__} is not a Product; only products have reviews.")
        return page

    def _record_review(self, event: Event) -> None:
        """A review that is kept is kept, also when nobody could count it."""
        try:
            self.record(event)
        except JournalError as error:
            _log.warning("A %s was not counted: %s", event.name, error)
