"""Tables and indexes of reviews, the same in SQLite and PostgreSQL.

Times are microseconds since 1970, truths are 0 or 1, and what no query asks for is JSON.

Every order of a page has an index that ends with the review's id, so that a page is read from one place of one index:
for all published reviews of a product, and once more for those with photos and those with an order behind them. ``low``
is the rating upside down, so that the lowest can come first while the newest of equals still does.
"""

from __future__ import annotations

VERSION = 1
"""Of the tables."""

ORDERS = {
    "newest": ("created_at",),
    "helpful": ("score", "created_at"),
    "highest": ("rating", "created_at"),
    "lowest": ("low", "created_at"),
}
"""Columns by which each order sorts, all descending; the id comes last."""
_MORE = {"highest": ", counted, status"}
"""What else months are counted from, so that the table is not read for it. SQLite 3.40 does not see that the condition
of the index gives the status."""
FILTERS = {"": "", "photos_": " AND has_photos = 1", "verified_": " AND verified = 1"}
"""Which reviews have indexes of their own. Queries hold the conditions word for word; partial indexes need that."""

_TABLES = """
CREATE TABLE reviews(
  id {text} PRIMARY KEY,
  product_id {text} NOT NULL,
  rating SMALLINT NOT NULL CHECK(rating IN (1, 2, 3, 4, 5)),
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,
  person {text} NOT NULL,
  language TEXT NOT NULL,
  country TEXT NOT NULL,
  variant TEXT NOT NULL,
  answers TEXT NOT NULL,
  photos TEXT NOT NULL,
  evidence TEXT NOT NULL,
  order_id TEXT NOT NULL,
  source TEXT NOT NULL,
  relation TEXT NOT NULL,
  incentive TEXT NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('pending', 'published', 'rejected')),
  reason TEXT NOT NULL,
  reply TEXT NOT NULL,
  private_reply TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  edited_at BIGINT,
  published_at BIGINT,
  helpful INTEGER NOT NULL DEFAULT 0,
  unhelpful INTEGER NOT NULL DEFAULT 0,
  reports INTEGER NOT NULL DEFAULT 0,
  tongue {text} NOT NULL,
  has_photos SMALLINT NOT NULL,
  verified SMALLINT NOT NULL,
  counted SMALLINT NOT NULL,
  score BIGINT NOT NULL DEFAULT 0,
  low SMALLINT GENERATED ALWAYS AS (6 - rating) STORED
);
CREATE TABLE summaries(
  product_id {text} PRIMARY KEY,
  n1 INTEGER NOT NULL DEFAULT 0,
  n2 INTEGER NOT NULL DEFAULT 0,
  n3 INTEGER NOT NULL DEFAULT 0,
  n4 INTEGER NOT NULL DEFAULT 0,
  n5 INTEGER NOT NULL DEFAULT 0,
  elsewhere INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE answer_counts(
  product_id {text} NOT NULL,
  question {text} NOT NULL,
  answer {text} NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY(product_id, question, answer)
);
CREATE TABLE votes(
  review_id {text} NOT NULL,
  voter {text} NOT NULL,
  value SMALLINT NOT NULL CHECK(value IN (-1, 1)),
  PRIMARY KEY(review_id, voter)
);
CREATE TABLE reporters(
  review_id {text} NOT NULL,
  reporter {text} NOT NULL,
  PRIMARY KEY(review_id, reporter)
);
CREATE TABLE spent(token {text} PRIMARY KEY, until BIGINT NOT NULL);
CREATE TABLE log(
  seq {serial},
  subject {text} NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  rating SMALLINT NOT NULL,
  at BIGINT NOT NULL,
  details TEXT NOT NULL
);
CREATE TABLE questions(
  id {text} PRIMARY KEY,
  product_id {text} NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,
  person {text} NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('pending', 'published', 'rejected')),
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE answers(
  id {text} PRIMARY KEY,
  question_id {text} NOT NULL,
  body TEXT NOT NULL,
  author TEXT NOT NULL,
  person {text} NOT NULL,
  by_shop SMALLINT NOT NULL,
  verified SMALLINT NOT NULL,
  status TEXT NOT NULL CHECK(status IN ('pending', 'published', 'rejected')),
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
"""
_INDEXES = """
CREATE INDEX reviews_stars_helpful ON reviews(product_id, rating, score, created_at, id) WHERE status = 'published';
CREATE INDEX reviews_language ON reviews(product_id, tongue, created_at, id) WHERE status = 'published';
CREATE INDEX reviews_hidden ON reviews(product_id, status, created_at, id) WHERE status <> 'published';
CREATE INDEX reviews_of_status ON reviews(status, created_at, id);
CREATE INDEX reviews_with_photos ON reviews(created_at, id) WHERE status = 'published' AND has_photos = 1;
CREATE INDEX reviews_of_person ON reviews(person, product_id) WHERE person <> '';
CREATE INDEX reviews_reported ON reviews(reports, created_at, id) WHERE reports > 0 AND status = 'published';
CREATE INDEX reviews_unpublished ON reviews(status, rating) WHERE status <> 'published' AND counted = 1;
CREATE INDEX votes_of_voter ON votes(voter);
CREATE INDEX reporters_of_reporter ON reporters(reporter);
CREATE INDEX spent_until ON spent(until);
CREATE INDEX log_of_subject ON log(subject, seq);
CREATE INDEX log_at ON log(at, seq);
CREATE INDEX questions_of_product ON questions(product_id, status, created_at, id);
CREATE INDEX questions_of_status ON questions(status, created_at, id);
CREATE INDEX questions_of_person ON questions(person) WHERE person <> '';
CREATE INDEX answers_of_question ON answers(question_id);
CREATE INDEX answers_of_person ON answers(person) WHERE person <> '';
CREATE INDEX answers_waiting ON answers(question_id) WHERE status = 'pending';
"""


def statements(*, text: str, serial: str) -> list[str]:
    """What makes the empty tables.

    Parameters:
        text: type of texts that are compared, which has to sort by code points.
        serial: type of a number that counts up by itself.
    """
    tables = _TABLES.replace("{text}", text).replace("{serial}", serial)
    pages = [
        f"CREATE INDEX reviews_{part}{sort} "
        f"ON reviews(product_id, {', '.join(columns)}, id{_MORE.get(part + sort, '')}) "
        f"WHERE status = 'published'{condition}"
        for part, condition in FILTERS.items()
        for sort, columns in ORDERS.items()
    ]
    return [part.strip() for part in (tables + _INDEXES).split(";") if part.strip()] + pages
