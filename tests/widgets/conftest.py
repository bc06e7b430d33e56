"""What tests of widgets share: a context without a kit around it, and HTML read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest

from sharekit.config import Settings
from sharekit.events.signing import Signer
from sharekit.networks.model import Network
from sharekit.networks.registry import Networks
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.widgets.context import WidgetContext

VOID = {"img", "input", "link", "meta", "source", "track"}


@dataclass
class Element:
    """An element that was read: its attributes, the text inside it, the elements around it."""

    tag: str
    attrs: dict[str, str]
    parents: tuple[Element, ...] = ()
    text: str = ""
    children: list[Element] = field(default_factory=list)


class Reader(HTMLParser):
    """Reads HTML into a flat list of elements, in document order; refuses what is not nested properly."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(str(html))
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute stands twice in <{tag}>: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self._open))
        if self._open:
            self._open[-1].children.append(element)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data


@pytest.fixture
def read() -> Callable[[str], list[Element]]:
    """A function from HTML to its elements."""
    return lambda html: Reader(html).elements


@pytest.fixture
def signer() -> Signer:
    """A signer of links."""
    return Signer(["a key of the tests' own"], purpose="links")


@pytest.fixture
def make_context(signer: Signer) -> Callable[..., WidgetContext]:
    """A function that makes widget contexts with settings of a test's own."""

    def make(counts: Mapping[str, int] | None = None, own: tuple[Network, ...] = (), **settings: Any) -> WidgetContext:
        made = Settings.load(**({"base_url": "https://shop.example"} | settings))
        return WidgetContext(
            settings=made,
            networks=Networks(own),
            environment=make_environment(made.template_dirs),
            assets=Assets(made.mount),
            share_key=b"0123456789abcdef",
            sign=signer.sign,
            counts=lambda product_id: counts or {},
        )

    return make


@pytest.fixture
def context(make_context: Callable[..., WidgetContext]) -> WidgetContext:
    """A context with the default settings."""
    return make_context()
