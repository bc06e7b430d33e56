"""What widgets need from the kit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

from sharekit.config import Settings
from sharekit.exceptions import ShareKitError
from sharekit.networks.registry import Networks
from sharekit.rendering.assets import Assets

if TYPE_CHECKING:
    from sharekit.reviews.policy import ReviewPolicy
    from sharekit.reviews.store import ReviewStore


@dataclass(frozen=True, kw_only=True)
class ReviewSource:
    """The parts of a kit that widgets of reviews use.

    Parameters:
        store: where reviews are read; widgets never write.
        policy: the shop's rules.
        sign, read: make and read the token that ties a form to its product.
    """

    store: ReviewStore
    policy: ReviewPolicy
    sign: Callable[[Mapping[str, str]], str]
    read: Callable[[str], Mapping[str, str]]


def _no_reviews() -> ReviewSource:
    raise ShareKitError("This context was made without reviews; use the widgets of a ShareKit.")


@dataclass(frozen=True, kw_only=True)
class WidgetContext:
    """The parts of a kit that widgets use.

    Parameters:
        settings: the kit's settings.
        networks: the known networks.
        environment: the Jinja environment.
        assets: the static files.
        share_key: key of the page's share ids (:func:`sharekit.events.ids.page_share_id`), 16 to 64 bytes.
        sign: makes a URL-safe token of a small mapping.
        counts: product id → shares by network, from own events.
        reviews: the parts for reviews, made when a widget first asks.
    """

    settings: Settings
    networks: Networks
    environment: Environment
    assets: Assets
    share_key: bytes
    sign: Callable[[Mapping[str, str]], str]
    counts: Callable[[str], Mapping[str, int]]
    reviews: Callable[[], ReviewSource] = _no_reviews
    plans: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """What the share widget prepared for the combinations of options it was called with."""
    warned: set[str] = field(default_factory=set, repr=False, compare=False)
    """Ids of items whose poor preview was logged already."""
    inspected: set[Any] = field(default_factory=set, repr=False, compare=False)
    """Pictures, looks and videos whose problems were logged already."""
