"""The page's style sheet, script and icon sprite: their addresses, their tags, their bytes.

The files are made by the build step (``hatch_build.py``): minified, named by their content's hash, compressed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sharekit.exceptions import ShareKitError, UnknownNameError
from sharekit.rendering.attributes import attributes

DIST = Path(__file__).parents[1] / "static" / "sharekit" / "dist"
STYLE, SCRIPT, ICONS = "sharekit.css", "sharekit.js", "icons.svg"
LOOKS_STYLE = "looks.css"
REVIEWS_STYLE = "reviews.css"
STYLES = {"share": (), "tags": (LOOKS_STYLE,), "reviews": (REVIEWS_STYLE,)}
"""What the widgets of a page need besides the shared style sheet."""
FALLBACK_ICON = "link"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_REFUSAL = re.compile(r"q\s*=\s*0(\.0*)?")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A static file as it is sent.

    Parameters:
        body: the bytes, compressed when ``encoding`` says so.
        content_type: value of ``Content-Type``.
        encoding: value of ``Content-Encoding``; ``""`` for none.
        etag: strong entity tag with its quotes, different for each encoding (RFC 9110, section 8.8.3.3).
        immutable: the name carries the hash of these bytes, so the answer may be kept for a year.
    """

    body: bytes
    content_type: str
    encoding: str
    etag: str
    immutable: bool


class Assets:
    """The built static files.

    Parameters:
        mount: path under which the kit's app is mounted; the files lie below ``<mount>/static/``.
        folder: where the build step put the files.
    """

    def __init__(self, mount: str, *, folder: Path = DIST) -> None:
        self.mount = mount
        self.folder = folder
        self._bodies: dict[str, bytes] = {}
        self._tags: dict[tuple[str, bool, tuple[str, ...]], Markup] = {}

    def tags(
        self,
        *,
        widgets: Iterable[str] = (),
        nonce: str | None = None,
        integrity: bool = False,
        mount: str | None = None,
    ) -> Markup:
        """The ``<link>`` and ``<script>`` of a page; once per page, in its ``<head>``.

        Parameters:
            widgets: what the page shows, of :data:`STYLES`. ``"tags"`` (pictures, galleries and videos with products)
                and ``"reviews"`` have style sheets of their own. Those widgets bring them along themselves; named here
                they come first, and nothing is seen without them even on a slow line.
            nonce: the page's Content-Security-Policy nonce, when its policy asks for one.
            integrity: add Subresource Integrity values.
            mount: path to write instead of the kit's own (an application under a prefix).

        Raises:
            ShareKitError: the files were never built.
            UnknownNameError: there is no such widget.
        """
        mount = self.mount if mount is None else mount
        wanted = (widgets,) if isinstance(widgets, str) else tuple(widgets)
        if nonce is None and (known := self._tags.get((mount, integrity, wanted))) is not None:
            return known
        shared = {"nonce": nonce or None}
        styles = Markup().join(
            self._link({"href": self.url(name, mount), "integrity": self._integrity(name, integrity), **shared})
            for name in (STYLE, *_styles_of(wanted))
        )
        script = {"src": self.url(SCRIPT, mount), "integrity": self._integrity(SCRIPT, integrity), **shared}
        tags = styles + Markup('<script{} defer data-sk-mount="{}"></script>').format(attributes(script), mount)
        if nonce is None and len(self._tags) < 64:
            self._tags[mount, integrity, wanted] = tags
        return tags

    def url(self, source: str, mount: str | None = None) -> str:
        """Address of ``"sharekit.css"``, ``"looks.css"``, ``"icons.svg"`` and so on, with its hash."""
        file = self._files.get(source)
        if file is None:
            raise ShareKitError(f"{source} was not built. Run 'python hatch_build.py' in the source checkout again.")
        return f"{self.mount if mount is None else mount}/static/{file['name']}"

    def names(self) -> list[str]:
        """The files there are, by the names they have in the source."""
        return sorted(self._files)

    def icons_url(self, mount: str | None = None) -> str:
        """Address of the icon sprite."""
        return self.url(ICONS, mount)

    def icon_url(self, icon: str, mount: str | None = None) -> str:
        """Address of one icon, for ``<use href>``.

        Parameters:
            icon: id of an icon in our sprites, or the address of one of the shop's own (``"/static/own.svg#kite"``; it
                must be on the same host, browsers refuse others). An unknown id gives an arrow that leads out.
        """
        if "#" in icon:
            return icon
        sprites: dict[str, str] = self._manifest["icons"]
        if icon not in sprites:
            icon = FALLBACK_ICON
        return f"{self.url(sprites.get(icon, ICONS), mount)}#{icon}"

    def file(self, name: str, accept_encoding: str = "") -> StaticFile | None:
        """The file of that name, in the best encoding the browser accepts; ``None`` when there is none.

        ``sharekit.css`` and ``sharekit.<hash of an older build>.css`` give today's file, not to be kept for long:
        a page that a cache still serves must not lose its style on the day of an update.

        Parameters:
            name: the last part of the address.
            accept_encoding: the request's header of that name.
        """
        source = self._source_of(name)
        if source is None:
            return None
        row = self._files[source]
        accepted = _accepted(accept_encoding)
        encoding, suffix = next((pair for pair in _ENCODINGS if pair[0] in accepted), ("", ""))
        return StaticFile(
            body=self._read(row["name"] + suffix),
            content_type=_TYPES[Path(source).suffix],
            encoding=encoding,
            etag=f'"{row["hash"]}{"-" if encoding else ""}{encoding}"',
            immutable=name == row["name"],
        )

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        path = self.folder / "manifest.json"
        try:
            manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ShareKitError(
                "The style sheet, script and icons were not built. Install the package with 'pip install .', "
                "or run 'python hatch_build.py' in the source checkout."
            ) from None
        return manifest

    @property
    def _files(self) -> dict[str, dict[str, Any]]:
        files: dict[str, dict[str, Any]] = self._manifest["files"]
        return files

    @staticmethod
    def _link(values: Mapping[str, str | None]) -> Markup:
        return Markup('<link rel="stylesheet"{}>').format(attributes(values))

    def _integrity(self, source: str, wanted: bool) -> str | None:
        return str(self._files[source]["integrity"]) if wanted else None

    def _source_of(self, name: str) -> str | None:
        if name in self._files:
            return name
        stem, _, rest = name.partition(".")
        mark, _, suffix = rest.partition(".")
        source = f"{stem}.{suffix}"
        if source not in self._files or len(mark) != len(self._files[source]["hash"]):
            return None
        return source if all(letter in "0123456789abcdef" for letter in mark) else None

    def _read(self, name: str) -> bytes:
        body = self._bodies.get(name)
        if body is None:
            body = self._bodies[name] = (self.folder / name).read_bytes()
        return body


def _styles_of(widgets: tuple[str, ...]) -> list[str]:
    """The further style sheets of these widgets, each once."""
    for name in widgets:
        if name not in STYLES:
            raise UnknownNameError("widget", str(name)[:100], STYLES)
    return list(dict.fromkeys(style for name in widgets for style in STYLES[name]))


def _accepted(header: str) -> set[str]:
    """The content codings a header accepts, among those we have (RFC 9110, section 12.5.3)."""
    weights: dict[str, bool] = {}
    for part in header[:500].lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        weights[coding] = not any(_REFUSAL.fullmatch(parameter) for parameter in parameters)
    anything = weights.get("*", False)
    return {coding for coding, _ in _ENCODINGS if weights.get(coding, anything)}
