"""The call that template authors make: a picture, or a look of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from sharekit.exceptions import InvalidValueError
from sharekit.products import Cta, Look, Picture, Ratio
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.tags.data import structured
from sharekit.widgets.tags.figure import check_csrf, figure, unique
from sharekit.widgets.tags.honesty import may_be_shown, notices
from sharekit.widgets.tags.inspection import inspect
from sharekit.widgets.tags.offers import Shelf
from sharekit.widgets.tags.plan import Plan, check_words, container, default_cta, plan_for
from sharekit.widgets.tags.views import Group
from sharekit.widgets.tags.whole import whole_look as make_whole


def product_tags(
    context: WidgetContext,
    picture: Picture | Look,
    *,
    crop: Ratio | None = None,
    marker: str = "number",
    list: str = "shown",  # noqa: A002 (the word template authors read)
    cta: Cta | str | None = None,
    csrf: Mapping[str, str] | None = None,
    whole_look: bool | str = False,
    placement: str = "",
    variant: str = "",
    caption: str | None = None,
    locale: str | None = None,
    mount: str | None = None,
    links: str | None = None,
    theme: str | None = None,
    style: bool = True,
    heading_level: int = 2,
    page: str = "look",
    loading: str = "lazy",
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """A picture with its products: markers that open cards, and the same products in a list below.

    It works without scripts and under ``default-src 'self'``. What somebody paid for carries its label, whatever the
    options; an old price is shown only against the lowest of the 30 days before; a customer's picture only while the
    right to show it holds (else nothing is rendered, and the log says why).

    Parameters:
        picture: a :class:`Picture`, or a :class:`Look` of one or several.
        crop: shape of the box, such as ``"1:1"`` or ``0.8``; the picture's own when left out. Its focal point stays in
            view, and tags outside are only in the list.
        marker: ``"number"``, ``"dot"``, ``"price"`` or ``"plus"``.
        list: ``"shown"``, ``"hidden"`` (for screen readers, print and browsers without cards) or ``"rail"``.
        cta: what a button does where the tag doesn't say: a :class:`Cta`, its kind or its words.
        csrf: field names and values that your framework wants in every form; not given to other hosts.
        whole_look: a form that puts all of it into the cart; the address it posts to, where that differs.
        placement: where on the page it stands, in your words. A picture that is on a page twice needs two of them.
        variant: what you call this way of showing it, to tell two of them apart in reports.
        caption: what stands below the picture; "Shop this look" in the language of the page when left out.
        locale: language of words and prices; the ``locale`` setting when left out.
        mount: path of the kit's app as browsers see it, where it differs from the setting.
        links, theme: in place of the settings of those names.
        style: bring the style sheet along; not needed where ``assets(widgets=["tags"])`` has it in the page's head.
        heading_level: of a look's title.
        page: ``"look"``, or ``"product"`` on a page that is about one product.
        loading: ``"lazy"``, or ``"eager"`` for a picture that is in sight at once.
        attrs: further attributes of the container; ``class`` adds to ours.

    Raises:
        UnknownNameError: the value of an option that nobody knows; near ones are offered.
        InvalidValueError: a value cannot be used; ``error.field`` names it.
        MissingExtraError: links have to be signed, and the package for that is not installed.
    """
    plan = plan_for(
        context,
        marker=marker,
        list_=list,
        locale=locale,
        mount=mount,
        links=links,
        theme=theme,
        style=style,
        page=page,
        loading=loading,
        level=heading_level,
    )
    shared: dict[str, Any] = {
        "cta": default_cta(cta),
        "csrf": check_csrf(csrf),
        "placement": check_words(placement, "placement"),
        "variant": check_words(variant, "variant"),
    }
    extra_class, more = container(attrs)
    if isinstance(picture, Look):
        inspect(context, picture)
        return _look(plan, picture, shared, crop, whole_look, caption, extra_class, more)
    if not isinstance(picture, Picture):
        raise InvalidValueError("picture", f"pass a Picture or a Look, not {type(picture).__name__}.")
    inspect(context, picture)
    if not may_be_shown(plan, picture):
        return Markup("")
    html = figure(
        plan,
        picture,
        **shared,
        crop=crop,
        caption=caption,
        whole=make_whole(_shelf(plan, picture.id, shared), [(picture.id, picture.tags)], whole_look),
        data=structured(plan, picture.products, [picture]),
        extra_class=extra_class,
        more=more,
    )
    return Markup(plan.style + html)  # noqa: S704 - made of pieces


def _look(
    plan: Plan,
    look: Look,
    shared: dict[str, Any],
    crop: Ratio | None,
    wanted: bool | str,
    caption: str | None,
    extra_class: str,
    more: str,
) -> Markup:
    pictures = [picture for picture in look.pictures if may_be_shown(plan, picture)]
    if not pictures:
        return Markup("")
    single = len(pictures) == 1
    items = [
        figure(plan, picture, **shared, crop=crop, around=look.disclosure, above=single, caption=caption)
        for picture in pictures
    ]
    products = [product for picture in pictures for product in picture.products]
    tags = [(picture.id, picture.tags) for picture in pictures]
    html = plan.look_set.render(
        Group(
            "",
            plan.level,
            plan.theme,
            notices(plan, look.disclosure, (), above=False),
            "".join(items),
            make_whole(_shelf(plan, look.id, shared), tags, wanted),
            structured(plan, products, pictures, title=look.title, url=look.url),
            more,
            unique(look.id, shared["placement"]),
            look.title,
            plan.address(look.url) if look.url else "",
            extra_class,
        )
    )
    return Markup(plan.style + html)  # noqa: S704 - made of pieces


def _shelf(plan: Plan, name: str, shared: dict[str, Any]) -> Shelf:
    return Shelf(plan=plan, picture=name, **shared)
