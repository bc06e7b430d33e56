"""Hashes of people: stable, of one purpose, found after the secret was changed."""

from __future__ import annotations

import pytest

from sharekit.exceptions import ConfigError, InvalidValueError
from sharekit.reviews.people import NOBODY, Customer, People, address_key, check_email

OLD, NEW = "the old secret of the shop", "the new secret of the shop"


def test_case_and_space_do_not_matter_and_all_else_does() -> None:
    """One address is one person; dots and plus signs are not touched, because only its server knows what they mean."""
    people = People([OLD])
    ann = people.of_email("ann@example.com")
    assert people.of_email("  Ann@Example.COM ") == ann
    assert people.of_email("a.nn@example.com") != ann
    assert people.of_email("ann+shop@example.com") != ann
    assert "ann" not in ann.id


def test_kinds_do_not_mix() -> None:
    """A customer whose number reads like an address is not the person with that address."""
    people = People([OLD])
    text = "ann@example.com"
    ids = {
        people.of_email(text).id,
        people.of_customer(text).id,
        people.of_order(text).id,
        people.of_browser(text, "").id,
    }
    assert len(ids) == 4


def test_browsers_of_one_address_have_something_in_common() -> None:
    """User agents are made up at will: what is counted per address sees through that. No address is nobody."""
    people = People([NEW, OLD])
    one, two = people.of_browser("192.0.2.1", "agent"), people.of_browser("192.0.2.1", "other")
    assert one != two
    assert address_key(one) == address_key(two) != address_key(people.of_browser("192.0.2.2", "agent"))
    assert one.ids[1] == People([OLD]).of_browser("192.0.2.1", "agent").id
    assert people.of_browser("", "agent") == NOBODY
    assert address_key(NOBODY) == ""


def test_an_old_secret_still_finds() -> None:
    """After a change of secret the first hash is new and the second is the one that was written before."""
    before = People([OLD]).of_email("ann@example.com")
    after = People([NEW, OLD]).of_email("ann@example.com")
    assert after.id != before.id
    assert after.ids[1] == before.id
    assert People([NEW]).of_email("ann@example.com").ids == after.ids[:1]


def test_a_customer_is_known_by_address_and_number() -> None:
    """Who signs in with an address has every hash of both, the address first."""
    people = People([NEW, OLD])
    both = people.of_customer("7", "ann@example.com")
    assert both.ids == people.of_email("ann@example.com").ids + people.of_customer("7").ids
    assert not NOBODY
    assert NOBODY.id == ""


@pytest.mark.parametrize(
    "text",
    ["", "ann", "@example.com", "ann@", "a@b@c.example", "ann@example.com\nBcc: x@y.example", "ann@.example",
     "Ann <ann@example.com>", "a,b@example.com", "ann@exam ple.com", "ann@a..b", "x" * 250 + "@a.example",
     "ann@example.com\x00"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    """Nothing that could add a header or a second recipient passes as an address."""
    with pytest.raises(InvalidValueError, match="email"):
        check_email(text)


@pytest.mark.parametrize("text", ["o'neil@example.ie", "ann@sub.example.co.uk", "büro@müller.example", "a@localhost"])
def test_odd_but_real_addresses_pass(text: str) -> None:
    """Only the mail server knows whether an address exists."""
    assert check_email(f" {text} ") == text


def test_a_customers_bad_address_does_not_stop_them() -> None:
    """What the shop has wrong in its own data is left out; the number still tells who it is."""
    people = People([OLD])
    assert people.of_customer("7", "not an address") == people.of_customer("7")


def test_the_customer_function_may_give_a_mapping() -> None:
    """A mapping, a Customer or None will do; a misspelt field or something else is an error."""
    assert Customer.load({"id": "7", "orders": {"mug": "1001"}}) == Customer(id="7", orders={"mug": "1001"})
    assert Customer.load({"id": 7, "name": None, "orders": {1: 1001}}) == Customer(id="7", orders={"1": "1001"})
    assert Customer.load({"id": "7", "name": "x" * 500}).name == "x" * 100  # type: ignore[union-attr]
    assert Customer.load(None) is None
    with pytest.raises(ConfigError, match="Did you mean 'email'"):
        Customer.load({"id": "7", "emial": "x"})
    with pytest.raises(ConfigError, match="not a Customer"):
        Customer.load("7")
    with pytest.raises(InvalidValueError, match=r"Customer\.id"):
        Customer.load({"id": ""})
