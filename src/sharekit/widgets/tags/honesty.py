"""What has to be said about a picture, and whether it may be shown at all."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from markupsafe import Markup

from sharekit.products import Disclosure, Picture, ProductTag
from sharekit.widgets.tags.plan import Plan
from sharekit.widgets.tags.words import disclosed

_MAX_KNOWN = 1024
_MAX_WARNED = 10_000
_log = logging.getLogger("sharekit.widgets.tags")


def may_be_shown(plan: Plan, picture: Picture) -> bool:
    """Whether the right to show a picture holds now; the log says why when it doesn't, once each."""
    problem = picture.refusal()
    if not problem and picture.customer and not picture.credit_line:
        problem = "a customer's picture needs a credit line"
    if problem:
        warn_once(plan, f"rights\n{picture.id}\n{problem}", "The picture %r is not shown: %s.", picture.id, problem)
    return not problem


def interest(plan: Plan, tag: ProductTag, around: Disclosure | None, picture: str) -> Disclosure | None:
    """The commercial interest behind a tag: its own, else that of all around it.

    A product that somebody pays for is an advertisement also where the shop forgot to say so.

    Parameters:
        around: that of the picture, or of the look.
        picture: id of the picture, for the log.
    """
    own = tag.disclosure or around
    if tag.paid and (own is None or not own.sponsored):
        warn_once(
            plan,
            f"paid\n{picture}\n{tag.name}",
            "The tag %r in %r is labelled as an advertisement: its product is paid for, and it has no disclosure.",
            tag.name,
            picture,
        )
        return _AD
    return own


def label(plan: Plan, disclosure: Disclosure, numbers: Iterable[int] = ()) -> str:
    """The label of a commercial interest as HTML, with the numbers of the tags it is about."""
    known = plan.known.get(disclosure)
    if known is None:
        word, detail = disclosed(disclosure, plan.locale)
        known = str(Markup("<strong>{}</strong>").format(word))
        if detail:
            known += str(Markup(" · {}").format(detail))
        if len(plan.known) >= _MAX_KNOWN:
            plan.known.clear()
        plan.known[disclosure] = known
    which = ", ".join(map(str, numbers))
    return f"{known} ({which})" if which else known


def notices(plan: Plan, around: Disclosure | None, tags: Iterable[Disclosure | None], *, above: bool) -> str:
    """The labels that stand over a picture: its own, then those of single tags with their numbers.

    Parameters:
        around: that of the picture, or of the look.
        tags: those of the tags, in their order.
        above: ``around`` is said above the picture already.
    """
    groups: dict[Disclosure, list[int]] = {}
    for number, one in enumerate(tags, 1):
        if one is not None and one != around:
            groups.setdefault(one, []).append(number)
    said = [] if around is None or above else [label(plan, around)]
    said += [label(plan, one, numbers) for one, numbers in groups.items()]
    return "".join(f'<p class="sk-look__ad">{text}</p>' for text in said)


def warn_once(plan: Plan, key: str, message: str, *values: str) -> None:
    """Say something in the log, once per ``key`` and process."""
    warned = plan.context.warned
    if key in warned:
        return
    if len(warned) >= _MAX_WARNED:
        warned.clear()
    warned.add(key)
    _log.warning(message, *values)


_AD = Disclosure("ad")
