"""The tools whose exports can be imported: what each calls its columns, as data.

Headers differ between vendors, and between versions of one vendor, so columns are found by name and never by place.
Where a header was seen is said at each table; spelling is that of the files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sharekit.exceptions import UnknownNameError
from sharekit.reviews.importers.files import ImportFileError, ReviewFile, column
from sharekit.reviews.model import Status

Field = Literal[
    "key", "handle", "product_id", "sku", "rating", "title", "body", "author", "email", "date", "date_utc",
    "status", "reply", "reply_date", "pictures", "language", "country", "variant", "source", "incentive",
    "relation", "parent", "type", "user", "meta_key", "meta_value",
]  # fmt: skip
"""What a column can be. ``key`` is the tool's own number of the review; ``handle``, ``product_id`` and ``sku`` name the
product; ``date_utc`` is the same time as ``date`` in UTC; ``parent``, ``type``, ``user``, ``meta_key`` and
``meta_value`` are WordPress's."""

PRODUCT_FIELDS: tuple[Field, ...] = ("handle", "product_id", "sku")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A tool that shops come from.

    Parameters:
        name: what ``--from`` calls it.
        title: its name; the source of what is imported.
        columns: the names it may use for each field; the first one that has a value counts.
        marks: sets of columns of which one must be there for a file to be known as this vendor's.
        statuses: its words for what is published, waits or was refused, in lower case. A review that was merely hidden
            waits here: whoever hid it gave no reason that could be checked.
        markup: whether its texts are HTML.
        replies: whether shop's answers are rows of their own, below the review they name as ``parent``.
    """

    name: str
    title: str
    columns: Mapping[Field, Sequence[str]]
    marks: Sequence[Sequence[str]] = ()
    statuses: Mapping[str, Status] = field(default_factory=dict)
    markup: bool = True
    replies: bool = False

    def fields_of(self, header: Sequence[str]) -> dict[Field, tuple[str, ...]]:
        """Which columns of a file hold which field; columns in one spelling (see :func:`column`)."""
        there = _spelt(header)
        found = {
            name: tuple(alias for alias in map(column, aliases) if alias in there)
            for name, aliases in self.columns.items()
        }
        return {name: aliases for name, aliases in found.items() if aliases}

    def wrote(self, header: Sequence[str]) -> bool:
        """Whether a file with this header is told to be this vendor's."""
        return any(_spelt(mark) <= _spelt(header) for mark in self.marks)


_WORDS: dict[str, Status] = {
    "published": "published", "approved": "published", "active": "published", "visible": "published",
    "live": "published", "ok": "published", "pending": "pending", "unpublished": "pending", "hidden": "pending",
    "hold": "pending", "held": "pending", "archived": "pending", "disabled": "pending", "rejected": "pending",
    "spam": "rejected",
}  # fmt: skip
"""Words for a status that several tools share. A refusal whose reason nobody knows waits for a decision with one."""

SHAREKIT = Vendor(
    name="sharekit",
    title="sharekit",
    columns={"date": ("created_at",), "reply_date": ("reply_at",)},  # sharekit.reviews.exports reads the rest
    marks=[("id", "product_id", "rating", "evidence", "created_at"), ("id", "product_id", "rating", "provenance")],
    markup=False,
)

JUDGEME = Vendor(  # names agree in nine public repositories; the maker's own page was not found
    name="judgeme",
    title="Judge.me",
    columns={
        "handle": ("product_handle",),
        "product_id": ("product_id",),
        "rating": ("rating",),
        "title": ("title",),
        "body": ("body",),
        "author": ("reviewer_name",),
        "email": ("reviewer_email",),
        "date": ("review_date",),
        "status": ("curated",),
        "reply": ("reply",),
        "reply_date": ("reply_date",),
        "pictures": ("picture_urls",),
    },
    marks=[("rating", "review_date", "reviewer_name")],
    statuses={"ok": "published", "spam": "rejected"},
)

