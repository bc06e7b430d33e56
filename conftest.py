"""Runs the Python examples of README.md and docs/*.md as tests, each page in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.integration.pytest import SybilItem
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser


@pytest.fixture(scope="module")
def page_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty folder in which a page's examples run, so that the data they write goes away with it."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


def as_a_program(namespace: dict[str, object]) -> None:
    """An example's ``__name__``, as in the file somebody pastes it into: ``Flask(__name__)`` asks for it."""
    namespace["__name__"] = "__main__"


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md"],
    fixtures=["page_folder"],
    setup=as_a_program,
).pytest()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the examples of a page back into their order: later ones use what earlier ones made."""
    places = [place for place, item in enumerate(items) if isinstance(item, SybilItem)]
    examples = sorted((items[place] for place in places), key=lambda item: (str(item.path), item.example.line))
    for place, item in zip(places, examples, strict=True):
        items[place] = item
