"""Review stores by URL: ``sqlite:reviews.db``, ``postgres://user@host/database``."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from sharekit.exceptions import ConfigError
from sharekit.plugins import BuiltIn, Registry
from sharekit.reviews.store import ReviewStore

STORES = Registry(
    "review store",
    "sharekit.review_stores",
    {
        "sqlite": BuiltIn("sharekit.reviews.sqlite:SQLiteReviewStore"),
        "postgres": BuiltIn("sharekit.reviews.postgres:PostgresReviewStore", "postgres"),
        "postgresql": BuiltIn("sharekit.reviews.postgres:PostgresReviewStore", "postgres"),
    },
)
"""Every review store by its URL scheme."""


def open_review_store(url: str | ReviewStore, data_dir: Path) -> ReviewStore:
    """The review store that ``url`` means. Nothing is opened or connected before it is used.

    Parameters:
        url: ``sqlite:reviews.db`` for a file in the data directory, ``sqlite:///path/reviews.db`` for one elsewhere,
            ``postgres://user:password@host/database``, the scheme of a store that another package registered in the
            entry point group ``sharekit.review_stores``, or a store as an object, which is given back.
        data_dir: where relative files lie.

    Raises:
        ConfigError: the URL cannot be used.
        UnknownNameError: no store has the scheme.
        MissingExtraError: the store needs a package that is not installed.
    """
    if isinstance(url, ReviewStore):
        return url
    if not isinstance(url, str):
        raise ConfigError(f"reviews: pass a URL or a ReviewStore, not {type(url).__name__}.")
    try:
        scheme = urlsplit(url).scheme
    except ValueError as error:
        raise ConfigError(f"reviews: {url!r} is not a URL ({error}).") from None
    if not scheme:
        raise ConfigError(f"reviews: write {url!r} as a URL such as 'sqlite:reviews.db'. Known: {_schemes()}.")
    store: ReviewStore = STORES.load(scheme).from_url(url, data_dir)
    return store


def _schemes() -> str:
    return ", ".join(STORES.names())
