"""The built style sheet, script and sprites."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64encode
from pathlib import Path

import brotli
import pytest

from sharekit.exceptions import ShareKitError, UnknownNameError
from sharekit.rendering.assets import DIST, SCRIPT, STYLE, Assets

MANIFEST = json.loads((DIST / "manifest.json").read_text())


@pytest.fixture
def assets() -> Assets:
    """The package's own, under the default mount."""
    return Assets("/sharekit")


def test_the_tags_of_a_page(assets: Assets) -> None:
    """One style sheet, one deferred script that knows where to post, nothing inline."""
    style, script = MANIFEST["files"][STYLE]["name"], MANIFEST["files"][SCRIPT]["name"]
    assert assets.tags() == (
        f'<link rel="stylesheet" href="/sharekit/static/{style}">'
        f'<script src="/sharekit/static/{script}" defer data-sk-mount="/sharekit"></script>'
    )


def test_nonce_integrity_and_mount(assets: Assets) -> None:
    """Each on both tags, escaped."""
    tags = assets.tags(nonce='a"b', integrity=True, mount="/shop/sharekit")
    assert tags.count('nonce="a&#34;b"') == 2
    assert tags.count('="/shop/sharekit') == 3
    for source in (STYLE, SCRIPT):
        body = (DIST / MANIFEST["files"][source]["name"]).read_bytes()
        assert f'integrity="sha384-{b64encode(hashlib.sha384(body).digest()).decode()}"' in tags
    assert "nonce" not in assets.tags(integrity=True, mount="/shop/sharekit")


@pytest.mark.parametrize("source", sorted(MANIFEST["files"]))
def test_names_carry_the_hash_and_every_form_holds_the_same(assets: Assets, source: str) -> None:
    """What is compressed at build time is what is served plain."""
    name = assets.url(source).rpartition("/")[2]
    plain, br, gz = (assets.file(name, accepted) for accepted in ("", "gzip, br", "gzip"))
    assert plain is not None
    assert br is not None
    assert gz is not None
    assert hashlib.sha256(plain.body).hexdigest().startswith(name.split(".")[1])
    assert (plain.encoding, br.encoding, gz.encoding) == ("", "br", "gzip")
    assert brotli.decompress(br.body) == gzip.decompress(gz.body) == plain.body
    assert len({plain.etag, br.etag, gz.etag}) == 3
    assert plain.immutable
    assert br.immutable
    assert plain.content_type.split(";")[0] in {"text/css", "text/javascript", "image/svg+xml"}


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.000 ,gzip ; q = 0", ""),
        ("*", "br"),
        ("*;q=0, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        (";;;,,,q=", ""),
    ],
)
def test_the_best_accepted_encoding_is_chosen(assets: Assets, header: str, encoding: str) -> None:
    """RFC 9110, section 12.5.3; what is nonsense is sent plain."""
    file = assets.file(STYLE, header)
    assert file is not None
    assert file.encoding == encoding


def test_plain_and_older_names_give_todays_file_for_a_short_time(assets: Assets) -> None:
    """A page that a cache still serves keeps its style on the day of an update."""
    for name in (STYLE, "sharekit.0123456789.css"):
        file = assets.file(name)
        assert file is not None
        assert not file.immutable
        assert file.body == (DIST / MANIFEST["files"][STYLE]["name"]).read_bytes()


@pytest.mark.parametrize(
    "name",
    ["", ".", "manifest.json", "../sharekit.css", "sharekit.css.br", "sharekit.012345678X.css", "sharekit.01.css",
     "sharekit.0123456789.js/x", "other.0123456789.css", "/etc/passwd", "sharekit.css\x00"],
)  # fmt: skip
def test_other_names_give_nothing(assets: Assets, name: str) -> None:
    """Files are looked up in the manifest, never opened by a name from outside."""
    assert assets.file(name) is None


def test_icons_are_found_in_the_sprite_that_has_them(assets: Assets) -> None:
    """A page loads a sprite only for the icons it shows; an unknown one becomes a chain link."""
    for icon, sprite in MANIFEST["icons"].items():
        assert assets.icon_url(icon) == f"{assets.url(sprite)}#{icon}"
    assert assets.icon_url("no such icon") == f"{assets.url(MANIFEST['icons']['link'])}#link"
    assert assets.icon_url("/own.svg#kite") == "/own.svg#kite"
    assert assets.icon_url("x", "/m").startswith("/m/static/")


def test_a_checkout_that_was_never_built_says_what_to_do(tmp_path: Path) -> None:
    """Nobody should have to read the source to find the build step."""
    with pytest.raises(ShareKitError, match="pip install"):
        Assets("/sharekit", folder=tmp_path).tags()


def test_the_style_of_product_tags_is_there_for_who_names_it(assets: Assets) -> None:
    """After the shared one, once, with the same attributes; a page of share buttons never asks for it."""
    looks = assets.url("looks.css")
    assert looks not in assets.tags()
    assert assets.tags(widgets=["share"]) == assets.tags()
    tags = assets.tags(widgets=["tags", "share", "tags"], nonce="abc", integrity=True)
    assert tags.count(looks) == 1
    assert tags.index(assets.url(STYLE)) < tags.index(looks) < tags.index(assets.url(SCRIPT))
    assert tags.count('nonce="abc"') == tags.count('integrity="sha384-') == 3
    assert assets.tags(widgets="tags") == assets.tags(widgets=("tags",))


def test_a_widget_that_nobody_knows_is_refused(assets: Assets) -> None:
    """With near names."""
    with pytest.raises(UnknownNameError, match="Did you mean 'tags'"):
        assets.tags(widgets=["tag"])


def test_the_script_imports_what_was_built_with_it(assets: Assets) -> None:
    """By its hashed name, beside itself, so that it may be kept for a year."""
    script = (DIST / MANIFEST["files"][SCRIPT]["name"]).read_text()
    assert f'import("./{MANIFEST["files"]["looks.js"]["name"]}")' in script
    assert assets.url(SCRIPT).rpartition("/")[0] == assets.url("looks.js").rpartition("/")[0]


def test_every_step_of_the_grid_has_its_classes() -> None:
    """Tens and units of 200 steps add up to every half percent."""
    style = (DIST / MANIFEST["files"]["looks.css"]["name"]).read_text()
    values = {
        (name, mark, int(digit)): float(value)
        for name, mark, digit, value in re.findall(r"\.sk-([xy])(-?)(\d+)\{--[xy]-?:([\d.]+)\}", style)
    }
    assert len(values) == 62
    for axis in "xy":
        for step in range(201):
            place = values[axis, "", step // 10] + values[axis, "-", step % 10]
            assert place == pytest.approx(step / 200)


def test_a_file_that_an_older_build_lacks_is_told(tmp_path: Path) -> None:
    """A checkout that moved on says what to do, instead of failing with a name."""
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {}, "icons": {}}))
    with pytest.raises(ShareKitError, match=r"reviews\.css was not built.*hatch_build"):
        Assets("/sharekit", folder=tmp_path).url("reviews.css")
