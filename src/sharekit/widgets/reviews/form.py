"""The form that writes a review: ``review_form(product)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sharekit.checks import check_text
from sharekit.exceptions import InvalidValueError
from sharekit.products import Product
from sharekit.rendering.translations import Translations
from sharekit.reviews.model import MAX_BODY, MAX_NAME, MAX_TITLE
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.reviews.frame import container, frame_for, product_of, unique
from sharekit.widgets.reviews.stars import stars_named

PHOTO_TYPES = "image/jpeg,image/png,image/webp"
_FIELDS = ("rating", "title", "body", "author", "email", "consent")
TRAP = "website"
"""A field that people never see; whoever fills it in is a program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question of the shop's, as the template sees it.

    Parameters:
        name: of the field, with the prefix.
        id: of the field.
        label: the question.
        options: answers to choose from; free text when empty.
        required: whether it must be answered.
        value: what was answered already.
        error: what is wrong with that; empty for nothing.
    """

    name: str
    id: str
    label: str
    options: Sequence[str]
    required: bool
    value: str
    error: str


def review_form(
    context: WidgetContext,
    product: Product,
    *,
    values: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    action: str | None = None,
    email: bool | None = None,
    photos: bool | None = None,
    prefix: str = "",
    wrap: bool = True,
    hidden: Mapping[str, str] | None = None,
    title: str | None = None,
    button: str | None = None,
    heading_level: int = 2,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """A form to write a review. It needs no script, and pages with it can be cached for everybody.

    Parameters:
        product: what is reviewed.
        values: what was typed before, by field: ``rating``, ``title``, ``body``, ``author``, ``email``,
            ``answer-<key>``, ``consent``.
        errors: what is wrong, in words, by field; ``""`` for the whole form. Photos cannot be kept by a browser: they
            have to be chosen again.
        action: where it is posted to; the kit's own page when left out.
        email: ask for an e-mail address; where left out, when the policy confirms addresses and mails can be sent.
        photos: take photos; where left out, when the policy takes some and no address has to be confirmed first.
        prefix: stands before the name of every field, where a page has forms of several products.
        wrap: with ``<form>``, token, trap and button around the fields; ``False`` gives the fields alone.
        hidden: further hidden fields, such as a framework's token.
        title: heading; "Write a review" when left out, none when empty.
        button: text of the button.
        heading_level, locale, mount, theme, style, attrs: as in :func:`sharekit.widgets.reviews.reviews`.

    Raises:
        InvalidValueError, UnknownNameError: an option cannot be used.
        MissingExtraError: the form's token has to be signed, and the extra ``reviews`` is not installed.
    """
    product_of(product)
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style, level=heading_level)
    policy, _ = frame.parts.policy, frame.words.gettext
    typed = dict.fromkeys(_FIELDS, "") | _texts("values", values)
    wrong = _texts("errors", errors)
    uid = unique(product.id, prefix) + "-w"
    confirms = policy.writers == "confirmed" and context.settings.mail is not None
    asks_email = confirms if email is None else email
    takes_photos = bool(policy.photos) and (not asks_email if photos is None else photos)
    questions = [
        Asking(
            name=f"{prefix}answer-{attribute.key}",
            id=f"{uid}-answer-{attribute.key}",
            label=attribute.label,
            options=attribute.options,
            required=attribute.required,
            value=typed.get(f"answer-{attribute.key}", ""),
            error=wrong.get(f"answer-{attribute.key}", ""),
        )
        for attribute in policy.attributes
    ]
    extra_class, more = container(attrs)
    return frame.style + frame.draw(
        "review-form",
        product=product,
        uid=uid,
        prefix=prefix,
        wrap=wrap,
        action=f"{frame.mount}/reviews/write" if action is None else frame.address(action, "action"),
        hidden={"f": frame.token(product), "lang": frame.language, **_texts("hidden", hidden)} if wrap else {},
        trap=TRAP,
        title=_("Write a review") if title is None else title,
        button=button or _("Send review"),
        values=typed,
        errors=wrong,
        summary=_summary(frame.words, uid, wrong, questions),
        captions=_captions(frame.words, frame.locale),
        questions=questions,
        email=asks_email,
        named=not policy.anonymous,
        photos=policy.photos if takes_photos else 0,
        photo_types=PHOTO_TYPES,
        consent=policy.consent,
        lengths={"title": MAX_TITLE, "body": MAX_BODY, "author": MAX_NAME},
        extra_class=extra_class,
        attributes=more,
    )


def _captions(spoken: Translations, locale: str) -> list[tuple[int, str, str]]:
    """What each number of stars means."""
    _ = spoken.gettext
    words = (_("poor"), _("not so good"), _("okay"), _("good"), _("excellent"))
    return [(number, stars_named(number, locale), word) for number, word in enumerate(words, 1)]


def _summary(
    spoken: Translations, uid: str, wrong: Mapping[str, str], questions: Sequence[Asking]
) -> list[tuple[str, str]]:
    """What is wrong, in the order of the form, with the id of the field to go to; empty for the whole form."""
    order = ["", "rating", *(name for name in wrong if name.startswith("answer-")), "title", "body", "photos", "author"]
    names = [name for name in order if name in wrong] + [name for name in wrong if name not in order]
    labels = dict(_labels(spoken)) | {question.id.removeprefix(f"{uid}-"): question.label for question in questions}
    found = []
    for name in names:
        label = labels.get(name, "")
        text = f"{label}{' ' if label[-1:] in '?؟' else ': '}{wrong[name]}" if label else wrong[name]
        found.append((f"{uid}-{name}" if name else "", text))
    return found


def _labels(spoken: Translations) -> Mapping[str, str]:
    _ = spoken.gettext
    return {
        "rating": _("Your rating"),
        "title": _("Headline"),
        "body": _("Your review"),
        "photos": _("Photos"),
        "author": _("Name"),
        "email": _("E-mail"),
    }


def _texts(option: str, given: Any) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidValueError(option, f"pass a mapping of field names to text, not {type(given).__name__}.")
    return {
        str(name): check_text(value, f"{option}[{str(name)[:60]!r}]", longest=100_000) for name, value in given.items()
    }
