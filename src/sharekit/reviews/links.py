"""Signed links: of an order, of a draft that waits for its writer's e-mail to be confirmed, of a review to be changed.

Whoever holds such a link may do what it says, so it never appears in a log or an event. It is signed, not encrypted:
of a person it holds the hash alone. A link that is forged, changed, too old or used up is answered with ``None``,
always the same, so that nobody learns which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sharekit.reviews.drafts import Draft
from sharekit.reviews.model import Incentive
from sharekit.reviews.people import NOBODY, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A product that an invitation asks about.

    Parameters:
        id, title, url: of the product.
        variant: what of it was bought.
        done: its review was handed in through this link.
    """

    id: str
    title: str = ""
    url: str = ""
    variant: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the link of an order says.

    Parameters:
        order_id: the order.
        products: what was bought in it.
        person: the buyer's hashes.
        name: the buyer's name, to begin the form with.
        incentive: what was promised for a review, whatever its rating.
        until: when the link runs out.
        key: names the link where its use is remembered.
    """

    order_id: str
    products: Sequence[Invited]
    person: Person = NOBODY
    name: str = ""
    incentive: Incentive = ""
    until: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the link in a confirmation mail says.

    Parameters:
        draft: the review to be.
        person: whose address it was mailed to.
        until: when the link runs out.
        key: names the link where its use is remembered.
    """

    draft: Draft
    person: Person
    until: datetime
    key: str