LOOX = Vendor(  # one form for import, another for export
    name="loox",
    title="Loox",
    columns={
        "key": ("id",),
        "handle": ("product_handle", "handle"),
        "product_id": ("productId",),
        "rating": ("rating",),
        "body": ("body", "review"),
        "author": ("author", "nickname", "full_name"),
        "email": ("email",),
        "date": ("created_at", "date"),
        "status": ("status",),
        "pictures": ("photo_url", "img"),
        "variant": ("variant",),
        "reply": ("reply",),
    },
    marks=[
        ("product_handle", "author", "body", "photo_url"),
        ("product_handle", "author", "body", "verified_purchase"),
        ("nickname", "full_name", "review"),
    ],
)

YOTPO = Vendor(  # two public fixtures; the official template could not be read
    name="yotpo",
    title="Yotpo",
    columns={
        "key": ("Review ID",),
        "handle": ("Shopify Product Handle", "Product Handle"),
        "product_id": ("Product ID",),
        "sku": ("Product SKU", "SKU"),
        "rating": ("Review Score",),
        "title": ("Review Title",),
        "body": ("Review Content",),
        "author": ("Display Name", "Reviewer Display Name", "Reviewer Name"),
        "email": ("Email", "Reviewer Email"),
        "date": ("Date", "Review Creation Date", "Review Date"),
        "status": ("Review Status", "Status"),
        "reply": ("Comment Content", "Reply"),
        "reply_date": ("Comment Date",),
        "pictures": ("Published Image URLs", "Image URLs", "Review Images"),
        "country": ("Reviewer Country",),
    },
    marks=[("Review Content", "Review Score")],
)

SHOPIFY = Vendor(  # help.shopify.com, "Import and export reviews", and five public repositories
    name="shopify",
    title="Shopify Product Reviews",
    columns={
        "handle": ("product_handle",),
        "rating": ("rating",),
        "title": ("title",),
        "body": ("body",),
        "author": ("author",),
        "email": ("email",),
        "date": ("created_at",),
        "status": ("state",),
        "reply": ("reply",),
        "reply_date": ("replied_at",),
    },
    marks=[("product_handle", "state", "rating", "author")],
)

WOOCOMMERCE = Vendor(  # columns of wp_comments and wp_commentmeta, and the plug-ins that export them with products
    name="woocommerce",
    title="WooCommerce",
    columns={
        "key": ("comment_ID",),
        "sku": ("product_SKU",),
        "product_id": ("comment_post_ID",),
        "rating": ("rating",),
        "title": ("title",),
        "body": ("comment_content",),
        "author": ("comment_author",),
        "email": ("comment_author_email",),
        "date": ("comment_date",),
        "date_utc": ("comment_date_gmt",),
        "status": ("comment_approved",),
        "parent": ("comment_parent",),
        "type": ("comment_type",),
        "user": ("user_id",),
        "meta_key": ("meta_key",),
        "meta_value": ("meta_value",),
    },
    marks=[("comment_ID", "comment_content")],
    statuses={"1": "published", "0": "pending", "spam": "rejected", "trash": "pending", "post-trashed": "pending"},
    replies=True,
)

OKENDO = Vendor(  # support.okendo.io: these names must not be changed there
    name="okendo",
    title="Okendo",
    columns={
        "key": ("reviewId",),
        "handle": ("handle", "productHandle"),
        "product_id": ("productId",),
        "sku": ("sku",),
        "rating": ("rating",),
        "title": ("title",),
        "body": ("body",),
        "author": ("name",),
        "email": ("email",),
        "date": ("dateCreated",),
        "status": ("status",),
        "reply": ("reply",),
        "reply_date": ("replyDate",),
        "pictures": ("imageUrls",),
        "country": ("countryCode",),
        "language": ("languageCode",),
        "variant": ("variantName",),
    },
    marks=[("name", "body", "rating", "dateCreated")],
)

