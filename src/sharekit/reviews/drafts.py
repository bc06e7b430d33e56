"""What somebody typed into the form, cleaned and checked, before it is a review."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from sharekit.exceptions import InvalidValueError, ShareKitError
from sharekit.products.values import MAX_ID
from sharekit.rendering.translations import translations
from sharekit.reviews.model import MAX_BODY, MAX_NAME, MAX_TITLE
from sharekit.reviews.people import check_email
from sharekit.reviews.policy import ReviewPolicy

_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u202a-\u202e\u2066-\u2069"  # overrides and isolates of direction; the marks that Arabic and Hebrew need stay
    "\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}\Z")
_COUNTRY = re.compile(r"[A-Za-z]{2}\Z")


_MOST_MARKS = 30


class DraftError(ShareKitError, ValueError):
    """What was handed in cannot be taken as it is.

    Parameters:
        errors: what is wrong, a key of :data:`PROBLEMS`, by the form's field (``"rating"``, ``"answer-fit"``);
            ``""`` for the whole form.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{name or 'form'}: {problem}" for name, problem in self.errors.items()))

    def messages(self, locale: str = "en") -> dict[str, str]:
        """What to tell the writer, by field."""
        gettext = translations(locale).gettext
        return {name: gettext(PROBLEMS[problem]) for name, problem in self.errors.items()}


def _(message: str) -> str:
    """Marks a message for the translators; it is translated when it is shown."""
    return message


PROBLEMS = {
    "rating": _("Choose one to five stars."),
    "missing": _("Please fill this in."),
    "too_long": _("This is too long; please shorten it."),
    "not_a_choice": _("Choose one of the answers given."),
    "email": _("This is not an e-mail address. It looks like ann@example.com."),
    "consent": _("Please agree to this first."),
    "too_many_photos": _("These are too many photos."),
    "photo_format": _("Photos must be JPEG, PNG or WebP files."),
    "photo_large": _("This photo is too large: at most 10 MB and 40 megapixels."),
    "photo_moving": _("Moving pictures cannot be used; choose a still photo."),
    "photo_damaged": _("This file is damaged or is not a photo."),
    "too_long_for_mail": _("This review is too long for a confirmation by e-mail; please shorten it."),
    "not_allowed": _("Reviews can be written by people who bought the product here."),
    "staff": _("People who work for this shop cannot review its products."),
    "duplicate": _("You have reviewed this product already. You can change that review."),
    "not_asked": _("This form is out of date; please load the page again."),
    "closed": _("Questions cannot be asked here."),
    "too_often": _("This was changed very often today; please try again tomorrow."),
    "used": _("This link was used already, or is too old."),
}
"""What can be wrong, and the words for it, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A review as its writer handed it in: only what the writer may say, cleaned.

    Provenance, relation, incentive, status and times are not here, because the writer does not decide them.

    Parameters:
        product_id, rating, title, body, author, language, country, variant, answers: as of
            :class:`sharekit.reviews.model.Review`.
        consent: whether the consent text was agreed to.
    """

    product_id: str
    rating: int
    title: str = ""
    body: str = ""
    author: str = ""
    language: str = ""
    country: str = ""
    variant: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    consent: bool = False

    def __post_init__(self) -> None:
        if type(self.rating) is not int or not 1 <= self.rating <= 5:
            raise DraftError({"rating": "rating"})
        for name, longest in _LONGEST.items():
            value = clean(getattr(self, name), lines=name == "body")
            if len(value) > longest:
                raise DraftError({name: "too_long"})
            object.__setattr__(self, name, value)
        if not self.product_id:
            raise InvalidValueError("Draft.product_id", "is empty.")
        if not _LANGUAGE.match(self.language):
            object.__setattr__(self, "language", "")
        country = self.country.upper() if _COUNTRY.match(self.country) else ""
        object.__setattr__(self, "country", country)
        object.__setattr__(self, "answers", {key: clean(value) for key, value in self.answers.items()})


_LONGEST = {
    "product_id": MAX_ID, "title": MAX_TITLE, "body": MAX_BODY, "author": MAX_NAME, "language": 35, "country": 2,
    "variant": MAX_TITLE,
}  # fmt: skip


def clean(text: str, *, lines: bool = False) -> str:
    """Text as it is kept: composed (NFC), without control characters and overrides of the reading direction (which
    make a text read as another), without space around it.

    Parameters:
        lines: keep line breaks, at most two in a row, as ``\\n``; else everything becomes one line.
    """
    text = re.sub(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]", "\n", text)
    text = unicodedata.normalize("NFC", _with_few_marks(_UNWANTED.sub("", text)))
    if not lines:
        return " ".join(text.split())
    text = "\n".join(line.rstrip() for line in text.split("\n"))  # a pattern would take the square of long blanks
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _with_few_marks(text: str) -> str:
    """The text without the marks that stand 31st or later on one letter: no language writes so many (Stream-Safe Text
    Format, Unicode Standard Annex 15), and composing a run takes the square of its length."""
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def read_draft(
    form: Mapping[str, str], policy: ReviewPolicy, *, product_id: str, prefix: str = "", variant: str = "",
    email: bool = False,
) -> Draft:  # fmt: skip
    """The draft out of the fields of a form: ``rating``, ``title``, ``body``, ``author``, ``answer-<key>``,
    ``language``, ``consent``.

    Parameters:
        prefix: stands before every field's name, where several products share a form.
        variant: what of the product was bought, when the shop knows.
        email: whether the field ``email`` must hold an address.

    Raises:
        DraftError: what is wrong, by field, all at once; the fields are named without the prefix.
    """
    fields = {name: form.get(prefix + name) or "" for name in _FORM}
    answers = {item.key: clean(form.get(f"{prefix}answer-{item.key}") or "") for item in policy.attributes}
    stars = fields.pop("rating").strip()
    address, consent = fields.pop("email"), bool(fields.pop("consent"))
    errors = {} if stars in _STARS else {"rating": "rating"}
    for name, text in fields.items():
        fields[name] = clean(text, lines=name == "body")
        if len(fields[name]) > _LONGEST[name]:
            errors[name] = "too_long"
            fields[name] = ""
    if email:
        try:
            check_email(address)
        except InvalidValueError:
            errors["email"] = "email"
    draft = Draft(
        product_id=product_id, rating=int(stars) if stars in _STARS else 1, variant=variant, consent=consent,
        answers={key: answer for key, answer in answers.items() if answer}, **fields,
    )  # fmt: skip
    errors = check_draft(draft, policy) | errors
    if errors:
        raise DraftError(errors)
    return draft


def check_draft(draft: Draft, policy: ReviewPolicy) -> dict[str, str]:
    """What the policy finds wrong with a draft: problems by the form's field. The rating is not looked at."""
    errors: dict[str, str] = {}
    if not policy.anonymous and not draft.author:
        errors["author"] = "missing"
    if policy.consent and not draft.consent:
        errors["consent"] = "consent"
    for attribute in policy.attributes:
        answer = draft.answers.get(attribute.key, "")
        if attribute.required and not answer:
            errors[f"answer-{attribute.key}"] = "missing"
        elif answer and attribute.options and answer not in map(clean, attribute.options):
            errors[f"answer-{attribute.key}"] = "not_a_choice"
        elif len(answer) > MAX_TITLE:
            errors[f"answer-{attribute.key}"] = "too_long"
    if draft.answers.keys() - {attribute.key for attribute in policy.attributes}:
        errors[""] = "not_asked"
    return errors


_STARS = frozenset("12345")
_FORM = ("rating", "title", "body", "author", "language", "email", "consent")
