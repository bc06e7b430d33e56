"""Build step: style, script and sprite become small files with hashed names; translations are compiled.

Runs inside every ``pip install .`` and ``python -m build``. In a source checkout run it by hand after a change::

    python hatch_build.py

Packages needed: those of ``[build-system] requires`` in ``pyproject.toml``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = Path("src", "sharekit")
SUFFIXES = {".css", ".js", ".svg"}
HASH_LENGTH = 10
MANIFEST = "manifest.json"


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it packs the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build in place; the results are named as artifacts in ``pyproject.toml``."""
        build(Path(self.root) / PACKAGE)


def build(package: Path) -> None:
    """Build everything that belongs into the package folder ``package``."""
    build_assets(package / "static" / "sharekit")
    compile_translations(package / "locale")


def build_assets(folder: Path) -> dict[str, Any]:
    """Minify, hash and compress the files in ``folder`` into ``folder/dist``, and write its manifest.

    The manifest is written last and in one step, so a reader never meets names whose files are not there.

    Returns:
        The manifest: per source file its hashed name, its size in bytes plain and compressed, its integrity value
        (https://www.w3.org/TR/SRI/); and for each icon the sprite that holds it.
    """
    dist = folder / "dist"
    dist.mkdir(exist_ok=True)
    files: dict[str, Any] = {}
    icons: dict[str, str] = {}
    written = {MANIFEST}
    for path in sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES):
        source = path.name
        text = _minify(source, _fill(path.read_text(encoding="utf-8"), files))
        if path.suffix == ".svg":
            icons |= dict.fromkeys(re.findall(r'<symbol\b[^>]*?\bid="([^"]+)"', text), source)
        body = text.encode()
        digest = hashlib.sha256(body).hexdigest()[:HASH_LENGTH]
        stem, _, suffix = source.rpartition(".")
        name = f"{stem}.{digest}.{suffix}"
        forms = {name: body, f"{name}.br": _brotli(body), f"{name}.gz": gzip.compress(body, 9, mtime=0)}
        for form, content in forms.items():
            _write(dist / form, content)
        written.update(forms)
        files[source] = {
            "name": name,
            "hash": digest,
            "size": len(body),
            "br": len(forms[f"{name}.br"]),
            "gz": len(forms[f"{name}.gz"]),
            "integrity": "sha384-" + b64encode(hashlib.sha384(body).digest()).decode(),
        }
    manifest = {"files": files, "icons": icons}
    _write(dist / MANIFEST, json.dumps(manifest, indent=1).encode())
    for old in dist.iterdir():
        if old.name not in written and not old.name.endswith(".tmp"):
            old.unlink(missing_ok=True)
    return manifest


def compile_translations(folder: Path) -> None:
    """Compile every ``<language>/LC_MESSAGES/sharekit.po`` under ``folder`` to its ``.mo``."""
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(folder.glob("*/LC_MESSAGES/sharekit.po")):
        language = source.parent.parent.name
        with source.open("rb") as lines:
            catalogue = read_po(lines, locale=language, domain="sharekit", abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        _write(source.with_suffix(".mo"), compiled.getvalue())


def _fill(text: str, files: dict[str, Any]) -> str:
    """Write what a source only asks for: the grid of places on a picture, and the hashed names of files it imports.

    Files are built in alphabetical order, so one that imports comes after those it imports.
    """
    text = re.sub(r"/\* @grid\b.*?\*/", lambda _: _grid(), text, flags=re.DOTALL)
    return re.sub(r'import\("\./(.+?)"\)', lambda found: f'import("./{files[found[1]]["name"]}")', text)


def _grid() -> str:
    """``.sk-x7{--x:.35}.sk-x-5{--x-:.025}``: tens and units of a step, 200 of which are the whole picture.

    Numbers without a unit, of which the rules make percentages or lengths. One class for each of the steps would say
    the same with one class less in the HTML and six times the style sheet.
    """
    return "".join(
        f".sk-{axis}{mark}{digit}{{--{axis}{mark}:{_fraction(digit / whole)}}}"
        for axis in "xy"
        for mark, digits, whole in (("", 21, 20), ("-", 10, 200))
        for digit in range(digits)
    )


def _fraction(value: float) -> str:
    """``.375`` for 0.375: the shortest form in a style sheet."""
    return f"{value:.3f}".rstrip("0").rstrip(".").removeprefix("0") or "0"


def _minify(name: str, text: str) -> str:
    if name.endswith(".css"):
        import rcssmin

        return str(rcssmin.cssmin(text))
    if name.endswith(".js"):
        import rjsmin

        return str(rjsmin.jsmin(text))
    without_comments = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return re.sub(r">\s+<", "><", without_comments).strip()


def _brotli(body: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=11))


def _write(path: Path, content: bytes) -> None:
    """Replace a file in one step; leave it alone when nothing changed."""
    if path.exists() and path.read_bytes() == content:
        return
    draft = path.with_name(f"{path.name}.tmp")
    draft.write_bytes(content)
    draft.replace(path)


if __name__ == "__main__":
    build(Path(__file__).parent / PACKAGE)
