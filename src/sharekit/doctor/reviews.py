"""The store of reviews: does it answer, and is somebody waiting?"""

from __future__ import annotations

from collections.abc import Iterator

from sharekit.config import Settings
from sharekit.doctor.finding import Finding
from sharekit.exceptions import ShareKitError
from sharekit.reviews.stores import open_review_store


def examine_reviews(settings: Settings) -> Iterator[Finding]:
    """Whether reviews can be read and kept. Nothing is said of a shop without any."""
    try:
        store = open_review_store(settings.reviews, settings.data_dir)
        try:
            trouble, skew = store.check(), store.skew()
        finally:
            store.close()
    except ShareKitError as error:
        yield Finding("reviews", "FAIL", str(error))
        return
    count, published, rejected = sum(skew.submitted), sum(skew.published), sum(skew.rejected)
    if count and trouble:
        yield Finding("reviews", "FAIL", trouble)
    elif count:
        told = f"{count:,} reviews, {published:,} published, {count - published - rejected:,} waiting"
        yield Finding("reviews", "OK", f"{settings.reviews} answers: {told}")
