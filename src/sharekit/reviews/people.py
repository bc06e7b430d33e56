"""Who wrote a review, without keeping who it was: keyed hashes of e-mail addresses, customer numbers and browsers."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sharekit.checks import check_text
from sharekit.events.signing import derive_key
from sharekit.exceptions import ConfigError, InvalidValueError, did_you_mean
from sharekit.products.values import MAX_ID
from sharekit.reviews.model import MAX_NAME, Relation

MAX_EMAIL = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""
_HASH_BYTES = 15


@dataclass(frozen=True, slots=True)
class Person:
    """Every hash under which one person may be known: of the address and the customer number, by every secret.

    Parameters:
        ids: the one to write with first; empty for somebody nobody knows.
    """

    ids: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The hash that a new review is kept with; empty for nobody."""
        return self.ids[0] if self.ids else ""

    def __bool__(self) -> bool:
        return bool(self.ids)


NOBODY = Person()
"""Somebody of whom nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who is signed in, as the shop tells (the ``customer`` setting).

    Parameters:
        id: the shop's key of the customer.
        name: the name to be shown.
        email: their address; hashed, never kept.
        orders: the order in which each product was bought, by product id; it makes a review "verified".
        relation: other than ``"customer"`` for the shop's own people.
    """

    id: str
    name: str = ""
    email: str = ""
    orders: Mapping[str, str] = field(default_factory=dict)
    relation: Relation = "customer"

    @classmethod
    def load(cls, value: Any) -> Customer | None:
        """What the ``customer`` function gave: a :class:`Customer`, a mapping of its fields, or ``None``.

        Raises:
            ConfigError: an unknown field, or something else.
        """
        if value is None or isinstance(value, Customer):
            return value
        if not isinstance(value, Mapping):
            raise ConfigError(f"customer: the function gave {type(value).__name__}, not a Customer, mapping or None.")
        for name in value:
            if name not in cls.__slots__:
                raise ConfigError(f"customer: unknown field {name!r}.{did_you_mean(str(name), cls.__slots__)}")
        given: dict[str, Any] = {"id": ""} | {name: item for name, item in value.items() if item is not None}
        if isinstance(given["id"], int):
            given["id"] = str(given["id"])
        given["orders"] = {str(product): str(order) for product, order in dict(given.get("orders", {})).items()}
        return cls(**given)

    def __post_init__(self) -> None:
        if not check_text(self.id, "Customer.id", longest=MAX_ID):
            raise InvalidValueError("Customer.id", "is empty.")
        object.__setattr__(self, "name", str(self.name)[:MAX_NAME])


class People:
    """Gives out the hashes by which people are known to a review store.

    The key is derived from the shop's secret and lives as long as it does: who reviewed a product last year is known
    today. When the secret is changed, keep the old one in ``secret_key`` behind the new one, so that what was written
    under it is still found.

    Parameters:
        keys: secrets, newest first.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = tuple(derive_key((key,), "review-people") for key in keys)

    def of_email(self, email: str) -> Person:
        """The person with an e-mail address. Case and spaces around it do not matter; everything else does, because
        only the address's own server knows what means the same."""
        return self._person("e", check_email(email).casefold())

    def of_customer(self, customer_id: str, email: str = "") -> Person:
        """A customer of the shop: known by the address, when there is one, as well as by the number."""
        known = self._person("c", check_text(customer_id, "customer", longest=MAX_ID))
        try:
            return Person(self.of_email(email).ids + known.ids) if email else known
        except InvalidValueError:  # the shop's own data are not its customer's fault
            return known

    def of_order(self, order_id: str) -> Person:
        """The buyer of an order of whom nothing else is known."""
        return self._person("o", order_id)

    def of_browser(self, address: str, agent: str) -> Person:
        """Somebody who is not signed in: whoever comes from this network address with this user agent. Nobody, when
        the address is not known.

        Before the point stands the hash of the address alone (see :func:`address_key`), because a user agent is made
        up as easily as it is sent.
        """
        if not address:
            return NOBODY
        addresses = self._person("b", address).ids
        browsers = self._person("b", f"{address}\x00{agent[:512]}").ids
        return Person(tuple(f"{one}.{two[2:]}" for one, two in zip(addresses, browsers, strict=True)))

    def _person(self, kind: str, text: str) -> Person:
        data = f"{kind}\x00{text}".encode("utf-8", "surrogatepass")
        return Person(tuple(f"{kind}-{_hash(data, key)}" for key in self._keys))


def address_key(browser: Person) -> str:
    """What all browsers of one network address have in common; empty for nobody."""
    return browser.id.partition(".")[0]


def check_email(value: str) -> str:
    """An address without the spaces around it.

    Only what would do harm or cannot be an address is refused; whether it exists, the mail sent to it shows.

    Raises:
        InvalidValueError: it is none.
    """
    email = check_text(value, "email", longest=MAX_EMAIL).strip()
    local, at, domain = email.rpartition("@")
    harmless = email.isprintable() and not any(
        character.isspace() or character in '<>,;:"()[]\\' for character in email
    )
    if not (local and at and domain) or "@" in local or not harmless or domain.startswith(".") or ".." in email:
        raise InvalidValueError("email", "is not an address such as 'ann@example.com'.")
    return email


def _hash(data: bytes, key: bytes) -> str:
    return urlsafe_b64encode(blake2b(data, key=key, digest_size=_HASH_BYTES).digest()).decode()
