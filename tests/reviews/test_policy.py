"""The shop's rules: what may be set, what may not, and what readers are told."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from sharekit.exceptions import ConfigError, InvalidValueError
from sharekit.reviews.model import Reason
from sharekit.reviews.policy import Attribute, Facts, ReviewPolicy, facts
from sharekit.reviews.store import Skew


def test_an_unknown_field_is_refused_with_a_hint() -> None:
    """A misspelt field is named together with the one that was meant."""
    with pytest.raises(ConfigError, match=r"unknown field 'moderatoin'\. Did you mean 'moderation'"):
        ReviewPolicy.load({"moderatoin": "after"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("moderation", "never"),
        ("writers", "everyone"),
        ("erase_keeps", "text"),
        ("rules", ["link"]),
        ("rules", "links"),
        ("photos", 7),
        ("photos", True),
        ("photos", "6"),
        ("link_days", 0),
        ("one_per_product", 1),
        ("incentives", ["money"]),
        ("attributes", [{"key": "fit"}]),
        ("attributes", [{"key": "fit", "lable": "Fit"}]),
        ("attributes", ["fit"]),
        ("attributes", [{"key": "fit", "label": "Fit"}, {"key": "fit", "label": "Fit?"}]),
        ("sort", "highest"),
        ("sort", "lowest"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_name(field: str, value: object) -> None:
    """Every bad value gives an error that names its field."""
    with pytest.raises(ConfigError, match=rf"review_policy\.{field}"):
        ReviewPolicy.load({field: value})


@pytest.mark.parametrize(
    "fields", [{"key": "", "label": "Fit"}, {"key": "how fit", "label": "x"}, {"key": "a", "label": " "}]
)
def test_a_question_needs_a_key_and_a_label(fields: dict[str, str]) -> None:
    """A question whose answers could not be kept or asked for is refused."""
    with pytest.raises(InvalidValueError, match=r"Attribute\."):
        Attribute(**fields)


def test_a_setting_is_a_policy_a_mapping_or_nothing() -> None:
    """All three forms of the setting give a policy; anything else is an error."""
    policy = ReviewPolicy(photos=2)
    assert ReviewPolicy.load(policy) is policy
    assert ReviewPolicy.load({"photos": 2}) == policy
    assert ReviewPolicy.load(None) == ReviewPolicy()
    with pytest.raises(ConfigError, match="pass a ReviewPolicy or a mapping"):
        ReviewPolicy.load(["photos"])  # type: ignore[arg-type]


def test_no_setting_looks_at_the_rating() -> None:
    """No field is named after a rating or sentiment, and none takes a number of stars."""
    forbidden = {"rating", "star", "score", "sentiment", "positive", "negative", "mean", "minimum"}
    for field in dataclasses.fields(ReviewPolicy):
        assert not any(word in field.name for word in forbidden), field.name
    assert not any(any(word in reason for word in forbidden) for reason in typing.get_args(Reason))


def test_staff_are_known_by_their_domain() -> None:
    """The domain itself and those below it count, others that merely end alike do not."""
    policy = ReviewPolicy(staff_domains=["@Shop.example"])
    assert policy.is_staff("ann@SHOP.example")
    assert policy.is_staff("ann@mail.shop.example")
    assert not policy.is_staff("ann@myshop.example")
    assert not policy.is_staff("shop.example@else.example")


def test_facts_come_from_the_settings_and_the_numbers() -> None:
    """Readers are told who may write, the shares by star, and that something was held back when something was."""
    skew = Skew(submitted=(4, 0, 0, 0, 10), published=(1, 0, 0, 0, 10), rejected=(3, 0, 0, 0, 0))
    told = facts(ReviewPolicy(writers="buyers", incentives=["discount"], staff_reviews=True), skew)
    assert (told.origin_checked, told.buyers_only, told.staff_reviews) == (True, True, True)
    assert told.shares == (0.25, None, None, None, 1.0)
    assert (told.submitted, told.published, told.refused, told.all_published) == (14, 11, 3, False)
    assert told.incentives == ("discount",)
    assert told.reasons == typing.get_args(Reason)


def test_a_shop_that_checks_nothing_says_so() -> None:
    """With writers="anyone" nothing is claimed about where reviews come from."""
    told = facts(ReviewPolicy(writers="anyone"), Skew())
    assert not told.origin_checked
    assert not told.buyers_only
    assert told.all_published
    assert isinstance(told, Facts)
