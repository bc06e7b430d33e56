"""Automatic rules: what they find, what they leave alone, and that they cannot see the rating."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharekit.reviews.drafts import Draft
from sharekit.reviews.policy import ReviewPolicy, RuleName
from sharekit.reviews.rules import RuleInput, Rules, Windows, fold

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Marks:
    """Marks in memory."""

    def __init__(self) -> None:
        self.set: dict[str, datetime] = {}
        self.asked = 0

    def __call__(self, name: str, until: datetime) -> bool:
        self.asked += 1
        return self.set.setdefault(name, until) is until


def hits(text: str, *rules: RuleName, language: str = "en", **policy: Any) -> list[str]:
    """The rules that hold a text."""
    checker = Rules(ReviewPolicy(rules=rules or get_args(RuleName), **policy), Marks())
    return [hit.rule for hit in checker.check(review(text, language=language), AT)]


def review(*texts: str, language: str = "en", product: str = "mug", sender: str = "") -> RuleInput:
    """What rules see of a review."""
    prose, *others = texts
    return RuleInput(
        kind="review", product_id=product, prose=prose, others=tuple(others), language=language, sender=sender
    )


def test_a_rule_cannot_see_the_rating() -> None:
    """The type that rules are given has no number in it, and nothing named after a rating."""
    kinds = get_type_hints(RuleInput)
    assert set(kinds) == {"kind", "product_id", "prose", "others", "language", "sender"}
    assert all(
        kind in {str, tuple[str, ...]} or get_args(kind) == ("review", "question", "answer") for kind in kinds.values()
    )
    assert get_type_hints(Rules.check)["given"] is RuleInput
    assert not {"rating", "stars"} & {field.name for field in dataclasses.fields(RuleInput)}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.sampled_from(["fine mug", "www.spam.example", "what a wanker", "0171 2345678", "a" * 30]), max_size=3
    )
)
def test_the_rating_changes_nothing(
    texts: list[str], bench: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same text is held, or not, whatever its stars: one to five give the same status and the same log."""
    seen = set()
    for rating in range(1, 6):
        one = bench(tmp_path_factory.mktemp("bench"), moderation="after", writers="anyone")
        kept = one.desk.submit(Draft(product_id="mug", rating=rating, body=" ".join(texts)))
        log = tuple((entry.action, entry.by, entry.reason) for entry in one.store.history(kept.id))
        seen.add((kept.status, log))
        one.store.close()
    assert len(seen) == 1


@pytest.mark.parametrize(
    "text",
    ["see https://spam.example/x", "go to www.spam.example", "cheaper at spam-shop.com", "spam [dot] com", "hxxp://a.b/c",
     "ｗｗｗ．spam．com", "bit.ly/abc", "spam\u200b.com", "HTTPS://X.EXAMPLE", "t.me/joinus"],
)  # fmt: skip
def test_links_are_found(text: str) -> None:
    """Addresses, also those that hide a little, hold a review."""
    assert hits(text) == ["links"]


@pytest.mark.parametrize(
    "text",
    ["It works.It is fine.", "4.5 of 5", "a.m. and p.m.", "Muy bueno.Es bonito", "https is safer than http", "e.g. tea",
     "I paid 19.90/piece", "good and/or bad", "node.js-like"],
)  # fmt: skip
def test_sentences_are_not_links(text: str) -> None:
    """A forgotten space behind a full stop is no address."""
    assert hits(text) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [("What the FUCK", "en"), ("f\u00fcck", "en"), ("Scheiße", "de"), ("so eine SCHEISSE", "de-AT"),
     ("Quel connard !", "fr"), ("mi\u0119so i kurwa", "pl"), ("شرمــوطة", "ar"), ("𝖜𝖆𝖓𝖐𝖊𝖗", "en"),
     ("wan\u200bker", "en"), ("CAZZO", "it"), ("what a wanker", "")],
)  # fmt: skip
def test_insults_are_found_whatever_their_dress(text: str, language: str) -> None:
    """Case, accents, invisible characters and styled letters do not hide a word."""
    assert hits(text, language=language) == ["profanity"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("Scunthorpe's cocktail class", "en"), ("con latte", "it"), ("sehr dick", "de"), ("shitake", "en")],
)
def test_words_are_whole_and_of_their_language(text: str, language: str) -> None:
    """A word inside a word, or one that means something else in its language, holds nothing."""
    assert hits(text, language=language) == []


def test_the_shop_adds_words_of_its_own() -> None:
    """The policy's words are folded like the others."""
    assert hits("better than BRÄND-X", words=["Bränd"]) == ["profanity"]


@pytest.mark.parametrize(
    "text",
    ["write to ann@example.com", "ann (at) example.com", "call +49 171 2345678", "0171/2345678", "(020) 7946 0018",
     "ring 202-555-0143", "DE89 3704 0044 0532 0130 00", "gb82west12345698765432", "BE68 5390 0754 7034 they said",
     "tel 0049-171-2345678"],
)  # fmt: skip
def test_personal_data_is_found(text: str) -> None:
    """Addresses, phone numbers and account numbers hold a review."""
    assert "personal_data" in hits(text)


