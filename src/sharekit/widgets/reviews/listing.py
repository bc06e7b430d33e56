"""The reviews of a product: ``reviews(product)``. Summary, histogram, and a list that links sort, filter and turn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from urllib.parse import quote, urlencode

from markupsafe import Markup

from sharekit.exceptions import InvalidValueError
from sharekit.products import Product
from sharekit.products.values import check_language
from sharekit.rendering.figures import language_for_people, number_for_people, percent_for_people
from sharekit.reviews.policy import facts
from sharekit.reviews.store import MANY, MAX_PAGE, Query, Skew, Sort
from sharekit.reviews.summary import Summary
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.reviews.checking import sentences
from sharekit.widgets.reviews.frame import Frame, container, frame_for, product_of, whole_number
from sharekit.widgets.reviews.items import shown
from sharekit.widgets.reviews.reading import Asked, Reading, pairs_of, read
from sharekit.widgets.reviews.reports import report_reasons
from sharekit.widgets.reviews.stars import reviews_named, stars, stars_named

_USUAL: dict[str, Any] = {"limit": 20, "languages": [], "write": True, "how": True, "heading_level": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A row of the histogram.

    Parameters:
        name: ``"5 stars"``.
        width: exact share in percent, for the drawing.
        percent: the same for people.
        text: the rest of what the link says.
        href: where it leads; empty for a row without reviews.
        current: only these are shown.
    """

    name: str
    width: str
    percent: str
    text: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A link that sorts or filters.

    Parameters:
        text: what it says.
        href: where it leads.
        current: it is in force; a filter's link then takes it away.
    """

    text: str
    href: str
    current: bool


def reviews(
    context: WidgetContext,
    product: Product,
    *,
    args: Any = None,
    found: Reading | None = None,
    limit: int = 20,
    languages: Sequence[str] = (),
    write: str | bool = True,
    how: str | bool = True,
    heading_level: int = 2,
    fragment: bool = False,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """The reviews of a product. Everything works by plain links and forms; the script only saves loading the page.

    Parameters:
        product: the product.
        args: the request's query parameters, which say what is sorted, filtered and turned; Flask fills them in.
        found: what :func:`read_reviews` read, when the page has it already.
        limit: reviews on a page, 1 to 100.
        languages: languages offered as filters, as BCP 47 tags. The numbers count reviews in all languages, and say so.
        write: where the link to write a review leads: an address, ``True`` for the kit's own page, ``False`` for none.
            Shops whose policy takes reviews of buyers only have no such link: buyers get one with their order.
        how: where "How reviews are checked" leads: an address; ``True`` for the short text in place.
        heading_level: of the heading, 1 to 5; reviews have the next one.
        fragment: the part that the script puts in the place of the old one.
        locale: language of the page; the ``locale`` setting when left out.
        mount: path of the kit's app as browsers see it; the ``mount`` setting when left out.
        theme: ``"quiet"``, ``"brand"`` or ``"contrast"``; the ``theme`` setting when left out.
        style: bring the style sheet along; ``False`` where ``assets(widgets=["reviews"])`` has it in the head.
        attrs: further attributes of the container.

    Raises:
        InvalidValueError, UnknownNameError: an option cannot be used.
        MissingExtraError: the form's token has to be signed, and the extra ``reviews`` is not installed.
    """
    product_of(product)
    if fragment:
        args, told = _of_script(context, args)
        options = _USUAL | told
        return reviews(context, product, args=args, **options, locale=locale, mount=mount, theme=theme, style=False)
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style, level=heading_level)
    if found is None:
        found = read(frame.parts, product.id, args, limit=whole_number("limit", limit, MAX_PAGE))
    elif not isinstance(found, Reading) or found.asked.query.product_id != product.id:
        raise InvalidValueError("found", "pass what read_reviews gave for this very product.")
    extra_class, more = container(attrs)
    asked, summary, page = found.asked, found.summary, found.page
    query = asked.query
    options = {
        "limit": query.limit,
        "languages": list(languages),
        "write": write,
        "how": how,
        "heading_level": heading_level,
    }
    return frame.style + frame.draw(
        "reviews",
        product=product,
        list_address=_list_address(frame, product, options),
        summary=summary,
        mean=number_for_people(summary.mean, frame.locale) if summary.mean is not None else "",
        stars=stars(summary.mean, frame.locale) if summary.mean is not None else "",
        total=reviews_named(summary.count, frame.locale),
        bars=_bars(frame, asked, summary),
        answers=_answers(frame, found.answers),
        sorts=_sorts(frame, asked),
        filters=_filters(frame, asked, languages),
        all_languages=bool(languages or query.language),
        filtered=query.filtered,
        count=_count(frame, query, summary, page.count),
        everything=asked.link(stars=0, photos=False, verified=False, language=""),
        reviews=[shown(frame, review, product.title, reporting=review.id == asked.report) for review in page.reviews],
        kept=asked.pairs(),
        previous=asked.link(before=page.previous) if page.previous else "",
        next=asked.link(after=page.next) if page.next else "",
        closed=asked.link(same_page=True),
        reasons=report_reasons(frame.words) if any(review.id == asked.report for review in page.reviews) else (),
        write=_write(frame, product, write),
        how=frame.address(how, "how") if isinstance(how, str) else "",
        checks=sentences(frame, facts(frame.parts.policy, Skew())) if how is True else (),
        extra_class=extra_class,
        attributes=more,
    )


def _of_script(context: WidgetContext, args: Any) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """The page's own parameters in what the script asks for, and the options that the page was rendered with.

    The options come back in the token, which stands last: nobody but the shop decides where its links lead.
    """
    pairs = list(pairs_of(args))
    own: dict[str, str] = {}
    for name in ("f", "lang"):
        place = max((place for place, pair in enumerate(pairs) if pair[0] == name), default=None)
        if place is not None:
            own[name] = pairs.pop(place)[1]
    told = context.reviews().read(own["f"]).get("o", "{}") if "f" in own else "{}"
    return pairs, json.loads(told)


def _list_address(frame: Frame, product: Product, options: Mapping[str, Any]) -> str:
    """Where the script gets the section as the page has it: with the options that are not the usual ones."""
    told = {name: value for name, value in options.items() if value != _USUAL[name]}
    token = frame.token(product, **({"o": json.dumps(told, separators=(",", ":"))} if told else {}))
    own = urlencode({"f": token, "lang": frame.language})
    return f"{frame.mount}/reviews/list/{quote(product.id, safe='')}?{own}"


def _write(frame: Frame, product: Product, write: Any) -> str:
    if isinstance(write, str):
        return frame.address(write, "write")
    if not write or frame.parts.policy.writers == "buyers":
        return ""
    return f"{frame.mount}/reviews/write?f={frame.token(product)}&lang={frame.language}"


def _bars(frame: Frame, asked: Asked, summary: Summary) -> list[Bar]:
    """Five stars first. A row that has reviews never says 0 %."""
    spoken, total = frame.words, summary.count
    bars = []
    for number in (5, 4, 3, 2, 1):
        count, percent = summary.counts[number - 1], summary.percentages[number - 1]
        current = asked.query.stars == number
        said = spoken.gettext("less than {percent}") if count and not percent else "{percent}"
        text = (
            spoken.gettext("{reviews}, shown alone now, show all")
            if current
            else spoken.gettext("{reviews}, show only these")
        )
        bars.append(
            Bar(
                name=stars_named(number, frame.locale),
                width=f"{100 * count / total:.4g}" if total else "0",
                percent=said.replace("{percent}", percent_for_people(percent or bool(count), frame.locale)),
                text=text.replace("{reviews}", reviews_named(count, frame.locale)),
                href=asked.link(stars=0 if current else number) if count or current else "",
                current=current,
            )
        )
    return bars


def _answers(frame: Frame, given: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, str]]:
    """What most buyers answered to each question that has answers to choose from, and how many of how many."""
    found = []
    for attribute in frame.parts.policy.attributes:
        counts = {option: given.get(attribute.key, {}).get(option, 0) for option in attribute.options}
        total = sum(counts.values())
        if not total:
            continue
        best = max(counts, key=lambda option: counts[option])
        share = percent_for_people((200 * counts[best] + total) // (2 * total), frame.locale)
        text = frame.words.ngettext("{percent} of {number} answer", "{percent} of {number} answers", total)
        number = number_for_people(total, frame.locale)
        found.append((attribute.label, best, text.replace("{percent}", share).replace("{number}", number)))
    return found


def sort_names(frame: Frame) -> Mapping[Sort, str]:
    """The orders in the reader's words."""
    _ = frame.words.gettext
    return {
        "newest": _("Newest"),
        "helpful": _("Most helpful"),
        "highest": _("Highest rating"),
        "lowest": _("Lowest rating"),
    }


