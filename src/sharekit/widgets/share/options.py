"""The options of a share bar: checked once per kind of bar, then remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from sharekit.exceptions import InvalidValueError, MissingExtraError, UnknownNameError
from sharekit.networks.model import PSEUDO_NETWORKS, Network
from sharekit.rendering.attributes import attributes
from sharekit.rendering.environment import is_own
from sharekit.rendering.translations import Translations, language_of, translations
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share.plan import Bar, Control, Plan, Step
from sharekit.widgets.share.words import around_title, label_and_name

LAYOUTS = ("bar", "icons", "vertical", "floating", "more")
SHOWS = ("both", "icon", "label")
LINKS = ("direct", "redirect")
THEMES = ("quiet", "brand", "contrast")
TEMPLATE = "sharekit/share.html.jinja"

_ICONS_ONLY = frozenset({"icons", "floating"})
_MAX_PLANS = 256
_OWN_ATTRIBUTES = frozenset({"role", "aria-label", "lang"})


def plan_for(
    context: WidgetContext,
    networks: str | Iterable[str | Network] | None,
    layout: Any,
    show: Any,
    visible: Any,
    locale: Any,
    mount: Any,
    links: Any,
    theme: Any,
) -> Plan:
    """The plan for these options, made at the first call. Errors are those of ``share_buttons``."""
    keys: Any = context.settings.networks if networks is None else networks
    if not isinstance(keys, str | tuple):
        if not isinstance(keys, Iterable):
            raise InvalidValueError("networks", f"pass a list of names, not {type(keys).__name__}.")
        keys = tuple(keys)
    chosen = (keys, layout, show, visible, locale, mount, links, theme)
    plans: dict[Any, Plan] = context.plans
    try:
        known = plans.get(chosen)
    except TypeError:  # an option that no option can be, such as a list: refused below
        known = None
    if known is not None:
        return known
    plan = _make(context, _names(keys), layout, show, visible, locale, mount, links, theme)
    if len(plans) >= _MAX_PLANS:
        plans.clear()
    plans[chosen] = plan
    return plan


def container(attrs: Mapping[Any, Any]) -> tuple[str, str]:
    """Further classes and further attributes of the container, each with a space in front.

    Raises:
        InvalidValueError: a name is no attribute's, or is one that the widget sets itself.
    """
    rest = dict(attrs)
    classes = rest.pop("class", None)
    for name in map(str, rest):
        if name in _OWN_ATTRIBUTES or name.startswith("data-sk-"):
            hint = " Use label=." if name == "aria-label" else ""
            raise InvalidValueError("attrs", f"{name!r} is set by the widget itself.{hint}")
    return f" {classes}" if classes else "", attributes(rest)


def _make(
    context: WidgetContext,
    keys: tuple[str, ...],
    layout: Any,
    show: Any,
    visible: Any,
    locale: Any,
    mount: Any,
    links: Any,
    theme: Any,
) -> Plan:
    settings = context.settings
    _choose("layout", layout, LAYOUTS)
    shown = _choose("show", ("icon" if layout in _ICONS_ONLY else "both") if show is None else show, SHOWS)
    if isinstance(visible, bool) or not isinstance(visible, int) or visible < 1:
        raise InvalidValueError("visible", f"{visible!r} is not a whole number above 0.")
    chosen_links = _choose("links", settings.links if links is None else links, LINKS)
    chosen_theme = _choose("theme", settings.theme if theme is None else theme, THEMES)
    where = settings.mount if mount is None else _text("mount", mount).rstrip("/")
    words = translations(_text("locale", settings.locale if locale is None else locale))
    icon = context.assets.icon_url
    steps = [_step(context, key, chosen_links) for key in keys]
    controls = [_control(step, words, lambda name: icon(name, where)) for step in steps]
    bar = Bar(
        layout=layout,
        show=shown,
        theme=chosen_theme,
        mount=where,
        language=words.language if words.falls_back else "",
        more_label=words.gettext("More"),
        more_icon=icon("more", where),
    )
    template = context.environment.get_template(TEMPLATE)
    return Plan(
        bar,
        controls,
        steps,
        # A disclosure for a single control would only hide it.
        visible=visible if layout == "more" and len(keys) > visible + 1 else len(keys),
        label=around_title(words.gettext("Share {title}")),
        alt=around_title(words.gettext("QR code of the link to {title}")),
        page_query="" if words.language == language_of(settings.locale) else f"?lang={words.language}",
        template=template,
        gaps=is_own(template),
    )


def _names(networks: str | tuple[Any, ...]) -> tuple[str, ...]:
    """The keys of the networks asked for, each once."""
    words = networks.replace(",", " ").split() if isinstance(networks, str) else networks
    names = [item.key if isinstance(item, Network) else item for item in words]
    for name in names:
        if not isinstance(name, str):
            raise InvalidValueError("networks", f"{name!r} is not the name of a network.")
    return tuple(dict.fromkeys(names))


def _step(context: WidgetContext, key: str, links: str) -> Step:
    if key in PSEUDO_NETWORKS:
        if key == "qr":
            if find_spec("segno") is None:
                raise MissingExtraError("the control 'qr'", "qr")
            return Step(address="qr", key=key)
        return Step(address="none" if key == "print" else "page", key=key)
    if key not in context.networks and key not in context.networks.keys_for_events():
        raise UnknownNameError("network", key, (*(row.key for row in context.networks.live()), *PSEUDO_NETWORKS))
    network = context.networks.get(key)
    options = context.settings.network_options.get(key)
    if network.needs_instance and "instance" not in (options or {}):
        return Step(address="fediverse", key=key, network=network)
    if links == "redirect":
        return Step(address="go", key=key, network=network)
    return Step(address="direct", key=key, network=network, options=options)


def _control(step: Step, words: Translations, icon: Callable[[str], str]) -> Control:
    label, name = label_and_name(step.key, step.network, words)
    if step.network is None:
        return Control(
            kind="qr" if step.key == "qr" else "button",
            network=step.key,
            name=name,
            label=label,
            icon=icon(step.key),
            done=words.gettext("Link copied") if step.key == "copy" else "",
        )
    return Control(
        kind="link",
        network=step.key,
        name=name,
        label=label,
        icon=icon(step.network.icon),
        # The page that asks for the server leads on to it, so it belongs in a tab of its own as well.
        new_window=bool(step.network.new_window),
        redirect=step.address in {"go", "fediverse"},
    )


def _choose(option: str, value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise UnknownNameError(option, str(value), known)
    return str(value)


def _text(option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidValueError(option, f"pass text, not {type(value).__name__}.")
    return value
