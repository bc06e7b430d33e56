"""Exports are read back exactly, hold no formula, and tell nothing about people unless they are asked to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sharekit.exceptions import ShareKitError
from sharekit.reviews.exports import (
    PRIVATE_COLUMNS,
    export_csv,
    export_jsonl,
    guarded,
    public,
    review_from_dict,
    review_of_cells,
)
from sharekit.reviews.importers import Outcome
from sharekit.reviews.model import Incentive, Photo, Provenance, Reason, Relation, Reply, Review
from sharekit.reviews.store import ReviewStore

Bring = Callable[..., Outcome]
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "  =1", "\t=1", "'=1", "'", "''", "\n=1", "\r", "=", "x=1"]

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
texts |= st.sampled_from([*FORMULAS, 'a "quoted", cell', "a\r\nb\rc\nd", "\u2028\u202e\ufeff", ";\t|"])
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
moments = st.datetimes(
    datetime(2000, 1, 1), datetime(2026, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])
)
replies = st.none() | st.builds(Reply, body=words.filter(str.strip), at=moments, author=texts)
numbers = st.integers(0, 10**9)
provenances = st.one_of(
    st.builds(Provenance, evidence=st.just("order"), order_id=words, source=texts),
    st.builds(
        Provenance, evidence=st.sampled_from(["account", "email", "imported", "syndicated", "none"]), source=texts
    ),
)
reviews = st.builds(
    lambda decision, fields: Review(**fields, status=decision[0], reason=decision[1]),
    st.sampled_from([("pending", None), ("published", None), *(("rejected", reason) for reason in get_args(Reason))]),
    st.fixed_dictionaries({
        "product_id": words, "rating": st.integers(1, 5), "id": words, "title": texts, "body": texts, "author": texts,
        "person": texts, "language": texts, "country": st.sampled_from(["", "DE"]), "variant": texts,
        "answers": st.dictionaries(texts, texts, max_size=3),
        "photos": st.lists(st.builds(Photo, id=words, width=numbers, height=numbers, thumb_width=numbers,
                                     thumb_height=numbers), max_size=3).map(tuple),
        "provenance": provenances, "relation": st.sampled_from(get_args(Relation)),
        "incentive": st.sampled_from(get_args(Incentive)), "reply": replies, "private_reply": replies,
        "created_at": moments, "edited_at": st.none() | moments, "published_at": st.none() | moments,
        "helpful": numbers, "unhelpful": numbers, "reports": numbers,
    }),
)  # fmt: skip


@pytest.fixture
def whole() -> Review:
    """A review with something in every field."""
    reply = Reply(body="Thank you.\nSee you.", at=AT, author="The shop")
    return Review(
        id="019aa3c0-6f11-7c52-b5f4-21c9a4f6e2aa", product_id="mug", rating=2, title="=cmd|' /C calc'!A0",
        body='It "broke",\n-1 star', author="Ann", person="e-hash-of-ann", language="en-GB", country="GB",
        variant="blue", answers={"fit": "small"},
        photos=(Photo(id="p", width=1, height=2, thumb_width=3, thumb_height=4),),
        provenance=Provenance(evidence="order", order_id="order-1001"), relation="employee", incentive="sample",
        status="published", reply=reply, private_reply=replace(reply, body="Between us."), created_at=AT, edited_at=AT,
        published_at=AT, helpful=3, unhelpful=1, reports=2,
    )  # fmt: skip


def read_csv(text: str) -> list[Review]:
    """The reviews of a CSV file."""
    return [review_of_cells(row) for row in csv.DictReader(io.StringIO(text, newline=""))]


def read_jsonl(text: str) -> list[Review]:
    """The reviews of a JSON Lines file."""
    return [review_from_dict(json.loads(line)) for line in text.split("\n") if line]


@settings(max_examples=150, deadline=None)
@given(items=st.lists(reviews, max_size=3))
def test_a_private_export_is_read_back_exactly(items: list[Review]) -> None:
    """As CSV and as JSON Lines, whatever the texts are."""
    assert read_csv("".join(export_csv(items, private=True))) == items
    assert read_jsonl("".join(export_jsonl(items, private=True))) == items


@settings(max_examples=150, deadline=None)
@given(items=st.lists(reviews, max_size=3))
def test_a_public_export_is_read_back_as_what_is_public(items: list[Review]) -> None:
    """Without the person, and without a proof of purchase, because the order that proves it is not in it."""
    expected = [public(review) for review in items]
    assert read_csv("".join(export_csv(items))) == expected
    assert read_jsonl("".join(export_jsonl(items))) == expected
    assert not any(review.verified or review.person for review in expected)


@given(text=texts)
@example("'")
@example("'=")
def test_a_guarded_text_is_no_formula_and_can_be_turned_back(text: str) -> None:
    """The first apostrophe goes, and nothing else."""
    cell = guarded(text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert cell.removeprefix("'") == text


def test_no_cell_of_an_export_is_a_formula(whole: Review) -> None:
    """Whatever column the formula stands in."""
    nasty = [replace(whole, title=text, body=text, author=text, variant=text) for text in FORMULAS]
    for row in csv.reader(io.StringIO("".join(export_csv(nasty, private=True)), newline="")):
        assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))]


@pytest.mark.parametrize("export", [export_csv, export_jsonl])
def test_a_public_export_tells_nothing_of_people(export: Callable[..., Any], whole: Review) -> None:
    """Neither hash nor order nor private answer nor reports; a private one has them all."""
    secrets = ["e-hash-of-ann", "order-1001", "Between us."]
    told = "".join(export([whole]))
    assert not [secret for secret in secrets if secret in told]
    assert not [name for name in PRIVATE_COLUMNS if name in told]
    assert "The shop" in told
    assert "sample" in told
    assert "employee" in told
    assert all(secret in "".join(export([whole], private=True)) for secret in secrets)


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("export", [export_csv, export_jsonl])
def test_an_own_export_can_be_imported(
    bring: Bring, store: ReviewStore, whole: Review, export: Callable[..., Any], private: bool
) -> None:
    """Under the same id, with its texts, labels and answers; but never verified, voted or reported by a file."""
    plain = replace(
        whole, id="11111111-2222-5333-8444-555555555555", provenance=Provenance(evidence="syndicated", source="B")
    )
    moved = replace(
        whole, id="22222222-2222-5333-8444-555555555555", provenance=Provenance(evidence="imported", source="Loox")
    )
    waits = replace(whole, id="33333333-2222-5333-8444-555555555555", status="pending", published_at=None)
    data = "".join(export([whole, plain, moved, waits], private=private)).encode()
    outcome = bring(data, unique=False)
    assert (dict(outcome.kept), outcome.refused) == ({"published": 3, "pending": 1}, [])
    assert bring(data, unique=False).already == 4
    found = store.get(whole.id)
    assert found is not None
    assert (found.title, found.body, found.author) == (whole.title, whole.body, whole.author)
    assert (found.reply, found.relation, found.incentive) == (whole.reply, "employee", "sample")
    assert found.provenance == Provenance(evidence="imported", source="sharekit")
    assert (found.helpful, found.unhelpful, found.reports, found.photos) == (0, 0, 0, ())
    assert (found.private_reply is not None) == private
    assert [store.get(item.id).provenance for item in (plain, moved)] == [plain.provenance, moved.provenance]  # type: ignore[union-attr]
    assert (store.summary("mug").n2, store.summary("mug").elsewhere) == (2, 1)


@pytest.mark.parametrize(
    "change",
    [{"rating": 6}, {"rating": "5"}, {"rating": True}, {"created_at": None}, {"created_at": "2026-11-01"},
     {"answers": ["small"]}, {"answers": {"fit": 7}}, {"photos": [1]}, {"photos": [{"id": "x", "width": -1}]},
     {"reply": "thanks"}, {"reply": {"body": "x"}},
     {"provenance": {"evidence": "moon"}}, {"title": 7}, {"status": "rejected"}, {"helpful": 10**30}, {"person": []}],
)  # fmt: skip
def test_what_cannot_be_a_review_is_refused(whole: Review, change: dict[str, Any]) -> None:
    """With an error of the library, not one of Python."""
    (line,) = export_jsonl([whole], private=True)
    with pytest.raises(ShareKitError):
        review_from_dict(json.loads(line) | change)


def test_an_own_export_from_the_future_is_refused(bring: Bring, whole: Review) -> None:
    """A time that nobody can have written would stand first in the list for ever."""
    late = datetime(2099, 1, 1, tzinfo=UTC)
    items = [
        replace(whole, id=f"future-{name}", **{name: late}) for name in ("created_at", "edited_at", "published_at")
    ]
    outcome = bring("".join(export_csv(items)).encode(), unique=False)
    assert [remark.reason.partition(" is ")[2] for remark in outcome.refused] == ["in the future"] * 3