@pytest.mark.parametrize(
    "text",
    ["since 2024-11-21", "100 200 300 400", "EAN 4006381333931", "50 x 70 x 120 cm", "DE12 3456 7890 1234 5678 90",
     "9,99 EUR", "serial 1234567890", "0.25 l and 0.33 l", "used @ home"],
)  # fmt: skip
def test_other_numbers_are_not_personal(text: str) -> None:
    """Dates, sizes, article numbers and numbers with wrong check digits hold nothing."""
    assert hits(text) == []


def test_a_text_is_held_the_second_time() -> None:
    """Twins are found across products, whatever their case and punctuation; short texts are not looked at."""
    rules = Rules(ReviewPolicy(rules=["duplicate"]), Marks())
    assert rules.check(review("This is the best mug I ever had!"), AT) == []
    assert rules.check(review("THIS is the best mug, I ever had", product="bowl"), AT)[0].rule == "duplicate"
    assert rules.check(review("Great product"), AT) == []
    assert rules.check(review("Great product"), AT) == []


def test_names_and_answers_repeat_without_harm() -> None:
    """The same long name, title and chosen answer come again and again; another name does not hide a copied text."""
    rules = Rules(ReviewPolicy(rules=["duplicate"]), Marks())
    others = ("Exactly as it was described to me", "Bartholomew Featherstonehaugh", "As expected, fits true to size")
    assert rules.check(review("A mug like no other I have had.", *others), AT) == []
    assert rules.check(review("Holds tea, and holds it for long.", *others), AT) == []
    assert rules.check(review("A mug like no other I have had.", "Somebody Else"), AT)[0].rule == "duplicate"


def test_a_text_is_forgotten_after_its_time() -> None:
    """What is remembered is bounded: each mark says until when it must be kept."""
    marks = Marks()
    Rules(ReviewPolicy(rules=["duplicate"], duplicate_days=7), marks).check(review("x" * 40), AT)
    assert set(marks.set.values()) == {AT + timedelta(days=7)}
    assert not any("x" * 40 in name for name in marks.set)


def test_a_burst_is_held_from_the_first_above_the_limit() -> None:
    """Per product within an hour, and per sender within a day, exactly so many pass."""
    rules = Rules(ReviewPolicy(rules=["burst"], burst_product=3, burst_sender=2), Marks())
    held = [bool(rules.check(review(str(n)), AT)) for n in range(5)]
    assert held == [False, False, False, True, True]
    assert not rules.check(review("x"), AT + timedelta(hours=1))
    by_one = [bool(rules.check(review(str(n), product=f"p{n}", sender="s"), AT)) for n in range(4)]
    assert by_one == [False, False, True, True]
    assert not rules.check(review("x", product="p9", sender="s"), AT + timedelta(days=1))


def test_a_count_is_shared_and_a_full_one_costs_nothing() -> None:
    """Two processes with one store count together, and a full stretch is not asked about again."""
    marks = Marks()
    one, two = Windows(marks), Windows(marks)
    counted = [window.full("x", 10, timedelta(hours=1), AT) for window in (one, two) * 10]
    assert counted == [False] * 10 + [True] * 10
    asked = marks.asked
    assert all(one.full("x", 10, timedelta(hours=1), AT) for _ in range(1_000))
    assert marks.asked == asked


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    ["0" * 10_000, "a" * 10_000, "a." * 5_000, "+4" * 5_000, "DE12 " * 2_000, "@" * 10_000, "a@" + "b." * 5_000,
     "(at)" * 2_500, "https:" * 1_600, "1 " * 5_000, "\u0301" * 10_000],
)  # fmt: skip
def test_a_hostile_text_costs_no_more_than_others(text: str) -> None:
    """No pattern runs away on the longest texts: one that did would not end before the test is stopped."""
    hits(text)


@given(st.text(max_size=300))
def test_folding_never_fails(text: str) -> None:
    """Any text can be folded, twice as well as once."""
    assert fold(fold(text)) == fold(text)
    hits(text)


def test_a_held_review_says_by_what(bench: Callable[..., Any], draft: Callable[..., Draft]) -> None:
    """The rule, and what it found, are in the log of the review; it waits although others are published at once."""
    one = bench(moderation="after", writers="anyone")
    kept = one.desk.submit(draft(body="cheaper at spam-shop.com"))
    assert kept.status == "pending"
    hold = one.store.history(kept.id)[1]
    assert (hold.action, hold.by, hold.reason) == ("hold", "rule:links", "links")
    assert hold.details["found"] == "spam-shop.com"
    assert one.desk.submit(draft(body="A fine mug.", product_id="bowl")).status == "published"
