"""Reviews in the page's structured data: schema.org's AggregateRating and Review, inside the page's one Product."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from sharekit.reviews.model import Review
from sharekit.reviews.summary import Summary
from sharekit.widgets.reviews.reading import Reading


def structured_reviews(reading: Reading, zone: tzinfo, most: int = 5) -> dict[str, Any]:
    """``aggregateRating`` and ``review`` of a Product; empty while nothing counts.

    What is marked up is what is shown: the same mean to one decimal, reviews of the page that is rendered, and none
    taken over from other websites (Google, Review snippet guidelines: ratings must be sourced directly from users,
    marked-up reviews must be visible, and need an author).

    Parameters:
        zone: the shop's, in which days are shown.
        most: reviews at most.
    """
    rating = aggregate(reading.summary)
    if rating is None:
        return {}
    eligible = [review for review in reading.page.reviews if review.author and review.provenance.counted]
    written = [_review(review, zone) for review in eligible[:most]]
    return {"aggregateRating": rating, **({"review": written} if written else {})}


def aggregate(summary: Summary) -> dict[str, Any] | None:
    """The rating of a product; ``None`` while it has none."""
    if summary.mean is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": str(summary.mean),
        "ratingCount": summary.count,
        "bestRating": 5,
        "worstRating": 1,
    }


def _review(review: Review, zone: tzinfo) -> dict[str, Any]:
    data = {
        "@type": "Review",
        "author": {"@type": "Person", "name": review.author},
        "datePublished": review.created_at.astimezone(zone).date().isoformat(),
        "name": review.title,
        "reviewBody": review.body,
        "inLanguage": review.language,
        "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5, "worstRating": 1},
    }
    return {name: value for name, value in data.items() if value}
