"""Make the icon sprites from the published SVG files of Simple Icons and Bootstrap Icons.

Run by hand when a glyph changes; the sprites are kept in the repository, so building needs neither folder::

    npm pack simple-icons@16.37.0 bootstrap-icons@1.13.2      # and unpack both
    python tools/make_icons.py SIMPLE_ICONS_FOLDER BOOTSTRAP_ICONS_FOLDER

Paths are scaled to a grid of whole numbers and shortened by SVGO (``npx svgo``): at the 20 to 32 pixels a glyph is
shown, the difference cannot be seen, and the sprite is a third of the size.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "src" / "sharekit" / "static" / "sharekit"
GRID = 100  # steps along a side: 5 to a pixel at 20 px
SVGO = "npx --yes svgo@4"
SVGO_CONFIG = 'export default {multipass: true, floatPrecision: 0, plugins: ["preset-default"]};\n'

# A page loads only the sprites whose glyphs it shows: the networks shown by default with the signs of the controls,
# other social networks, and all others.
# Where a glyph comes from: "simple:" and "bootstrap:" name a file, "own:" a drawing below.
COMMON = {
    "whatsapp": "simple:whatsapp",
    "facebook": "simple:facebook",
    "x": "simple:x",
    "pinterest": "simple:pinterest",
    "telegram": "simple:telegram",
    "bluesky": "simple:bluesky",
    "email": "own:email",
    "copy": "own:copy",
    "native": "own:native",
    "qr": "own:qr",
    "more": "own:more",
    "check": "own:check",
}
MORE = {
    "linkedin": "bootstrap:linkedin",
    "reddit": "simple:reddit",
    "threads": "simple:threads",
    "mastodon": "simple:mastodon",
    "fediverse": "own:fediverse",
    "messenger": "simple:messenger",
    "tumblr": "simple:tumblr",
    "sms": "own:sms",
    "print": "own:print",
    "link": "own:link",
}
RARE = {
    "line": "simple:line",
    "vk": "simple:vk",
    "ok": "simple:odnoklassniki",
    "weibo": "simple:sinaweibo",
    "qzone": "simple:qzone",
    "hackernews": "simple:ycombinator",
    "flipboard": "simple:flipboard",
    "xing": "simple:xing",
    "viber": "simple:viber",
    "teams": "bootstrap:microsoft-teams",
    "instapaper": "simple:instapaper",
    "hatena": "simple:hatenabookmark",
    "raindrop": "own:raindrop",
    "threema": "simple:threema",
    "diaspora": "simple:diaspora",
    "evernote": "simple:evernote",
    "ai": "own:sparkle",  # one sign for all assistants: their marks are intricate, and each is told by its name
}

# Drawn for this library on a 24 px square, as strokes of 2 px.
OWN = {
    "email": '<rect x="2.5" y="4.5" width="19" height="15" rx="2.5"/><path d="m3.5 7 8.5 6 8.5-6"/>',
    "sms": '<path d="M5 4.5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-4.5 4v-4H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z'
    'M8 10.5h.01m3.99 0h.01m3.99 0h.01"/>',
    "copy": '<path d="m9.5 14.5 5-5M11 6.5l2-2a4.6 4.6 0 0 1 6.5 6.5l-2 2M13 17.5l-2 2A4.6 4.6 0 0 1 4.5 13l2-2"/>',
    "native": '<circle cx="18" cy="5" r="2.5"/><circle cx="6" cy="12" r="2.5"/><circle cx="18" cy="19" r="2.5"/>'
    '<path d="m8.2 10.7 7.6-4.4m-7.6 7 7.6 4.4"/>',
    "print": '<path d="M7 8V3.5h10V8M7 17H5a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2h-2'
    'M7 14h10v6.5H7z"/>',
    "qr": '<path d="M4 4h6v6H4zm10 0h6v6h-6zM4 14h6v6H4zm10 0h2v2m4-2v.01M14 20h.01M18 18v2h2"/>',
    "more": '<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "fediverse": '<path d="m12 4 8.5 6-3.2 10H6.7L3.5 10zm0 0L6.7 20l13.8-10h-17l13.8 10z" stroke-width="1.5"/>',
    "raindrop": '<path d="M12 3c3.5 4.3 6 7.4 6 11a6 6 0 0 1-12 0c0-3.6 2.5-6.7 6-11z"/>',
    "sparkle": '<path d="M11 5c.7 4.6 2.4 6.3 7 7-4.6.7-6.3 2.4-7 7-.7-4.6-2.4-6.3-7-7 4.6-.7 6.3-2.4 7-7z'
    'M19 3v4m2-2h-4"/>',
    "link": '<path d="M9 5.5H5.5a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V15M14 3.5h6.5V10M20 4l-9 9"/>',
}
STROKE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
# Margins, in steps: brands fill their square to the edge, our strokes do not, and a full square looks bigger
# than a disc of the same side.
MARGIN = 4
SQUARES = {"linkedin": 9, "hackernews": 9, "flipboard": 9, "hatena": 7, "vk": 7}


def shorten(svg: str, command: list[str]) -> str:
    """What is inside the ``<svg>`` after SVGO went over it."""
    done = subprocess.run([*command, "-i", "-", "-o", "-"], input=svg, capture_output=True, text=True, check=True)  # noqa: S603
    inner = re.search(r"<svg[^>]*>(.*)</svg>", done.stdout, re.DOTALL)
    if inner is None:
        raise SystemExit(f"SVGO gave no picture: {done.stdout[:200]!r}")
    return inner[1]


def brand(file: Path, command: list[str]) -> str:
    """The paths of a published glyph on our grid."""
    text = file.read_text(encoding="utf-8")
    box = re.search(r'viewBox="0 0 (\d+) \1"', text)
    paths = re.findall(r'<path\b[^>]*\bd="([^"]+)"', text)
    if box is None or not paths:
        raise SystemExit(f"{file} is not a square glyph made of paths.")
    drawn = "".join(f'<path d="{path}"/>' for path in paths)
    return shorten(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}">'
        f'<g transform="scale({GRID / int(box[1])})">{drawn}</g></svg>',
        command,
    )


def symbol(key: str, source: str, folders: dict[str, Path], command: list[str]) -> str:
    """One ``<symbol>`` of a sprite."""
    kind, _, name = source.partition(":")
    if kind == "own":
        return f'<symbol id="{key}" viewBox="0 0 24 24" {STROKE}>{OWN[name]}</symbol>'
    edge = SQUARES.get(key, MARGIN)
    box = f"-{edge} -{edge} {GRID + 2 * edge} {GRID + 2 * edge}"
    return f'<symbol id="{key}" viewBox="{box}">{brand(folders[kind] / "icons" / f"{name}.svg", command)}</symbol>'


def main() -> None:
    """Write the sprites into the package."""
    parser = argparse.ArgumentParser(description="Make the icon sprites.")
    parser.add_argument("simple", type=Path, help="unpacked folder of simple-icons")
    parser.add_argument("bootstrap", type=Path, help="unpacked folder of bootstrap-icons")
    parser.add_argument("--svgo", default=SVGO, help="command that runs SVGO (default: %(default)s)")
    options = parser.parse_args()
    folders = {"simple": options.simple, "bootstrap": options.bootstrap}
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "svgo.config.mjs"
        config.write_text(SVGO_CONFIG, encoding="utf-8")
        command = [*shlex.split(options.svgo), "--config", str(config)]
        for file, table in (("icons.svg", COMMON), ("icons-more.svg", MORE), ("icons-rare.svg", RARE)):
            symbols = "\n".join(symbol(key, source, folders, command) for key, source in table.items())
            text = f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'
            (STATIC / file).write_text(text, encoding="utf-8")
            sys.stdout.write(f"{file}: {len(table)} glyphs, {len(text)} bytes\n")


if __name__ == "__main__":
    main()