PLAIN = Vendor(  # the names that tables made by hand and lines of JSON have
    name="plain",
    title="",
    columns={
        "key": ("review_id", "id"),
        "handle": ("product", "product_handle", "handle"),
        "product_id": ("product_id",),
        "sku": ("sku", "product_sku"),
        "rating": ("rating", "stars", "score", "review_rating"),
        "title": ("title", "headline", "review_title", "subject"),
        "body": ("body", "review", "content", "text", "comment", "review_content", "review_text"),
        "author": ("author", "name", "nickname", "display_name", "reviewer_name", "reviewer"),
        "email": ("email", "reviewer_email", "author_email"),
        "date": ("date", "created_at", "review_date", "date_created"),
        "status": ("status", "state"),
        "reply": ("reply", "response"),
        "reply_date": ("reply_date", "replied_at"),
        "pictures": ("pictures", "images", "photos", "picture_urls", "image_urls", "review_image_urls"),
        "language": ("language", "lang", "locale", "language_code"),
        "country": ("country", "country_code"),
        "variant": ("variant",),
        "source": ("source", "aggregator"),
        "incentive": ("incentive", "incentivized", "incentivised"),
        "relation": ("relation",),
    },
)

VENDORS: Mapping[str, Vendor] = {
    vendor.name: vendor for vendor in (SHAREKIT, JUDGEME, LOOX, YOTPO, SHOPIFY, WOOCOMMERCE, OKENDO, PLAIN)
}
"""Every form by the word of ``--from``."""


def vendor_of(file: ReviewFile, name: str = "", *, meta: bool = False) -> Vendor:
    """Whose file it is.

    Parameters:
        name: the vendor, when somebody knows; told by the header otherwise.
        meta: whether the stars are in a second file.

    Raises:
        UnknownNameError: nobody has that name.
        ImportFileError: the header is of no known vendor, or lacks columns without which there is no review.
    """
    if name and name not in VENDORS:
        raise UnknownNameError("vendor", name[:60], VENDORS)
    vendor = VENDORS[name] if name else _told_by(file.header)
    if vendor is SHAREKIT:
        if not vendor.wrote(file.header):
            raise ImportFileError(f"This is no export of sharekit. {_found(file.header)}")
        return vendor
    found = vendor.fields_of(file.header)
    if not set(PRODUCT_FIELDS) & set(found):
        raise _without(vendor, file.header, PRODUCT_FIELDS)
    if "rating" not in found and "meta_key" not in found and not meta:
        raise _without(vendor, file.header, ["rating"])
    return vendor


def _told_by(header: Sequence[str]) -> Vendor:
    fitting = [vendor for vendor in VENDORS.values() if vendor.wrote(header)]
    if len(fitting) > 1:  # of several, the one that knows most of the columns
        known = {vendor.name: len(vendor.fields_of(header)) for vendor in fitting}
        fitting = [vendor for vendor in fitting if known[vendor.name] == max(known.values())]
    if len(fitting) > 1:
        names = " or ".join(f"--from {vendor.name}" for vendor in fitting)
        raise ImportFileError(f"The header fits several tools. Say which one it is: {names}")
    return fitting[0] if fitting else PLAIN


def _without(vendor: Vendor, header: Sequence[str], wanted: Sequence[Field]) -> ImportFileError:
    names = [alias for name in wanted for alias in vendor.columns.get(name, ())]
    whose = f"a file of {vendor.title}" if vendor.title else "a table of reviews"
    hint = f"Rename the column, or say which tool the file is of: --from {'|'.join(VENDORS)}"
    if vendor.replies and "rating" in wanted:
        hint = "WordPress keeps the stars in the table commentmeta; pass that, too: --meta FILE"
    return ImportFileError(f"This is not {whose}: it has no column {' or '.join(names)}. {_found(header)} {hint}")


def _spelt(names: Sequence[str]) -> set[str]:
    return {column(name) for name in names}


def _found(header: Sequence[str]) -> str:
    more = ", …" if len(header) > 12 else ""
    return f"Its columns are {', '.join(repr(cell[:40]) for cell in header[:12])}{more}."


def status_of(vendor: Vendor, word: str) -> Status | None:
    """The status that a vendor's word means: published when there is none, ``None`` for an unknown one."""
    word = word.strip().lower()
    return vendor.statuses.get(word, _WORDS.get(word)) if word else "published"
