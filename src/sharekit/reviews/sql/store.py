"""A store of reviews in SQL tables; an engine adds its connections and locks."""

from __future__ import annotations

from sharekit.reviews.sql.counters import SQLCounting
from sharekit.reviews.sql.questions import SQLQuestions
from sharekit.reviews.sql.reading import SQLReading
from sharekit.reviews.sql.writing import SQLWriting


class SQLReviewStore(SQLReading, SQLWriting, SQLCounting, SQLQuestions):
    """Everything but ``_reading``, ``_writing``, ``check`` and ``close``."""
