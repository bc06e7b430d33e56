"""Make the demo shop's film from its drawings.

Run by hand when a drawing changes; the film is kept in the repository, so neither building nor the demo needs this.
It takes Playwright, a Chromium, and ffmpeg with VP9 and H.264::

    python tools/make_film.py [--chromium /usr/bin/chromium]

Three scenes of 640 × 800: a kettle pours and a carafe fills, a mug steams before a rising sun, a cat breathes. Each
frame is drawn for its moment, so the film is the same each time.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent.parent / "src" / "sharekit" / "demo" / "static"
FILM = STATIC / "films" / "slow-coffee"
SCENES = {"a": "pour-over-set", "b": "dune-mug", "c": "north-sea-blanket"}
FRAMES_A_SECOND = 20
SECONDS = 9.6
SIZE = {"width": 640, "height": 800}

STYLE = """
body { margin: 0; overflow: hidden; }
div { position: absolute; inset: 0; }
svg { width: 640px; height: 800px; display: block; }
"""
# Parts of the drawings are found by how their paths begin.
SCRIPT = """
const all = (scene) => [...document.querySelectorAll(`#${scene} svg *`)].filter((part) => !part.closest("defs"));
const [A, B, C] = ["a", "b", "c"].map(all);
const begins = (parts, ...starts) =>
  starts.map((start) => parts.find((part) => (part.getAttribute("d") || "").startsWith(start)));
const kettle = begins(A, "M800 0L470", "M500 50L800");
const [stream, drop] = begins(A, "M392 262C392", "M392 560v190");
const steam = [...begins(A, "M310 210", "M350 210"), ...begins(B, "M286 430", "M354 430", "M420 430")];
const glass = A.find((part) => part.getAttribute("clip-path") === "url(#ac1)");
const coffee = [...glass.children].filter((part) => !(part.getAttribute("d") || "").startsWith("M262 850"));
const sun = B.filter((part) => part.tagName === "circle" && part.getAttribute("r") === "262");
const first = C.findIndex((part) => part.getAttribute("fill") === "#1A2536");
const cat = C.slice(first, first + 9);

const ease = (x) => { x = Math.min(Math.max(x, 0), 1); return x * x * (3 - 2 * x); };
const part = (now, from, to) => ease((now - from) / (to - from));
const move = (parts, x, y) => parts.forEach((one) => one.setAttribute("transform", `translate(${x} ${y})`));
const show = (one, visible) => { one.style.visibility = visible ? "visible" : "hidden"; };
const place = (scene, y) => {
  const box = document.getElementById(scene);
  box.style.transform = `translateY(${y}px)`;
  show(box, Math.abs(y) < 800);
};
stream.setAttribute("pathLength", "1");

window.frame = (now) => {
  const away = 1 - part(now, 0.1, 0.7) + part(now, 3.8, 4.4);
  move(kettle, 360 * away, -90 * away);
  const poured = part(now, 0.7, 1.05), ended = part(now, 3.5, 3.8);
  stream.setAttribute("stroke-dasharray", `${Math.max(poured - ended, 0)} 2`);
  stream.setAttribute("stroke-dashoffset", `${poured - 1}`);
  show(stream, poured - ended > 0.01);
  const empty = 150 * (1 - part(now, 1.1, 4.2));
  move(coffee, 0, empty);
  drop.setAttribute("d", `M392 560v${190 + empty}`);
  show(drop, now > 1 && now < 4.5);
  steam.forEach((one, number) => {
    move([one], 8 * Math.sin(now * 2.2 + number * 1.2), 6 * Math.sin(now * 1.7 + number * 1.2));
    one.setAttribute("opacity", 0.88 * (number < 2 ? part(now, 1.2, 2) : 1));
  });
  move(sun, 0, 60 * (1 - part(now, 4.4, 7)));
  const breath = 1 + 0.022 * Math.sin((now - 6.9) * 2.4);
  cat.forEach((one) => one.setAttribute("transform", `translate(0 ${414 * (1 - breath)}) scale(1 ${breath})`));
  const second = part(now, 4.4, 5), third = part(now, 6.9, 7.5); // each scene comes up like a tide
  place("a", second < 1 ? -240 * second : 800);
  place("b", third < 1 ? 800 * (1 - second) - 240 * third : 800);
  place("c", 800 * (1 - third));
};
"""


def scene(key: str, name: str) -> str:
    """A drawing, with ids of its own."""
    drawing = (STATIC / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
    return re.sub(r"(id=\"|url\(#)(c\d)", rf"\1{key}\2", drawing)


def draw(folder: Path, chromium: str | None) -> None:
    """Every frame as a PNG."""
    scenes = "".join(f'<div id="{key}">{scene(key, name)}</div>' for key, name in SCENES.items())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        page.set_content(f"<style>{STYLE}</style>{scenes}")
        page.evaluate(SCRIPT)
        for number in range(int(SECONDS * FRAMES_A_SECOND)):
            page.evaluate("now => frame(now)", number / FRAMES_A_SECOND)
            page.screenshot(path=folder / f"{number:03}.png")
        browser.close()


def encode(folder: Path) -> None:
    """WebM in two passes, and H.264 for browsers that want that."""
    frames = ["-loglevel", "error", "-y", "-framerate", str(FRAMES_A_SECOND), "-i", str(folder / "%03d.png"), "-an"]
    vp9 = ["-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-b:v", "0", "-crf", "38", "-g", "100"]
    log = ["-passlogfile", str(folder / "pass")]
    h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "veryslow", "-tune", "animation", "-crf", "27"]
    for output in (
        [*vp9, *log, "-pass", "1", "-f", "null", "/dev/null"],
        [*vp9, *log, "-pass", "2", "-deadline", "best", "-lag-in-frames", "25", f"{FILM}.webm"],
        [*h264, "-profile:v", "main", "-movflags", "+faststart", "-map_metadata", "-1", f"{FILM}.mp4"],
    ):
        subprocess.run(["ffmpeg", *frames, *output], check=True)  # noqa: S603, S607 (our own words, a tool on the path)


def main() -> None:
    """Draw and encode."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="path of a Chromium")
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), parser.parse_args().chromium)
        encode(Path(folder))


if __name__ == "__main__":
    main()
