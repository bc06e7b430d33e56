"""What people type: cleaned, capped, and refused field by field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharekit.rendering.translations import LANGUAGES
from sharekit.reviews.drafts import PROBLEMS, Draft, DraftError, check_draft, clean, read_draft
from sharekit.reviews.policy import ReviewPolicy

POLICY = ReviewPolicy(
    anonymous=False,
    consent="I agree to the terms.",
    attributes=[
        {"key": "fit", "label": "How does it fit?", "options": ["small", "true", "large"], "required": True},
        {"key": "use", "label": "What do you use it for?"},
    ],
)
GOOD = {"rating": "4", "author": "Ann", "consent": "1", "answer-fit": "true", "body": "Fine."}


def problems(**changes: Any) -> dict[str, str]:
    """What the form's reader says of the good form with these changes."""
    with pytest.raises(DraftError) as caught:
        read_draft({**GOOD, **changes}, POLICY, product_id="mug", email="email" in changes)
    return caught.value.errors


def test_a_form_becomes_a_draft() -> None:
    """Texts are cleaned and answers are kept by their question."""
    form = {
        **GOOD,
        "title": " Nice\x07 mug ",
        "body": "One\r\n\r\n\r\n\r\nTwo",
        "answer-use": "tea",
        "language": "pt-BR",
    }
    draft = read_draft(form, POLICY, product_id="mug", variant="blue")
    assert (draft.rating, draft.title, draft.body, draft.variant) == (4, "Nice mug", "One\n\nTwo", "blue")
    assert (draft.answers, draft.language, draft.consent) == ({"fit": "true", "use": "tea"}, "pt-BR", True)


def test_every_error_is_told_at_once_by_field() -> None:
    """A form with five faults names the five fields."""
    assert problems(rating="", author=" ", consent="", **{"answer-fit": ""}, title="x" * 201) == {
        "rating": "rating", "author": "missing", "consent": "consent", "answer-fit": "missing", "title": "too_long",
    }  # fmt: skip


@pytest.mark.parametrize("rating", ["", "0", "6", "1e9", "NaN", "True", "4.5", "-1", "٣", "５", "44", "1" * 5000])
def test_a_rating_is_one_of_five_texts(rating: str) -> None:
    """Nothing but 1 to 5 in ASCII is a rating, and there is no default."""
    assert problems(rating=rating) == {"rating": "rating"}


@pytest.mark.parametrize("rating", [0, 6, 10**9, float("nan"), True, 4.0, "4", None])
def test_a_draft_made_in_code_is_as_strict(rating: Any) -> None:
    """The same holds where no form was read."""
    with pytest.raises(DraftError):
        Draft(product_id="mug", rating=rating)


def test_an_answer_that_was_not_offered_is_refused() -> None:
    """Options are a closed list, and unknown questions cannot be answered."""
    assert problems(**{"answer-fit": "huge"}) == {"answer-fit": "not_a_choice"}
    draft = Draft(product_id="mug", rating=3, author="Ann", consent=True, answers={"fit": "true", "admin": "yes"})
    assert check_draft(draft, POLICY) == {"": "not_asked"}


def test_an_option_with_odd_spaces_can_be_chosen() -> None:
    """What the form sends back of an option is cleaned like any text, and is the same answer all the same."""
    policy = ReviewPolicy(attributes=[{"key": "fit", "label": "Fit?", "options": ["a  bit\u00a0small", "cafe\u0301"]}])
    for option in policy.attributes[0].options:
        draft = read_draft({"rating": "3", "answer-fit": option}, policy, product_id="mug")
        assert draft.answers["fit"] == clean(option)


def test_an_address_is_asked_for_where_it_is_needed() -> None:
    """The e-mail field is checked when the way in needs one, and only then."""
    assert problems(email="ann") == {"email": "email"}
    assert read_draft({**GOOD, "email": "ann"}, POLICY, product_id="mug").rating == 4


def test_fields_of_several_products_are_told_apart_by_a_prefix() -> None:
    """Two products in one form do not read each other's fields."""
    form = {f"p1-{name}": value for name, value in GOOD.items()} | {"p2-rating": "2"}
    assert read_draft(form, POLICY, product_id="mug", prefix="p1-").rating == 4
    with pytest.raises(DraftError):
        read_draft(form, POLICY, product_id="bowl", prefix="p2-")


def test_overrides_of_direction_and_control_characters_go() -> None:
    """A text cannot be made to read as another, while marks that Arabic and Hebrew need stay."""
    assert clean("safe\u202egnp.exe\u2066\u2069\x00\x1b[31m") == "safegnp.exe[31m"
    assert clean("שלום\u200f!") == "שלום\u200f!"
    assert clean("e\u0301") == "é"
    assert clean("a\tb\nc") == "a b c"


@given(st.text(), st.booleans())
def test_cleaning_is_done_once(text: str, lines: bool) -> None:
    """Cleaning a cleaned text changes nothing, and what is left can be written as UTF-8."""
    once = clean(text, lines=lines)
    assert clean(once, lines=lines) == once
    once.encode()


@given(
    st.dictionaries(
        st.sampled_from(["rating", "title", "body", "author", "language", "consent", "answer-fit"]), st.text()
    )
)
def test_no_form_is_anything_but_a_draft_or_an_error(form: dict[str, str]) -> None:
    """Whatever is posted, the answer is a draft or a DraftError whose problems have words."""
    said: dict[str, str] = {}
    try:
        read_draft(form, ReviewPolicy(), product_id="mug")
    except DraftError as error:
        said = error.errors
    assert set(said.values()) <= PROBLEMS.keys()
    assert bool(said) == (form.get("rating", "").strip() not in set("12345") or "too_long" in said.values())


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_problem_has_words(locale: str) -> None:
    """Each problem can be told in every language."""
    said = DraftError({problem: problem for problem in PROBLEMS}).messages(locale)
    assert all(said.values())
