"""What a page loads for share buttons: bytes as they travel, compressed with brotli.

    python hatch_build.py && python benchmarks/weight.py

Rows: the files of a page with the default buttons; the same with every network there is; everything for share buttons
and product tags; what reviews add to a page. Pages of the library's own (the form of a review, the fediverse chooser,
the tag editor, the moderators' page) are left out.
shareon 2.8.1 (script and style sheet with the icons inside, brotli 11) is 8,229 B, for share buttons alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec

from sharekit.config import Settings
from sharekit.networks.registry import Networks
from sharekit.products import Product
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share import share_buttons

SHAREON = 8_229
TARGETS = {
    "share buttons, default networks": 5_000,
    "of that, the script": 4_000,
    "share buttons and product tags": 12_000,
    "what reviews add": 4_500,
}
REVIEWS = ["reviews.css", "reviews.js"]
PAGES = frozenset({"desk.css", "editor.css", "editor.js", "page.css"})
"""Of pages of the library's own."""
ITEM = Product(id="mug-1", title="Stoneware mug", url="/p/mug-1", image="/img/mug.jpg")


def main() -> None:
    """Print the table."""
    settings = Settings.load(base_url="https://shop.example")
    assets = Assets(settings.mount)
    context = WidgetContext(
        settings=settings,
        networks=Networks(),
        environment=make_environment(),
        assets=assets,
        share_key=b"k" * 32,
        sign=lambda payload: "token",
        counts=lambda product_id: {},
    )
    extra = ("copy", "native", "print", *(("qr",) if find_spec("segno") else ()))
    live = tuple(row.key for row in Networks().live() if row.status != "needs_app_id")
    tags = assets.tags()
    default = _files(assets, tags + share_buttons(context, ITEM))
    every = _files(assets, tags + share_buttons(context, ITEM, networks=(*live, *extra)))
    rows = [
        ("share buttons, default networks", default),
        ("of that, the script", [name for name in default if name.endswith(".js")]),
        ("share buttons, all networks", every),
        ("share buttons and product tags", [name for name in assets.names() if name not in {*REVIEWS, *PAGES}]),
        ("what reviews add", REVIEWS),
    ]
    print(f"{'what':34}{'files':>6}{'plain B':>10}{'gzip B':>9}{'brotli B':>10}{'target B':>10}{'of shareon':>12}")
    for what, names in rows:
        plain, gz, br = (_weigh(assets, names, encoding) for encoding in ("", "gzip", "br"))
        target = TARGETS.get(what)
        print(f"{what:34}{len(names):>6}{plain:>10}{gz:>9}{br:>10}{target or '':>10}{br / SHAREON:>11.2f} x")
    for name in assets.names():
        plain, gz, br = (_weigh(assets, [name], encoding) for encoding in ("", "gzip", "br"))
        print(f"  {name:38}{plain:>10}{gz:>9}{br:>10}")


def _files(assets: Assets, html: str) -> list[str]:
    """The source names of the files that a page with this HTML loads."""
    return [name for name in assets.names() if re.search(rf'["(]{re.escape(assets.url(name))}["#]', html)]


def _weigh(assets: Assets, names: Iterable[str], encoding: str = "") -> int:
    files = [assets.file(name, encoding) for name in names]
    return sum(len(file.body) for file in files if file is not None)


if __name__ == "__main__":
    main()
