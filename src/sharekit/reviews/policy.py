"""The shop's rules of reviewing: what it decided, and the facts about it that readers are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self, get_args

from sharekit.checks import check_text
from sharekit.exceptions import ConfigError, InvalidValueError, did_you_mean
from sharekit.reviews.model import MAX_ANSWERS, MAX_NAME, MAX_PHOTOS, MAX_TITLE, Incentive, Reason
from sharekit.reviews.store import Skew, Sort

Moderation = Literal["before", "after"]
Writers = Literal["buyers", "customers", "confirmed", "anyone"]
EraseKeeps = Literal["nothing", "rating"]
RuleName = Literal["links", "profanity", "duplicate", "burst", "personal_data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A question that the form asks besides the rating ("How does it fit?").

    Parameters:
        key: names the answer, ``"fit"``; letters, digits, ``_`` and ``-``.
        label: what the form asks, in the shop's words.
        options: the answers to choose from; free text when empty.
        required: whether it must be answered.
    """

    key: str
    label: str
    options: Sequence[str] = ()
    required: bool = False

    def __post_init__(self) -> None:
        check_text(self.key, "Attribute.key", longest=MAX_NAME)
        if not self.key.replace("_", "").replace("-", "").isalnum() or not self.key.isascii():
            raise InvalidValueError("Attribute.key", f"{self.key!r} is not of letters, digits, '_' and '-'.")
        if not check_text(self.label, "Attribute.label", longest=MAX_TITLE).strip():
            raise InvalidValueError("Attribute.label", "is empty.")
        if isinstance(self.options, str):
            raise InvalidValueError("Attribute.options", "pass a list of answers, not one text.")
        for option in self.options:
            check_text(option, "Attribute.options", longest=MAX_TITLE)
        object.__setattr__(self, "options", tuple(self.options))


