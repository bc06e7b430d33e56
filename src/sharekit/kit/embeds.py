"""What a template author embeds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from sharekit.kit.base import KitBase
from sharekit.products import Look, Picture, Video
from sharekit.widgets.share import share_buttons

if TYPE_CHECKING:
    from sharekit.widgets.reviews import Reading


class Embeds(KitBase):
    """The widgets, and what a page's head needs for them."""

    def share_buttons(self, item: Any, **options: Any) -> Markup:
        """Buttons that share a product or page. Options: :func:`sharekit.widgets.share.share_buttons`.

        Parameters:
            item: a :class:`Product`, a :class:`Shareable`, or whatever the ``adapt`` setting understands.
        """
        return share_buttons(self._widgets, self.page_for(item), **options)

    def meta(
        self, item: Any, *, locale: str | None = None, reviews: int | Reading | None = None, args: Any = None
    ) -> Markup:
        """Tags for the page's ``<head>``: canonical address, previews (Open Graph, Twitter card), JSON-LD.

        Parameters:
            item: what the page is about.
            locale: language of the page; the ``locale`` setting when left out.
            reviews: put the product's rating into the JSON-LD, with so many of the reviews that the page shows (0 for
                the rating alone); or what :meth:`read_reviews` gave, for the rating and five of them.
            args: the request's query parameters, which say what reviews the page shows.
        """
        from sharekit.widgets.meta import meta

        return meta(self._widgets, self.page_for(item), locale=locale, reviews=reviews, args=args)

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
            widgets: ``["tags", "reviews"]`` on a page with product tags and reviews puts their style sheets into the
                head too. They bring them along themselves; this way they come first.
            nonce: the request's nonce, where the Content-Security-Policy asks for one.
            integrity: add ``integrity`` hashes (useful when a CDN stands in front of the shop).
            mount: path at which the kit's app is reached by browsers; the ``mount`` setting when left out.
        """
        return self._assets.tags(widgets=widgets, nonce=nonce, integrity=integrity, mount=mount)

    def share_counts(self, item: Any) -> dict[str, int]:
        """How often a product or page was shared, by network, from own events."""
        return self.report.share_counts(self.page_for(item).id)
