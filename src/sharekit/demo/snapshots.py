"""Snapshots by customers of the demo's own shop, drawn: nobody was photographed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 1200, 900


def snapshot(name: str) -> BinaryIO:
    """The drawing of that name as a JPEG file, as a telephone would have sent it."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (WIDTH, HEIGHT), "#e9dcc3")
    _DRAWN[name](ImageDraw.Draw(picture))
    file = BytesIO()
    picture.save(file, "JPEG", quality=88)
    file.seek(0)
    return file


def _mug(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, 560), fill="#9fb8c4")
    draw.rectangle((120, 60, 1080, 500), fill="#dfe9ea", outline="#f7f3ea", width=26)
    draw.line((600, 60, 600, 500), fill="#f7f3ea", width=20)
    draw.polygon([(133, 430), (420, 380), (760, 420), (1067, 370), (1067, 487), (133, 487)], fill="#8aa892")
    draw.rectangle((0, 560, WIDTH, HEIGHT), fill="#b98a5c")
    draw.ellipse((360, 740, 860, 830), fill="#94693f")
    draw.arc((700, 430, 910, 690), -100, 110, fill="#efe9dc", width=44)
    draw.rounded_rectangle((400, 380, 790, 790), 60, fill="#f4efe4")
    draw.polygon([(400, 560), (500, 590), (560, 575), (640, 600), (790, 565), (790, 740), (740, 790), (450, 790),
                  (400, 740)], fill="#5f8f86")  # fmt: skip
    draw.ellipse((400, 345, 790, 430), fill="#e6dece")
    draw.ellipse((428, 358, 762, 420), fill="#5b3a24")
    for x in (520, 600, 680):
        draw.arc((x - 20, 180, x + 20, 260), 90, 270, fill="#ffffff", width=8)
        draw.arc((x - 20, 250, x + 20, 330), -90, 90, fill="#ffffff", width=8)


def _bowl(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#d9c7b0")
    for x in range(0, WIDTH, 120):
        draw.rectangle((x, 0, x + 30, HEIGHT), fill="#c9493a" if x % 240 else "#f1e6d4")
    draw.ellipse((270, 120, 930, 780), fill="#f3eee2")
    draw.ellipse((310, 160, 890, 740), fill="#a9cdd0")
    draw.ellipse((380, 230, 820, 670), fill="#3f7f96")
    draw.ellipse((430, 280, 770, 620), fill="#efe2c4")
    for x, y in ((520, 360), (600, 420), (680, 380), (560, 500), (650, 520)):
        draw.ellipse((x, y, x + 56, y + 56), fill="#3c3f73")
    draw.line((980, 160, 820, 420), fill="#b9b9b9", width=26)
    draw.ellipse((950, 90, 1050, 210), fill="#c9c9c9")


def _candle(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#1d2536")
    for radius, tone in ((420, "#2c3346"), (300, "#4a4350"), (190, "#7d6150")):
        draw.ellipse((600 - radius, 300 - radius, 600 + radius, 300 + radius), fill=tone)
    draw.rectangle((0, 720, WIDTH, HEIGHT), fill="#3b2c25")
    draw.ellipse((380, 730, 820, 810), fill="#d8d2c2")
    for step, tone in enumerate(("#c9493a", "#f4efe4", "#c9493a", "#f4efe4")):
        top, narrow = 660 - 90 * step, 12 * step
        draw.rectangle((500 + narrow, top, 700 - narrow, top + 110), fill=tone)
    draw.ellipse((570, 250, 630, 400), fill="#ffd27a")
    draw.ellipse((585, 300, 615, 390), fill="#fff4d2")


def _blanket(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#c7b9a4")
    draw.rounded_rectangle((60, 330, 1140, 860), 80, fill="#5d6a72")
    for y, tone in ((380, "#c96a3a"), (480, "#24344d"), (580, "#e7dcc8"), (680, "#24344d")):
        draw.rectangle((60, y, 1140, y + 60), fill=tone)
    draw.ellipse((420, 250, 860, 560), fill="#1c1c1f")
    draw.ellipse((730, 220, 930, 410), fill="#1c1c1f")
    draw.polygon([(755, 260), (770, 170), (830, 235)], fill="#1c1c1f")
    draw.polygon([(850, 235), (905, 170), (915, 270)], fill="#1c1c1f")
    draw.arc((780, 300, 820, 330), 0, 180, fill="#e7dcc8", width=6)
    draw.arc((850, 300, 890, 330), 0, 180, fill="#e7dcc8", width=6)
    draw.arc((330, 420, 560, 600), 90, 250, fill="#1c1c1f", width=44)


def _tote(draw: ImageDraw) -> None:
    draw.rectangle((0, 0, WIDTH, HEIGHT), fill="#a8c3bd")
    draw.rectangle((0, 680, WIDTH, HEIGHT), fill="#8e9aa0")
    for x in (420, 480, 540):
        draw.rectangle((x, 90, x + 34, 420), fill="#7fa65a")
        draw.polygon([(x - 30, 100), (x + 17, 20), (x + 64, 100), (x + 17, 210)], fill="#4f7d3c")
    draw.ellipse((640, 190, 840, 430), fill="#c9903f")
    draw.arc((480, 210, 760, 560), 180, 360, fill="#d9ccb0", width=30)
    draw.polygon([(340, 370), (900, 370), (860, 800), (380, 800)], fill="#efe6d2")
    draw.polygon([(470, 610), (780, 610), (740, 680), (510, 680)], fill="#24344d")
    draw.rectangle((550, 550, 700, 610), fill="#c9493a")
    draw.rectangle((600, 490, 640, 550), fill="#24344d")
    draw.line((430, 710, 820, 710), fill="#3f7f96", width=12)


_DRAWN = {"mug": _mug, "bowl": _bowl, "candle": _candle, "blanket": _blanket, "tote": _tote}
