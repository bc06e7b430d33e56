"""The sources of style, script and icons keep the rules that a browser test cannot see."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import sharekit
from sharekit.networks.model import PSEUDO_NETWORKS
from sharekit.networks.registry import Networks

FOLDER = Path(sharekit.__file__).parent / "static" / "sharekit"
NOTICE = Path(__file__).parents[2] / "NOTICE.md"
SVG = "{http://www.w3.org/2000/svg}"
SPRITES = sorted(FOLDER.glob("icons*.svg"))
# The tag editor stands on pages of its own, where it is no guest.
STYLES = sorted(path for path in FOLDER.glob("*.css") if path.name != "editor.css")
# "* { margin: 0 }" and "img { height: auto }" stand in many style sheets, and would move pins off their places.
FORCED = {"looks.css": {"margin", "block-size"}}


def glyphs(sprite: Path) -> list[str]:
    """The ids of a sprite."""
    return [symbol.attrib["id"] for symbol in ElementTree.parse(sprite).getroot()]


def test_every_network_and_control_has_one_glyph() -> None:
    """Each is in exactly one sprite, so the manifest can say in which."""
    ids = [name for sprite in SPRITES for name in glyphs(sprite)]
    assert len(ids) == len(set(ids))
    assert {network.icon for network in Networks().live()} | {*PSEUDO_NETWORKS, "more", "check", "link"} <= set(ids)


@pytest.mark.parametrize("name", ["copy", "native", "qr", "more", "check"])
def test_signs_that_belong_together_are_in_the_first_sprite(name: str) -> None:
    """The script turns the copy icon into a tick within its sprite; the default bar loads one sprite only."""
    assert name in glyphs(FOLDER / "icons.svg")


@pytest.mark.parametrize("sprite", SPRITES, ids=lambda path: path.name)
def test_sprites_are_drawings_and_nothing_else(sprite: Path) -> None:
    """Symbols of shapes in the colour of the text: no script, style, link or colour that could clash with a theme."""
    allowed = {"symbol", "path", "rect", "circle"}
    for symbol in ElementTree.parse(sprite).getroot():
        assert "viewBox" in symbol.attrib
        for node in symbol.iter():
            assert node.tag.removeprefix(SVG) in allowed
            assert not {name for name in node.attrib if "href" in name or name.startswith("on") or name == "style"}
            assert node.attrib.get("fill", "none") == "none"
            assert node.attrib.get("stroke", "currentColor") == "currentColor"


def test_the_notice_names_every_glyph() -> None:
    """Where a glyph comes from, and under which licence, is written down."""
    words = set(re.findall(r"\w+", NOTICE.read_text()))
    assert {name for sprite in SPRITES for name in glyphs(sprite)} <= words


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_styles_are_guests(style: Path) -> None:
    """All in our layer, nothing forced, nothing loaded, and directions named by the flow of the text."""
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL).strip()
    assert text.startswith("@layer sharekit {")
    assert text.endswith("}")
    assert set(re.findall(r"([\w-]+):[^;]*!important", text)) == FORCED.get(style.name, set())
    assert "url(" not in text
    assert "@import" not in text
    physical = re.findall(r"(?:margin|padding|border|inset)?-?(?:left|right)\s*:|text-align:\s*(?:left|right)", text)
    assert set(physical) <= ({"left:"} if style.name == "looks.css" else set())  # coordinates of a picture


@pytest.mark.parametrize("style", STYLES, ids=lambda path: path.name)
def test_no_selector_weighs_more_than_one_class(style: Path) -> None:
    """What is in ``:where()`` weighs nothing; outside it stands one class at most, and no id."""
    text = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.DOTALL)
    for prelude in re.findall(r"([^{}]+)\{", text):
        if prelude.strip().startswith("@") or "@layer" in prelude:
            continue
        for selector in split_list(prelude.rsplit(";", 1)[-1]):
            weighty = without_where(selector)
            assert len(re.findall(r"\.[\w-]+|\[", weighty)) <= 1, selector
            assert "#" not in weighty, selector
            assert not re.search(r"(?<!:):(?!:)[a-z-]", weighty), selector


def without_where(selector: str) -> str:
    """The selector without its ``:where(...)`` parts."""
    while ":where(" in selector:
        start = selector.index(":where(")
        depth, end = 0, start
        for end in range(start, len(selector)):
            depth += {"(": 1, ")": -1}.get(selector[end], 0)
            if depth == 0 and selector[end] == ")":
                break
        selector = selector[:start] + selector[end + 1 :]
    return selector


def split_list(selectors: str) -> list[str]:
    """The selectors of a list, split at commas outside parentheses."""
    parts, depth = [""], 0
    for letter in selectors:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def test_the_script_does_nothing_that_a_strict_policy_or_a_visitor_minds() -> None:
    """No evaluated text, no markup from text, no inline style, no cookie, no address of another host."""
    script = re.sub(r"/\*.*?\*/", "", (FOLDER / "sharekit.js").read_text(), flags=re.DOTALL)
    for word in ("eval", "Function(", "innerHTML", "insertAdjacentHTML", ".style", "cookie", "http:", "https:"):
        assert word not in script
