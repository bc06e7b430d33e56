"""What a template author embeds of reviews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sharekit.exceptions import InvalidValueError
from sharekit.kit.base import KitBase
from sharekit.products import Product

if TYPE_CHECKING:
    from sharekit.reviews.model import Review
    from sharekit.widgets.reviews import Reading


class ReviewEmbeds(KitBase):
    """The widgets of reviews."""

    def rating(self, product: Any, **options: Any) -> Markup:
        """A product's stars; nothing while it has no reviews. Options: :func:`sharekit.widgets.reviews.rating`."""
        from sharekit.widgets.reviews import rating

        return rating(self._widgets, self._product(product), **options)

    def ratings(self, products: Iterable[Any], **options: Any) -> dict[str, Markup]:
        """The stars of many products in one query, by product id. Options: :func:`sharekit.widgets.reviews.ratings`."""
        from sharekit.widgets.reviews import ratings

        return ratings(self._widgets, [self._product(product) for product in products], **options)

    def read_reviews(self, product: Any, *, args: Any = None, limit: int = 20) -> Reading:
        """What a page shows of a product's reviews, read once: for :meth:`meta` and :meth:`reviews` on the same page.

        Parameters:
            product: the product.
            args: the request's query parameters.
            limit: reviews on a page.
        """
        from sharekit.widgets.reviews import read

        return read(self._widgets.reviews(), self._product(product).id, args, limit=limit)

    def reviews(self, product: Any, **options: Any) -> Markup:
        """The reviews of a product. Options: :func:`sharekit.widgets.reviews.reviews`."""
        from sharekit.widgets.reviews import reviews

        return reviews(self._widgets, self._product(product), **options)

    def review_form(self, product: Any, **options: Any) -> Markup:
        """A form to write a review. Options: :func:`sharekit.widgets.reviews.review_form`."""
        from sharekit.widgets.reviews import review_form

        return review_form(self._widgets, self._product(product), **options)

    def review_carousel(self, products: Any = None, **options: Any) -> Markup:
        """Selected reviews of a product, of several (a list), or of the whole shop (``None``), which say that they are
        selected. Options: :func:`sharekit.widgets.reviews.review_carousel`."""
        from sharekit.widgets.reviews import review_carousel

        several = isinstance(products, Sequence) and not isinstance(products, str)
        if products is not None:
            products = [self._product(item) for item in products] if several else self._product(products)
        return review_carousel(self._widgets, products, **options)

    def testimonials(self, reviews: Iterable[str | Review] | None = None, **options: Any) -> Markup:
        """Picked reviews of the shop's products. Options: :func:`sharekit.widgets.reviews.testimonials`."""
        from sharekit.widgets.reviews import testimonials

        return testimonials(self._widgets, reviews, **options)

    def questions(self, product: Any, **options: Any) -> Markup:
        """Questions about a product, with answers. Options: :func:`sharekit.widgets.reviews.questions`."""
        from sharekit.widgets.reviews import questions

        return questions(self._widgets, self._product(product), **options)

    def review_policy(self, **options: Any) -> Markup:
        """How reviews are checked, from the real settings. Options: :func:`sharekit.widgets.reviews.review_policy`."""
        from sharekit.widgets.reviews import review_policy

        return review_policy(self._widgets, **options)

    def _product(self, item: Any) -> Product:
        page = self.page_for(item)
        if not isinstance(page, Product):
            raise InvalidValueError("product", f"reviews are of products; pass a Product, not {type(page).__name__}.")
        return page