def _sorts(frame: Frame, asked: Asked) -> list[Choice]:
    names = sort_names(frame)
    return [
        Choice(text=names[sort], href=asked.link(sort=sort), current=asked.query.sort == sort)
        for sort in get_args(Sort)
    ]


def _filters(frame: Frame, asked: Asked, languages: Sequence[str]) -> list[Choice]:
    _, query = frame.words.gettext, asked.query
    choices = [
        Choice(text=_("With photos"), href=asked.link(photos=not query.photos), current=query.photos),
        Choice(text=_("Verified purchases"), href=asked.link(verified=not query.verified), current=query.verified),
    ]
    tags = [check_language(tag, "languages") for tag in languages]
    for tag in dict.fromkeys([*tags, *([query.language] if query.language else [])]):
        on = tag == query.language
        name = language_for_people(tag, frame.locale)
        choices.append(Choice(text=name, href=asked.link(language="" if on else tag), current=on))
    return choices


def _count(frame: Frame, query: Query, summary: Summary, counted: int | None) -> str:
    """How many reviews are listed, filters taken into account."""
    if counted is None:
        return reviews_named(summary.count + summary.elsewhere, frame.locale)
    if counted > MANY:
        more = frame.words.gettext("More than {reviews}")
        return more.replace("{reviews}", reviews_named(MANY, frame.locale))
    return reviews_named(counted, frame.locale)
