"""Reviews for shoppers: stars, lists, forms, questions, and how it is all checked."""

from __future__ import annotations

from sharekit.widgets.reviews.asking import questions
from sharekit.widgets.reviews.checking import review_policy
from sharekit.widgets.reviews.form import review_form
from sharekit.widgets.reviews.listing import reviews
from sharekit.widgets.reviews.rating import rating, ratings
from sharekit.widgets.reviews.reading import Reading, read
from sharekit.widgets.reviews.selected import review_carousel, testimonials
from sharekit.widgets.reviews.structured import structured_reviews

__all__ = [
    "Reading",
    "questions",
    "rating",
    "ratings",
    "read",
    "review_carousel",
    "review_form",
    "review_policy",
    "reviews",
    "structured_reviews",
    "testimonials",
]
