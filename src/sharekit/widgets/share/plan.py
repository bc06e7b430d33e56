"""One kind of share bar: a skeleton with gaps, and what goes into each gap.

All bars with the same networks, layout and language differ only in what is shared. So the template is rendered once
per kind, with marks where those values belong, and cut at the marks; a bar is then a matter of filling the gaps. A
template of the shop's own may branch on any value, so it is rendered with the values themselves each time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Literal

from jinja2 import Template
from markupsafe import Markup, escape

from sharekit.checks import check_text
from sharekit.events.ids import share_id_tails
from sharekit.networks.model import Network

Address = Literal["direct", "go", "fediverse", "page", "qr", "none"]
"""Where a control leads: straight to the network; through the counting redirect; to the fediverse page; to the page's
own tracked address (copy, native); to a picture of that (QR); nowhere (print)."""

MAX_PLACEMENT = 128
_MAX_PLACEMENTS = 256
_NAMED = 8  # values of the bar itself, before those of its controls
_MARK = re.compile("\x02([0-9]+)\x03")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control of a bar, as the template sees it.

    Parameters:
        kind: ``link``, ``button`` or ``qr``.
        network: its key.
        name: accessible name; it holds the label.
        label: the visible one.
        icon: address of its icon.
        new_window: the link opens in a tab of its own.
        redirect: the link leads through the shop's server, which counts it.
        done: what is announced when a button has done its work.
        address: of a link its target, of a button the address it shares, of a QR code its picture.
        share_id: id of the share that it would make.
        alt: description of the QR code's picture.
        count, count_label: how often it was used, and the word for that; empty unless counts are shown.
    """

    kind: Literal["link", "button", "qr"]
    network: str
    name: str
    label: str
    icon: str
    new_window: bool = False
    redirect: bool = False
    done: str = ""
    address: str = ""
    share_id: str = ""
    alt: str = ""
    count: str = ""
    count_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A share bar, as the template sees it.

    Parameters:
        layout, show, theme, mount: as in :func:`sharekit.widgets.share.share_buttons`.
        language: of the labels, where it differs from what was asked for; else empty.
        more_label, more_icon: of the disclosure in the layout ``more``.
        label: accessible name of the group.
        product, placement, title, text: what is shared, and where.
        extra_class: further classes, with a space in front.
        attributes: further attributes, ready, with a space in front.
        controls: those shown at once.
        rest: those behind the disclosure.
    """

    layout: str
    show: str
    theme: str
    mount: str
    language: str
    more_label: str
    more_icon: str
    label: str = ""
    product: str = ""
    placement: str = ""
    title: str = ""
    text: str = ""
    extra_class: str = ""
    attributes: Markup = Markup("")  # noqa: RUF009 - immutable
    controls: Sequence[Control] = ()
    rest: Sequence[Control] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How the address of one control is made."""

    address: Address
    key: str
    network: Network | None = None
    options: Mapping[str, str] | None = None


