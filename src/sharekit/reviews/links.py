"""Signed links: of an order, of a draft that waits for its writer's e-mail to be confirmed, of a review to be changed.

Whoever holds such a link may do what it says, so it never appears in a log or an event. It is signed, not encrypted:
of a person it holds the hash alone. A link that is forged, changed, too old or used up is answered with ``None``,
always the same, so that nobody learns which.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

from sharekit.events.model import now
from sharekit.events.signing import MAX_TOKEN, Signer
from sharekit.exceptions import InvalidValueError, TokenError
from sharekit.reviews.drafts import Draft, DraftError
from sharekit.reviews.model import Incentive, Relation
from sharekit.reviews.people import NOBODY, Person

MAX_CONFIRMATION = 3_500
"""Characters of the longest draft in a link: with the address before it, it stays below the 4,094 characters of a
request line that some servers stop at."""
MAX_INVITED = 50


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
        relation: what the buyer is to the shop.
        incentive: what was promised for a review, whatever its rating.
        until: when the link runs out.
    """

    order_id: str
    products: Sequence[Invited]
    person: Person = NOBODY
    name: str = ""
    relation: Relation = "customer"
    incentive: Incentive = ""
    until: datetime

    def use(self, product_id: str) -> str:
        """Names the use of the order for one product, whichever link of the order it is."""
        return "order:" + blake2b(f"{self.order_id}\x00{product_id}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What the link in a confirmation mail says.

    Parameters:
        draft: the review to be.
        person: whose address it was mailed to.
        relation: what that person is to the shop.
        until: when the link runs out.
        use: names the link where its use is remembered.
    """

    draft: Draft
    person: Person
    relation: Relation = "customer"
    until: datetime
    use: str


class Links:
    """Makes and reads the tokens of the three kinds of links; each kind has a key of its own.

    Parameters:
        keys: the shop's secrets, newest first.
        clock: tells the time.
    """

    def __init__(self, keys: Sequence[str], *, clock: Callable[[], datetime] = now) -> None:
        self._orders = Signer(keys, "review-order")
        self._confirmations = Signer(keys, "review-confirm")
        self._edits = Signer(keys, "review-edit")
        self._clock = clock

    def order_token(self, invitation: Invitation) -> str:
        """The token of an order's link.

        Raises:
            InvalidValueError: it holds more products than fit into an address.
        """
        rows = [[item.id, item.title, item.url, item.variant] for item in invitation.products]
        values = {
            "o": invitation.order_id, "p": _dump(rows), "w": " ".join(invitation.person.ids), "n": invitation.name,
            "r": invitation.relation, "i": invitation.incentive, "e": _seconds(invitation.until),
        }  # fmt: skip
        token = self._orders.sign(values)
        if len(rows) > MAX_INVITED or len(token) > MAX_TOKEN // 2:
            raise InvalidValueError("products", "are too many for one link; make one for each part of the order.")
        return token

    def invitation(self, token: str) -> Invitation | None:
        """What an order's link says; ``None`` for a bad one."""
        values = self._read(self._orders, token)
        if values is None:
            return None
        return Invitation(
            order_id=values["o"],
            products=[
                Invited(id=id_, title=title, url=url, variant=variant)
                for id_, title, url, variant in json.loads(values["p"])
            ],
            person=Person(tuple(values["w"].split())),
            name=values["n"],
            relation=values["r"],  # type: ignore[arg-type]  # signed by order_token, which got a Relation
            incentive=values["i"],  # type: ignore[arg-type]
            until=_time(values["e"]),
        )

    def confirmation_token(self, draft: Draft, person: Person, relation: Relation, until: datetime) -> str:
        """The token of a confirmation mail's link. The whole draft travels in it, because nothing is kept yet.

        Raises:
            DraftError: the draft is too long for that.
        """
        values = {short: getattr(draft, name) for short, name in _DRAFT.items()}
        values |= {
            "s": str(draft.rating), "q": _dump(draft.answers), "y": "1" if draft.consent else "",
            "w": " ".join(person.ids), "r": relation, "k": secrets.token_urlsafe(9), "e": _seconds(until),
        }  # fmt: skip
        token = self._confirmations.sign({key: value for key, value in values.items() if value})
        if len(token) > MAX_CONFIRMATION:
            raise DraftError({"body": "too_long_for_mail"})
        return token

    def confirmation(self, token: str) -> Confirmation | None:
        """What a confirmation mail's link says; ``None`` for a bad one."""
        values = self._read(self._confirmations, token)
        if values is None:
            return None
        texts = {name: values.get(short, "") for short, name in _DRAFT.items()}
        answers = json.loads(values["q"])
        return Confirmation(
            draft=Draft(rating=int(values["s"]), answers=answers, consent=bool(values.get("y")), **texts),
            person=Person(tuple(values["w"].split())),
            relation=values["r"],  # type: ignore[arg-type]  # signed by confirmation_token, which got a Relation
            until=_time(values["e"]),
            use="confirm:" + values["k"],
        )

    def edit_token(self, review_id: str, until: datetime) -> str:
        """The token of an author's link."""
        return self._edits.sign({"v": review_id, "e": _seconds(until)})

    def edited(self, token: str) -> str | None:
        """Id of the review that an author's link changes; ``None`` for a bad one."""
        values = self._read(self._edits, token)
        return values["v"] if values else None

    def _read(self, signer: Signer, token: str) -> Mapping[str, str] | None:
        try:
            values = signer.read(token)
        except TokenError:
            return None
        return values if _time(values["e"]) > self._clock() else None


_DRAFT = {"p": "product_id", "t": "title", "b": "body", "a": "author", "l": "language", "c": "country", "v": "variant"}


def _dump(value: object) -> str:
    return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, separators=(",", ":"))


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
