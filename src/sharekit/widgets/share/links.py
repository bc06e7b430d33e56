"""Where each control of a share bar leads, for one item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sharekit.checks import absolute_url, check_text, check_url
from sharekit.exceptions import InvalidValueError
from sharekit.networks.links import LinkBuilder, Message
from sharekit.networks.text import fit
from sharekit.products import Picture
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share.plan import Plan, Step

PerNetwork = Mapping[str, Any] | Callable[[str], Any]
"""A value per network: a mapping of network keys (``"*"`` for all others), or a function of the key."""

MAX_TITLE = 300
MAX_TEXT = 1_000
"""Characters, as people see them, of title and text in a signed link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What one bar shares, with the values that differ between networks.

    Parameters:
        message: what is the same for all.
        text_of, image_of, hashtags_of: values by network key; ``None`` where nothing differs.
    """

    context: WidgetContext
    message: Message
    builder: LinkBuilder
    product_id: str
    placement: str
    utm: bool
    campaign: str
    text_of: Callable[[str], Any] | None = None
    image_of: Callable[[str], Any] | None = None
    hashtags_of: Callable[[str], Any] | None = None

    def addresses(self, plan: Plan, share_ids: Sequence[str]) -> list[str]:
        """The address of every control of the plan, in its order; empty for one that has none."""
        return [self._address(plan, step, share_id) for step, share_id in zip(plan.steps, share_ids, strict=True)]

    def text_for(self, key: str) -> str:
        """What is said beside the link on that network; empty where nothing was given."""
        if self.text_of is None:
            return self.message.text
        return as_text(self.text_of(key), f"text[{key!r}]")

    def _address(self, plan: Plan, step: Step, share_id: str) -> str:
        if step.address == "direct" and step.network is not None:
            return self.builder.link(
                step.network,
                share_id,
                text=None if self.text_of is None else self.text_for(step.key),
                image=self._image_for(step.key),
                hashtags=self._hashtags_for(step.key),
                options=step.options,
            )
        if step.address == "page":
            return self.builder.url(step.key, share_id)
        if step.address == "none":
            return ""
        token = self.context.sign(self._payload(step))
        if step.address == "qr":
            return f"{plan.mount}/qr/{token}.svg"
        # The redirect has no words of its own; the fediverse page speaks the language of the labels.
        return f"{plan.mount}/{step.address}/{token}" + (plan.page_query if step.address == "fediverse" else "")

    def _payload(self, step: Step) -> dict[str, str]:
        """What the server needs to build the network's link, or draw the QR code, itself.

        Keys are short because they stand in an address: u page, n network, p product id, l placement, t title, x text,
        i picture, h hashtags, v account (where it is not the shop's), c campaign, m "0" without utm parameters. Empty
        ones are left out, and long texts are cut: servers refuse addresses of more than some thousand characters.
        """
        message, network = self.message, step.network
        where = {"u": message.url, "n": step.key, "p": self.product_id, "l": self.placement, "c": self.campaign}
        if not self.utm:
            where["m"] = "0"
        if network is None:
            return {key: value for key, value in where.items() if value}
        takes_image = network.media in {"required", "optional"}
        image, hashtags = self._image_for(step.key), self._hashtags_for(step.key)
        payload = {
            **where,
            "t": fit(message.title, MAX_TITLE, "graphemes"),
            "x": fit(self.text_for(step.key), MAX_TEXT, "graphemes"),
            "i": (message.image if image is None else image) if takes_image else "",
            "h": ",".join(message.hashtags if hashtags is None else hashtags),
        }
        payload = {key: value for key, value in payload.items() if value}
        if "via" in network.params and message.via != self.context.settings.x_account:
            payload["v"] = message.via  # also when empty: no account rather than the shop's
        return payload

    def _image_for(self, key: str) -> str | None:
        value = None if self.image_of is None else self.image_of(key)
        return None if value is None else as_image(value, self.context.settings.base_url, f"image[{key!r}]")

    def _hashtags_for(self, key: str) -> tuple[str, ...] | None:
        value = None if self.hashtags_of is None else self.hashtags_of(key)
        return None if value is None else as_hashtags(value, f"hashtags[{key!r}]")


def per_network(value: object) -> Callable[[str], Any] | None:
    """A function of the network's key, where a value differs between networks; ``None`` where it does not."""
    if isinstance(value, Mapping):
        return lambda key: value.get(key, value.get("*"))
    return value if callable(value) else None


def as_text(value: object, field: str) -> str:
    """A text that was given, or nothing for ``None``."""
    return "" if value is None else check_text(value, field)


def as_image(value: object, base_url: str, field: str = "image") -> str:
    """The whole address of a picture, given as its address or as a :class:`Picture`; ``""`` for none."""
    source = value.src if isinstance(value, Picture) else value
    return absolute_url(base_url, check_url(source, field)) if source else ""


def as_hashtags(value: object, field: str = "hashtags") -> tuple[str, ...]:
    """Hashtags without ``#``, given as a list or as text with spaces or commas between them."""
    words: Iterable[object] = value.replace(",", " ").split() if isinstance(value, str) else _items(value, field)
    return tuple(tag for tag in (check_text(word, field).strip().lstrip("#") for word in words) if tag)


def _items(value: object, field: str) -> Iterable[object]:
    if isinstance(value, Iterable):
        return value
    raise InvalidValueError(field, f"pass a list of words, not {type(value).__name__}.")