class Plan:
    """One kind of share bar.

    Parameters:
        bar: what is the same for every item.
        controls: likewise, in the order shown.
        steps: how each control's address is made.
        visible: number of controls outside the disclosure.
        label, alt: phrases around the title: name of the group, description of the QR code.
        page_query: added to the address of the fediverse page, so that it speaks the language of the labels.
        template: draws the bar.
        gaps: whether ``template`` puts every value in one place whatever it is, as the library's own does.
    """

    def __init__(
        self,
        bar: Bar,
        controls: Sequence[Control],
        steps: Sequence[Step],
        *,
        visible: int,
        label: tuple[str, str],
        alt: tuple[str, str],
        page_query: str,
        template: Template,
        gaps: bool,
    ) -> None:
        self.steps = steps
        self.direct = [(step.network, step.options) for step in steps if step.address == "direct" and step.network]
        self.only_direct = len(self.direct) == len(steps)
        self.takes_image = any(step.network and step.network.media in {"required", "optional"} for step in steps)
        self.mount = bar.mount
        self.page_query = page_query
        self._bar = bar
        self._controls = controls
        self._visible = visible
        self._label = label
        self._alt = alt
        self._template = template
        self._placements: dict[str, tuple[tuple[bytes, ...], str]] = {}
        self._parts: list[str] = []
        self._safe_label = [str(escape(part)) for part in label]
        self._safe_alt = [str(escape(part)) for part in alt]
        self._pick: Callable[[Sequence[str]], tuple[str, ...]] | None = None
        if gaps:
            self._cut()

    def tails(self, placement: str) -> tuple[bytes, ...]:
        """What :func:`sharekit.events.ids.page_share_ids` needs to know of networks and placement.

        Raises:
            InvalidValueError: the placement is no text, or longer than an event may carry.
        """
        known = self._placements.get(placement) if placement.__class__ is str else None
        if known is None:
            check_text(placement, "placement", longest=MAX_PLACEMENT)
            if len(self._placements) >= _MAX_PLACEMENTS:
                self._placements.clear()
            tails = share_id_tails([step.key for step in self.steps], placement)
            known = self._placements[placement] = tails, str(escape(placement))
        return known[0]

    def render(
        self,
        product: str,
        title: str,
        placement: str,
        addresses: Sequence[str],
        share_ids: Sequence[str],
        *,
        label: str | None = None,
        text: str = "",
        extra_class: str = "",
        attributes: str = "",
        counts: Sequence[tuple[str, str]] | None = None,
    ) -> Markup:
        """The bar for one item; ``addresses``, ``share_ids`` and ``counts`` are in the order of the controls."""
        if self._pick is None or counts is not None:
            bar = replace(
                self._bar,
                label=title.join(self._label) if label is None else label,
                product=product,
                placement=placement,
                title=title,
                text=text,
                extra_class=extra_class,
                attributes=Markup(attributes),  # noqa: S704 - made by attributes(), which escapes
            )
            return self._draw(bar, addresses, share_ids, title.join(self._alt), counts)
        safe_title = str(escape(title))
        # Links to networks are percent-encoded (Network checks its address, LinkBuilder encodes the rest), which leaves
        # nothing but the ampersand to escape; the others hold an address of the shop's as it is.
        addresses = (
            [address.replace("&", "&amp;") for address in addresses]
            if self.only_direct
            else [escape(address) for address in addresses]
        )
        values = [
            safe_title.join(self._safe_label) if label is None else escape(label),
            escape(product),
            self._placements[placement][1],
            safe_title,
            escape(text) if text else "",
            escape(extra_class) if extra_class else "",
            attributes,
            safe_title.join(self._safe_alt),
            *addresses,
            *share_ids,
        ]
        parts = self._parts.copy()
        parts[1::2] = self._pick(values)
        return Markup("".join(parts))  # noqa: S704 - the skeleton is our template, each value is escaped above

    def _cut(self) -> None:
        """Render the template with marks for values; keep the text between them and the order in which they come."""
        count = len(self.steps)
        marks = [f"\x02{number}\x03" for number in range(_NAMED + 2 * count)]
        label, product, placement, title, text, extra_class, attributes, alt = marks[:_NAMED]
        bar = replace(
            self._bar,
            label=label,
            product=product,
            placement=placement,
            title=title,
            text=text,
            extra_class=extra_class,
            attributes=Markup(attributes),  # noqa: S704 - a mark
        )
        html = self._draw(bar, marks[_NAMED : _NAMED + count], marks[_NAMED + count :], alt, None)
        self._parts = _MARK.split(html)
        self._pick = itemgetter(*map(int, self._parts[1::2]))

    def _draw(
        self,
        bar: Bar,
        addresses: Sequence[str],
        share_ids: Sequence[str],
        alt: str,
        counts: Sequence[tuple[str, str]] | None,
    ) -> Markup:
        controls = [
            replace(control, address=address, share_id=share_id, alt=alt, count=count, count_label=what)
            for control, address, share_id, (count, what) in zip(
                self._controls, addresses, share_ids, counts or [("", "")] * len(addresses), strict=True
            )
        ]
        bar = replace(bar, controls=controls[: self._visible], rest=controls[self._visible :])
        return Markup(self._template.render(share=bar))  # noqa: S704 - the environment escapes
