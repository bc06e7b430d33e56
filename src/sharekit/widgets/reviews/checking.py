"""How reviews are checked: ``review_policy()``, in the words for the facts of the shop's real settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sharekit.rendering.figures import number_for_people, percent_for_people
from sharekit.reviews.policy import Facts, facts
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.reviews.frame import Frame, container, frame_for
from sharekit.widgets.reviews.items import incentives
from sharekit.widgets.reviews.stars import stars_named


def review_policy(
    context: WidgetContext,
    *,
    heading_level: int = 2,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """Whether and how the shop makes sure that reviews come from people who bought the product (Directive 2005/29/EC,
    article 7(6)), with the published share of what was handed in, by stars: a shop that held back bad ratings would
    show it here.

    Parameters:
        heading_level, locale, mount, theme, style, attrs: as in :func:`sharekit.widgets.reviews.reviews`.
    """
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style, level=heading_level)
    skew = frame.parts.store.skew()
    known = facts(frame.parts.policy, skew)
    extra_class, more = container(attrs)
    rows = [
        (
            stars_named(number, frame.locale),
            number_for_people(skew.submitted[number - 1], frame.locale),
            number_for_people(skew.published[number - 1], frame.locale),
            _share(frame, known.shares[number - 1]),
        )
        for number in (5, 4, 3, 2, 1)
    ]
    return frame.style + frame.draw(
        "review-policy",
        sentences=[*sentences(frame, known), *_details(frame, known)],
        rows=rows if known.submitted else (),
        extra_class=extra_class,
        attributes=more,
    )


def sentences(frame: Frame, known: Facts) -> Sequence[str]:
    """What every reader has to know, in a few sentences."""
    _ = frame.words.gettext
    writers = {
        "buyers": _("Only people who bought the product here can write a review: we check it by the order."),
        "customers": _(
            "People who bought the product here and customers who are signed in can write a review. Those marked "
            "“Verified purchase” were written by people with an order."
        ),
        "confirmed": _(
            "Everybody who confirms an e-mail address can write a review. Those marked “Verified purchase” were "
            "written by people with an order; of the others we do not check whether they bought the product."
        ),
        "anyone": _("We do not check whether the people who write reviews bought or used the product."),
    }
    moderation = {
        "before": _("We read every review before it is published, and publish good and bad ones alike."),
        "after": _("Reviews are published at once, good and bad ones alike; only suspicious ones are read before."),
    }
    return (
        writers[known.writers],
        moderation[known.moderation],
        _("The rating is the plain average of all published reviews."),
    )


def _details(frame: Frame, known: Facts) -> Sequence[str]:
    _ = frame.words.gettext
    told = [
        _(
            "We refuse a review for what is wrong with its text or origin, such as spam, insults, personal data or "
            "fraud; never for its rating."
        )
    ]
    if known.rules:
        told.append(
            _("Automatic checks hold suspicious reviews back until a person has read them. None looks at the rating.")
        )
    if known.one_per_product:
        told.append(_("Everybody can review a product once, and change that review later."))
    if known.staff_reviews:
        told.append(_("People who work for this shop may write reviews; theirs are marked."))
    else:
        told.append(_("People who work for this shop may not write reviews."))
    if known.incentives:
        names = incentives(frame.words)
        given = ", ".join(f"“{names[name]}”" for name in known.incentives)
        told.append(
            _(
                "Some writers are given something for a review, whatever they write; theirs are marked: {labels}."
            ).replace("{labels}", given)
        )
    else:
        told.append(_("We give nothing for reviews."))
    order = {
        "newest": _("The list begins with the newest reviews."),
        "helpful": _("The list begins with the reviews that most readers found helpful."),
    }
    told.append(order.get(known.sort, ""))
    return told


def _share(frame: Frame, share: float | None) -> str:
    return "–" if share is None else percent_for_people(int(share * 100), frame.locale)
