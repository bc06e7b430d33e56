"""What an item would lose on each network: said before it is shared, because afterwards nobody tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sharekit.checks import absolute_url
from sharekit.networks.links import fitted, tracked_url
from sharekit.networks.model import Network
from sharekit.networks.tags import clean_tags
from sharekit.networks.text import fit
from sharekit.products import Product, Shareable

_SAMPLE_ID = "AAAAAAAAAAAA"  # as long as every share id
_UNITS = {"characters": "characters", "graphemes": "graphemes", "x": "characters as X counts them"}


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that does not arrive, or does not work, when an item is shared on a network.

    Parameters:
        network: key of the network.
        problem: what happens to what, as a sentence without its subject: "ignores the text ...".
    """

    network: str
    problem: str


def lint(
    item: Product | Shareable,
    networks: Iterable[Network],
    *,
    base_url: str = "",
    text: str = "",
    hashtags: Sequence[str] = (),
    options: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Loss]:
    """What the item loses, network by network; empty when nothing is lost.

    Parameters:
        item: what would be shared.
        networks: where to.
        base_url: scheme and host of the shop, to which relative addresses are joined.
        text: what would be said beside the link; the item's own text when left out.
        hashtags: what it would be tagged with.
        options: the ``network_options`` setting.
    """
    said = text or item.text
    tags = clean_tags(hashtags)
    return [
        Loss(network.key, problem)
        for network in networks
        for problem in _problems(network, item, base_url, said, tags, (options or {}).get(network.key, {}))
    ]


def _problems(
    network: Network,
    item: Product | Shareable,
    base_url: str,
    text: str,
    tags: Sequence[str],
    options: Mapping[str, str],
) -> Iterator[str]:
    if not network.live:
        instead = f"; use {network.instead} instead" if network.instead else ""
        yield f"is gone ({network.died}){instead}" if network.died else f"has no share address{instead}"
        return
    yield from _about_network(network, options)
    url = absolute_url(base_url, item.url)
    if not url.startswith(("https://", "http://")):
        yield "needs the whole address of the page; set base_url"
    yield from _about_text(network, item.title, text, url, tags)
    yield from _about_picture(network, item, base_url)
    yield from _about_hashtags(network, tags)


def _about_network(network: Network, options: Mapping[str, str]) -> Iterator[str]:
    if network.status == "app_only":
        yield "opens only where its app is installed"
    elif network.status == "degraded":
        yield f"works less well than it used to: {network.note}"
    elif network.status == "single_source":
        yield "has an address that is known from one source only"
    missing = [name for name in network.required if name in network.options and name not in options]
    if missing and not network.needs_instance:
        yield f"needs {' and '.join(missing)} in network_options"


def _about_text(network: Network, title: str, text: str, url: str, tags: Sequence[str]) -> Iterator[str]:
    unit = _UNITS[network.counts]
    if network.text == "ignored":
        yield "ignores title and text; people see the preview of the page"
    elif network.text == "title_only":
        if text and text != title:
            yield "takes the title only; the text is dropped"
        if network.limit is not None and fit(title, network.limit, network.counts) != title:
            yield f"cuts the title to {network.limit} {unit}"
    elif network.limit is not None:
        said = text or title
        shared = tracked_url(url, source=network.key, share_id=_SAMPLE_ID)
        kept = fitted(network, said, shared, tags)
        if not kept:
            yield f"has no room for the text: the link alone takes what {network.limit} {unit} leave"
        elif kept != said:
            yield f"cuts the text to {network.limit} {unit}, link included"


def _about_picture(network: Network, item: Product | Shareable, base_url: str) -> Iterator[str]:
    picture = item.pictures[0] if item.pictures else None
    if network.media == "required":
        if picture is None:
            yield "needs an absolute picture; without one people must pick it from the page"
        elif not absolute_url(base_url, picture.src).startswith(("https://", "http://")):
            yield f"needs an absolute picture; {picture.src!r} is relative: set base_url"
    elif network.media == "og_only" and picture is None:
        yield "shows the picture of the page's preview, and there is none"


def _about_hashtags(network: Network, tags: Sequence[str]) -> Iterator[str]:
    if not tags or "hashtags" in network.params or "tags" in network.params:
        return
    if "hashtag" in network.params or "tag" in network.params:
        if len(tags) > 1:
            yield f"takes one hashtag; only {tags[0]} arrives"
    else:
        yield "has no field for hashtags; write them into the text"
