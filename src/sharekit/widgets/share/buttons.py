"""The call that template authors make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sharekit.checks import absolute_url, check_text
from sharekit.events.ids import page_share_ids
from sharekit.networks.links import LinkBuilder, Message
from sharekit.networks.model import Network
from sharekit.products import Picture, Product, Shareable
from sharekit.rendering.translations import translations
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share.links import PerNetwork, Shared, as_hashtags, as_image, as_text, per_network
from sharekit.widgets.share.options import container, plan_for
from sharekit.widgets.share.plan import Plan


def share_buttons(
    context: WidgetContext,
    item: Product | Shareable,
    *,
    networks: str | Iterable[str | Network] | None = None,
    text: str | PerNetwork | None = None,
    image: str | Picture | PerNetwork | None = None,
    hashtags: str | Sequence[str] | PerNetwork | None = None,
    via: str | None = None,
    layout: str = "bar",
    placement: str = "",
    show: str | None = None,
    label: str | None = None,
    visible: int = 4,
    counts: bool = False,
    locale: str | None = None,
    mount: str | None = None,
    utm: bool | None = None,
    utm_campaign: str | None = None,
    links: str | None = None,
    theme: str | None = None,
    attrs: Mapping[str, Any] | None = None,
) -> Markup:
    """Buttons that share a product or page; nothing when ``networks`` is empty.

    The same arguments give the same HTML, with nothing in it about who looks at it, so pages may be cached for
    everybody (with ``counts``, as long as the numbers may be old).

    Parameters:
        item: what is shared.
        networks: keys in the order shown, as a list or as text (``"whatsapp x copy"``); besides networks ``copy``,
            ``native``, ``print`` and ``qr``. The ``networks`` setting when left out.
        text: what is said beside the link, for all or per network; the title when left out.
        image: picture for networks that take one, for all or per network; the item's first one when left out.
        hashtags: with or without ``#``, for all or per network.
        via: account credited on X; the ``x_account`` setting when left out.
        layout: ``"bar"``, ``"icons"``, ``"vertical"``, ``"floating"`` or ``"more"``.
        placement: where on the page the buttons stand, in the shop's own words; reports can be cut by it.
        show: ``"both"`` icon and label, ``"icon"`` or ``"label"``; when left out ``"icon"`` in the layouts ``icons``
            and ``floating``, else ``"both"``.
        label: accessible name of the group; "Share <title>" in the language of the labels when left out.
        visible: number of controls that the layout ``more`` shows at once.
        counts: show how often each control was used, from the shop's own events.
        locale: language of the labels; the ``locale`` setting when left out.
        mount: path of the kit's app as browsers see it, where it differs from the setting.
        utm, utm_campaign, links, theme: in place of the settings of those names.
        attrs: further attributes of the container; ``class`` adds to ours.

    Raises:
        UnknownNameError: a network, or the value of an option, that nobody knows; near ones are offered.
        DeadNetworkError: a network that has closed.
        InvalidValueError: a value cannot be used; ``error.field`` names it.
        MissingExtraError: ``qr``, or a link that has to be signed, needs a package that is not installed.
    """
    settings = context.settings
    plan = plan_for(context, networks, layout, show, visible, locale, mount, links, theme)
    if not plan.steps:
        return Markup("")
    share_ids = page_share_ids(context.share_key, item.id, plan.tails(placement))
    utm = settings.utm if utm is None else utm
    campaign = settings.utm_campaign if utm_campaign is None else check_text(utm_campaign, "utm_campaign", longest=200)
    text_of = image_of = hashtags_of = None
    said = picture = ""
    tags: tuple[str, ...] = ()
    if text is not None and (text_of := per_network(text)) is None:
        said = as_text(text, "text")
    if hashtags is not None and (hashtags_of := per_network(hashtags)) is None:
        tags = as_hashtags(hashtags)
    if plan.takes_image:
        if image is None or (image_of := per_network(image)) is not None:
            picture = first_picture(item, settings.base_url, settings.default_image)
        else:
            picture = as_image(image, settings.base_url)
    account = settings.x_account if via is None else check_text(via, "via", longest=100)
    message = Message(absolute_url(settings.base_url, item.url), item.title, said, picture, tags, account)
    builder = LinkBuilder(message, utm=utm, campaign=campaign)

    if plan.only_direct and text_of is None and image_of is None and hashtags_of is None:
        link = builder.link
        addresses = [
            link(network, one, options=own) for (network, own), one in zip(plan.direct, share_ids, strict=True)
        ]
    else:
        shared = Shared(
            context=context,
            message=message,
            builder=builder,
            product_id=item.id,
            placement=placement,
            utm=utm,
            campaign=campaign,
            text_of=text_of,
            image_of=image_of,
            hashtags_of=hashtags_of,
        )
        addresses = shared.addresses(plan, share_ids)
        said = shared.text_for("native")
    extra_class, attributes = container(attrs) if attrs else ("", "")
    return plan.render(
        item.id,
        item.title,
        placement,
        addresses,
        share_ids,
        label=label,
        text=said,
        extra_class=extra_class,
        attributes=attributes,
        counts=_counts(context, plan, item.id, locale) if counts else None,
    )


def first_picture(item: Product | Shareable, base_url: str, default: str) -> str:
    """Whole address of the item's first picture, else of the shop's; its parts were checked when they were made."""
    image = item.image
    if not image:
        images = item.images if isinstance(item, Product) else ()
        image = images[0] if images else default
    source = image.src if isinstance(image, Picture) else image
    return absolute_url(base_url, source) if source else ""


def _counts(context: WidgetContext, plan: Plan, product_id: str, locale: str | None) -> list[tuple[str, str]]:
    """Per control its number and the word for it; empty where nobody has shared yet."""
    words = translations(locale or context.settings.locale)
    numbers = context.counts(product_id)
    found = [numbers.get(step.key, 0) for step in plan.steps]
    return [(str(number), words.ngettext("share", "shares", number)) if number else ("", "") for number in found]