@dataclass(frozen=True, kw_only=True)
class ReviewPolicy:
    """What a shop decided about reviews. The ``review_policy`` setting takes one, or a mapping of its fields.

    No field looks at a rating or at what somebody thinks of a product, and none can be added by a shop: 16 CFR 465.7(b)
    forbids to suppress reviews for their rating or sentiment.

    Parameters:
        moderation: ``"before"``: a person decides about every review; ``"after"``: reviews are published at once,
            except those that a rule holds.
        writers: who may write. ``"buyers"``: only with an order; ``"customers"``: also who is signed in;
            ``"confirmed"``: also who confirms an e-mail address; ``"anyone"``: everybody, unchecked.
        one_per_product: a person may review a product once, and change that review later.
        anonymous: a name may be left out.
        attributes: questions asked besides the rating, at most 20: :class:`Attribute` or mappings of its fields.
        photos: how many a review may have, 0 to 6.
        consent: text that must be agreed to before a review is sent; nothing is asked when empty.
        questions: whether visitors may ask and answer questions about products.
        link_days: days for which the link of an order is good.
        edit_days: days for which the author's link to change a review is good.
        confirm_hours: hours for which the link in a confirmation mail is good.
        confirm_mails: confirmation mails one address may be sent within a day.
        erase_keeps: what is left of a published review when its writer is erased: ``"nothing"``, or its
            ``"rating"`` alone, without any trace of whose it was.
        rules: the automatic rules that hold a review for a person.
        words: the shop's own words for the profanity rule, besides those that come with the library.
        duplicate_days: days for which a text is remembered, so that a second one like it is held.
        burst_product: reviews of one product within an hour, after which more are held.
        burst_sender: reviews of one person or address within a day, after which more are held.
        incentives: what the shop gives for reviews (``"discount"``, ``"sample"`` …). An invitation may only promise
            what is listed here, because readers are told.
        staff_reviews: employees, family and agents may review; labelled, as 16 CFR 465.5 demands.
        staff_domains: e-mail domains of employees, ``"shop.example"``; their subdomains count too.
        sort: the order in which the list begins. Best ratings first is none: it would give more prominence to
            praise (CAP Code 3.46).

    Raises:
        ConfigError: a value cannot work; the message names the field.
    """

    moderation: Moderation = "before"
    writers: Writers = "confirmed"
    one_per_product: bool = True
    anonymous: bool = True
    attributes: Sequence[Attribute] = ()
    photos: int = MAX_PHOTOS
    consent: str = ""
    questions: bool = True
    link_days: int = 60
    edit_days: int = 30
    confirm_hours: int = 48
    confirm_mails: int = 3
    erase_keeps: EraseKeeps = "nothing"
    rules: Sequence[RuleName] = get_args(RuleName)
    words: Sequence[str] = ()
    duplicate_days: int = 90
    burst_product: int = 20
    burst_sender: int = 5
    incentives: Sequence[Incentive] = ()
    staff_reviews: bool = False
    staff_domains: Sequence[str] = ()
    sort: Sort = "newest"

    def __post_init__(self) -> None:
        for name, kind in _CHOICES.items():
            _known(name, getattr(self, name), kind)
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ConfigError(f"review_policy.{name}: pass a whole number from {least} to {most}, not {value!r}.")
        for name in ("one_per_product", "anonymous", "questions", "staff_reviews"):
            if not isinstance(getattr(self, name), bool):
                raise ConfigError(f"review_policy.{name}: pass True or False, not {getattr(self, name)!r}.")
        for name in ("attributes", "rules", "words", "incentives", "staff_domains"):
            value = getattr(self, name)
            if isinstance(value, str) or not isinstance(value, Sequence):
                raise ConfigError(f"review_policy.{name}: pass a list, not {type(value).__name__}.")
            object.__setattr__(self, name, tuple(value))
        for rule in self.rules:
            _known("rules", rule, RuleName)
        for incentive in self.incentives:
            _known("incentives", incentive, Incentive)
        object.__setattr__(self, "attributes", tuple(_attribute(item) for item in self.attributes))
        object.__setattr__(
            self, "staff_domains", tuple(domain.casefold().lstrip("@.") for domain in self.staff_domains)
        )
        keys = [attribute.key for attribute in self.attributes]
        if len(set(keys)) < len(keys) or len(keys) > MAX_ANSWERS:
            raise ConfigError(f"review_policy.attributes: pass at most {MAX_ANSWERS}, each with a key of its own.")
        check_text(self.consent, "review_policy.consent", longest=1_000)
        if self.sort not in {"newest", "helpful"}:
            raise ConfigError(
                "review_policy.sort: begin with 'newest' or 'helpful'; a list that begins with the best ratings gives "
                "them more prominence than the others (CAP Code 3.46)."
            )

    @classmethod
    def load(cls, value: ReviewPolicy | Mapping[str, Any] | None) -> ReviewPolicy:
        """The policy out of the ``review_policy`` setting: one, a mapping of its fields, or ``None`` for the defaults.

        Raises:
            ConfigError: an unknown field (with a did-you-mean), or a value that cannot work.
        """
        if isinstance(value, ReviewPolicy):
            return value
        if value is not None and not isinstance(value, Mapping):
            raise ConfigError(f"review_policy: pass a ReviewPolicy or a mapping, not {type(value).__name__}.")
        return cls._of(value or {})

    @classmethod
    def _of(cls, values: Mapping[str, Any]) -> Self:
        known = {item.name for item in fields(cls)}
        for name in values:
            if name not in known:
                raise ConfigError(f"review_policy: unknown field {name!r}.{did_you_mean(str(name), known)}")
        return cls(**values)

    def is_staff(self, email: str) -> bool:
        """Whether an address is an employee's, by its domain."""
        domain = email.rpartition("@")[2].strip().casefold()
        return any(domain == staff or domain.endswith("." + staff) for staff in self.staff_domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How this shop checks reviews, as data: what "How reviews are checked" says, read from the real settings.

    UCPD Art 7(6) makes "whether and how" a shop ensures that reviews come from buyers something readers must be told.

    Parameters:
        writers: who may write, as :attr:`ReviewPolicy.writers`.
        origin_checked: whether the shop checks anything about where a review comes from.
        buyers_only: whether every review written here has an order behind it.
        moderation: ``"before"`` or ``"after"`` publishing.
        rules: automatic rules that hold a review for a person; none knows the rating.
        reasons: why a review may be refused; the closed list.
        staff_reviews: whether employees may review (labelled).
        one_per_product: one review per person and product.
        incentives: what is given for reviews (labelled).
        sort: order in which the list begins.
        score: how the score is computed: ``"mean"``, the plain mean of all published ratings written here.
        submitted, published, refused: reviews, over all products.
        shares: published reviews of those handed in, with one to five stars; ``None`` where none was handed in.
        all_published: whether every review handed in so far is published.
    """

    writers: Writers
    origin_checked: bool
    buyers_only: bool
    moderation: Moderation
    rules: tuple[RuleName, ...]
    reasons: tuple[Reason, ...]
    staff_reviews: bool
    one_per_product: bool
    incentives: tuple[Incentive, ...]
    sort: Sort
    score: Literal["mean"] = "mean"
    submitted: int = 0
    published: int = 0
    refused: int = 0
    shares: tuple[float | None, ...] = field(default=(None,) * 5)
    all_published: bool = True


def facts(policy: ReviewPolicy, skew: Skew) -> Facts:
    """What is true of this shop's reviews.

    Parameters:
        skew: what was handed in and what of it is shown, :meth:`sharekit.reviews.store.ReviewStore.skew`.
    """
    pairs = zip(skew.published, skew.submitted, strict=True)
    return Facts(
        writers=policy.writers,
        origin_checked=policy.writers != "anyone",
        buyers_only=policy.writers == "buyers",
        moderation=policy.moderation,
        rules=tuple(policy.rules),
        reasons=get_args(Reason),
        staff_reviews=policy.staff_reviews,
        one_per_product=policy.one_per_product,
        incentives=tuple(policy.incentives),
        sort=policy.sort,
        submitted=sum(skew.submitted),
        published=sum(skew.published),
        refused=sum(skew.rejected),
        shares=tuple(shown / handed_in if handed_in else None for shown, handed_in in pairs),
        all_published=sum(skew.published) == sum(skew.submitted),
    )


_CHOICES: dict[str, object] = {
    "moderation": Moderation, "writers": Writers, "erase_keeps": EraseKeeps, "sort": Sort,
}  # fmt: skip
_RANGES = {
    "photos": (0, MAX_PHOTOS), "link_days": (1, 730), "edit_days": (1, 730), "confirm_hours": (1, 720),
    "confirm_mails": (1, 100), "duplicate_days": (1, 730), "burst_product": (1, 1_000), "burst_sender": (1, 1_000),
}  # fmt: skip


def _known(name: str, value: object, words: object) -> None:
    known = [word for word in get_args(words) if word]
    if value not in known:
        raise ConfigError(f"review_policy.{name}: unknown {value!r}.{did_you_mean(str(value)[:60], known)}")


def _attribute(value: Any) -> Attribute:
    if isinstance(value, Attribute):
        return value
    if not isinstance(value, Mapping):
        raise ConfigError("review_policy.attributes: pass Attribute objects or mappings such as {'key': 'fit', …}.")
    known = {item.name for item in fields(Attribute)}
    for name in value:
        if name not in known:
            raise ConfigError(f"review_policy.attributes: unknown field {name!r}.{did_you_mean(str(name), known)}")
    try:
        return Attribute(**value)
    except TypeError:
        raise ConfigError("review_policy.attributes: an attribute needs a key and a label.") from None
