"""Whatever bytes a file holds: no crash, nothing verified, nothing kept by a dry run, nothing twice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharekit.exceptions import ShareKitError, StoreError
from sharekit.reviews.importers import Outcome, Reader, import_reviews
from sharekit.reviews.store import ReviewStore
from sharekit.reviews.stores import open_review_store

MakeReader = Callable[..., Reader]
Bring = Callable[..., Outcome]

HEADERS = [
    "product_handle,rating,author,email,body,created_at,photo_url,verified_purchase",
    "title,body,rating,review_date,reviewer_name,reviewer_email,product_id,product_handle,reply,picture_urls",
    "comment_ID,comment_post_ID,comment_content,comment_approved,comment_parent,user_id,rating,meta_key,meta_value",
    "id,product_id,rating,title,body,evidence,order_id,status,reason,reply,reply_at,created_at,answers,photos",
    "product;stars;review;name;e-mail;date;status;verified;incentive;relation",
]
cell = st.sampled_from([
    "mug", "bowl", "5", "4,0", "12", "", "NaN", "2024-03-05", "05/03/2024", "25/03/2024", "2099-01-01",
    "ann@example.com", "Ann", "published", "spam", "order", "order-1", "true", '"', '"a\nb"', "<script>x</script>",
    "&#0;&#xD800;", "\x00",
    "\u202e", "=1+1", "11", "1", "0", "rating", "2026-11-01T10:00:00+00:00", "{}", '{"a": NaN}', "[[",
    "\ud7ff\U0010ffff", "gid://shopify/Product/8811", "javascript:alert(1)", "x" * 300, "x" * 10_050,
    "11111111-2222-5333-8444-555555555555",
]) | st.text(max_size=12)  # fmt: skip
value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | cell,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(cell, inner, max_size=3),
    max_leaves=5,
)
KEYS = [
    "product",
    "rating",
    "body",
    "date",
    "id",
    "product_id",
    "provenance",
    "created_at",
    "photos",
    "answers",
    "reply",
]
lines = st.dictionaries(st.sampled_from(KEYS), value, max_size=8).map(lambda data: json.dumps(data))
tables = st.builds(
    lambda header, rows: "\n".join([header, *(",;"[";" in header].join(row) for row in rows)]),
    st.sampled_from(HEADERS),
    st.lists(st.lists(cell, max_size=14), max_size=6),
)
encoded = st.builds(
    lambda text, encoding: text.encode(encoding, "replace"),
    tables | st.lists(lines | cell, max_size=6).map("\n".join),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
damaged = st.builds(
    lambda data, place, piece: data[: place % (len(data) + 1)] + piece + data[place % (len(data) + 1) :],
    encoded,
    st.integers(0, 4_000),
    st.binary(max_size=8),
)


def take(data: bytes, make_reader: MakeReader, store: ReviewStore, *, dry_run: bool) -> Outcome | None:
    """An import, or ``None`` when the file is refused as a whole."""
    try:
        return import_reviews(make_reader(io.BytesIO(data)), store, dry_run=dry_run)
    except ShareKitError:
        return None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=encoded | damaged | st.binary(max_size=300))
@example(b"{" * 5_000)
@example(b'{"product": "mug", "rating": ' + b"[" * 100_000)
@example(b'{"product": "mug", "rating": ' + b"9" * 10_000 + b"}")
@example(b"id,product_id,rating,evidence,order_id,created_at\n1,mug,5,order,1001,2026-11-01T10:00:00+00:00\n")
def test_any_bytes(tmp_path_factory: Callable[..., Path], make_reader: MakeReader, data: bytes) -> None:
    """A dry run and the import say the same; a second import adds nothing; the numbers are right."""
    folder = tmp_path_factory.mktemp("fuzz")  # type: ignore[attr-defined]
    store = open_review_store("sqlite:reviews.db", folder)
    try:
        dry = take(data, make_reader, store, dry_run=True)
        assert list(folder.iterdir()) == []
        done = take(data, make_reader, store, dry_run=False)
        assert done == dry
        if done is None:
            assert list(store.all()) == []
            return
        kept = list(store.all())
        assert len(kept) == done.kept.total()
        assert not [review for review in kept if review.verified or review.photos or review.helpful or review.reports]
        assert {review.provenance.evidence for review in kept} <= {"imported", "syndicated"}
        assert store.recount() == []
        again = take(data, make_reader, store, dry_run=False)
        assert again is not None
        assert (again.kept.total(), list(store.all())) == (0, kept)
    finally:
        store.close()


def test_an_import_that_breaks_off_can_be_repeated(bring: Bring, store: ReviewStore, make_reader: MakeReader) -> None:
    """Whole batches are kept before the fault, and the second import brings the rest."""
    data = "\n".join(["product,rating,body,author,date", *(f"mug,5,Text {n},N{n},2024-01-01" for n in range(1_200))])

    def add_many(reviews: object, *, unique: bool = True) -> list[object]:
        calls.append(reviews)
        if len(calls) == 2:
            raise StoreError
        return type(store).add_many(store, reviews, unique=unique)  # type: ignore[arg-type, return-value]

    calls: list[object] = []
    store.add_many = add_many  # type: ignore[method-assign, assignment]
    with pytest.raises(StoreError):
        import_reviews(make_reader(io.BytesIO(data.encode())), store)
    assert store.summary("mug").count == 500
    outcome = bring(data.encode())
    assert (outcome.kept.total(), outcome.already) == (700, 500)
    assert store.summary("mug").count == 1_200


def test_progress_is_told(make_reader: MakeReader, store: ReviewStore) -> None:
    """After each batch, as the number of lines."""
    data = "\n".join(["product,rating,body,author,date", *(f"mug,5,Text {n},N{n},2024-01-01" for n in range(1_200))])
    told: list[int] = []
    import_reviews(make_reader(io.BytesIO(data.encode())), store, dry_run=True, progress=told.append)
    assert told == [500, 1_000, 1_200]
