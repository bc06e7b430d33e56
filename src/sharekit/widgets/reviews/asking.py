"""Questions and answers about a product: ``questions(product)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from sharekit.products import Product
from sharekit.reviews.model import MAX_NAME
from sharekit.reviews.questions import MAX_ANSWER, MAX_QUESTION, Answer, Question
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.reviews.form import TRAP
from sharekit.widgets.reviews.frame import Frame, container, frame_for, product_of, unique, whole_number
from sharekit.widgets.reviews.reading import pairs_of, understand

QUESTIONS_AFTER = "sk-questions-after"
QUESTIONS_ANCHOR = "sk-questions"
MAX_QUESTIONS = 50
_MAX_CURSOR = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A question or an answer.

    Parameters:
        id: its id.
        body: plain text.
        author: never empty.
        label: "Answer of the shop", "Verified purchase"; empty for others.
        by_shop: written by the shop.
        day, date: when, for machines and for people.
    """

    id: str
    body: str
    author: str
    label: str
    by_shop: bool
    day: str
    date: str


def questions(
    context: WidgetContext,
    product: Product,
    *,
    args: Any = None,
    limit: int = 5,
    ask: bool = True,
    answer: bool = True,
    hidden: Mapping[str, str] | None = None,
    heading_level: int = 2,
    locale: str | None = None,
    mount: str | None = None,
    theme: str | None = None,
    style: bool = True,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """Questions about a product with the answers of the shop and of customers, and forms to ask and answer.

    Nothing where the ``questions`` of the policy are off.

    Parameters:
        product: the product.
        args: the request's query parameters; Flask fills them in.
        limit: questions on a page, 1 to 50.
        ask, answer: with the forms.
        hidden: further hidden fields of the forms, such as a framework's token.
        heading_level, locale, mount, theme, style, attrs: as in :func:`sharekit.widgets.reviews.reviews`.
    """
    product_of(product)
    frame = frame_for(context, locale=locale, mount=mount, theme=theme, style=style, level=heading_level)
    if not frame.parts.policy.questions:
        return Markup("")
    after = next((value for name, value in pairs_of(args) if name == QUESTIONS_AFTER), "")
    found, following = frame.parts.store.questions(
        product.id, after=after[:_MAX_CURSOR], limit=whole_number("limit", limit, MAX_QUESTIONS)
    )
    others = [pair for pair in understand(args, product.id).others if pair[0] != QUESTIONS_AFTER]
    extra_class, more = container(attrs)
    return frame.style + frame.draw(
        "questions",
        product=product,
        uid=unique(product.id) + "-q",
        questions=[(_said(frame, question), [_said(frame, reply) for reply in question.answers]) for question in found],
        next=_link([*others, (QUESTIONS_AFTER, following)]) if following else "",
        first=_link(others) if after else "",
        ask=ask,
        answer=answer,
        hidden={"f": frame.token(product), "lang": frame.language, **(hidden or {})},
        trap=TRAP,
        lengths={"question": MAX_QUESTION, "answer": MAX_ANSWER, "author": MAX_NAME},
        extra_class=extra_class,
        attributes=more,
    )


def _link(pairs: list[tuple[str, str]]) -> str:
    return f"?{urlencode(pairs, quote_via=quote)}#{QUESTIONS_ANCHOR}"


def _said(frame: Frame, text: Question | Answer) -> Said:
    _ = frame.words.gettext
    by_shop = isinstance(text, Answer) and text.by_shop
    name = text.author or (frame.context.settings.site_name if by_shop else "")
    label = _("Answer of the shop") if by_shop else ""
    if isinstance(text, Answer) and text.verified and not by_shop:
        label = _("Verified purchase")
    day, date = frame.day(text.created_at)
    return Said(
        id=text.id,
        body=text.body,
        author=name or ("" if by_shop else _("Anonymous")),
        label=label,
        by_shop=by_shop,
        day=day,
        date=date,
    )
