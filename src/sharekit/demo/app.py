"""The demo shop as an app: its kit, its headers, its pages."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from sharekit.demo import DATA_DIR
from sharekit.demo.catalog import Catalog, Ware
from sharekit.demo.catalog_files import load_catalog
from sharekit.demo.own import OwnShop, own_shop
from sharekit.demo.own_reviews import seed
from sharekit.demo.pages_looks import looks
from sharekit.demo.pages_orders import orders
from sharekit.demo.pages_report import report
from sharekit.demo.pages_reviews import Mailbox, reviews, whoever_sits_here
from sharekit.demo.pages_shop import shop
from sharekit.demo.words import money, teaser
from sharekit.events.signing import derive_key, secret_keys
from sharekit.integrations.flask import FlaskShareKit
from sharekit.products import Product, Shareable

HERE = Path(__file__).parent
TOOLS = (
    "HeadlessChrome", "curl", "python-requests", "Python-urllib", "python-httpx", "aiohttp", "Wget", "wrk",
)  # fmt: skip
"""Whoever opens a demo on their own machine with one of these is trying it out; crawlers stay crawlers."""
NETWORKS = (
    "whatsapp", "pinterest", "facebook", "x", "bluesky", "mastodon", "telegram", "linkedin", "reddit",
    "email", "copy", "native", "print", "qr",
)  # fmt: skip


REVIEW_POLICY = {
    "attributes": [{"key": "for", "label": "Who did you buy it for?", "options": ["Myself", "Somebody else"]}],
    "incentives": ["sample", "gifted", "discount"],
    "staff_reviews": True,
    "confirm_mails": 100,
}
"""As a shop of this kind might decide; more mails, because the demo is tried out by one person."""


def make_app(
    catalog_file: str | Path | None, data_dir: str | Path | None, base_url: str, settings: Mapping[str, Any]
) -> Flask:
    """See :func:`sharekit.demo.create_app`."""
    own = None if catalog_file else own_shop()
    catalog = own.catalog if own else load_catalog(catalog_file or "")
    app = Flask("sharekit.demo", root_path=str(HERE), static_folder="static", template_folder="templates")
    app.extensions["shop"] = Shop(catalog, own)
    app.extensions["mailbox"] = mailbox = Mailbox()
    kit = FlaskShareKit(**_settings(catalog, data_dir, base_url, mailbox, settings)).init_app(app)
    if own:
        seed(kit.desk)
    product_of = {ware.product.id: ware.product for ware in catalog.wares}.get
    FlaskShareKit().moderation(app, whoever_sits_here, product=product_of)
    app.config.update(
        SECRET_KEY=derive_key(secret_keys(kit.settings), "demo basket"),
        SESSION_COOKIE_NAME="demo_basket",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=timedelta(days=1),
        MAX_CONTENT_LENGTH=128 * 1024,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(money=money, teaser=teaser)
    app.jinja_env.globals.update(
        shop=app.extensions["shop"],
        networks=NETWORKS,
        static=_versioned(app),
        plural=lambda n, one, many: one if n == 1 else many,
    )
    for blueprint in (shop, looks, orders, report, reviews):
        app.register_blueprint(blueprint)
    app.before_request(_refuse_other_sites)
    app.after_request(_headers_for(catalog))
    app.register_error_handler(HTTPException, _error_page)
    return app


class Shop:
    """What pages ask of the shop they belong to.

    Parameters:
        catalog: what is sold.
        own: the shop in the package, when that is the one shown.
    """

    def __init__(self, catalog: Catalog, own: OwnShop | None) -> None:
        self.catalog = catalog
        self.own = own
        self.name = catalog.name
        self.stories = {story.slug: story for story in own.stories} if own else {}

    def title_of(self, product_id: str) -> tuple[str, str]:
        """Title and address of a product or story by its id; the id itself and no address when it is unknown."""
        return self._pages.get(product_id, (product_id, ""))

    def picture_of(self, picture_id: str) -> tuple[str, str]:
        """Title and address of a tagged picture by its id; the id itself and no address when it is unknown."""
        title = self.own.looks.titles.get(picture_id) if self.own else None
        return (title, f"/looks/#{self.own.looks.section_of(picture_id)}") if self.own and title else (picture_id, "")

    def tagged(self, picture_id: str, tag: int) -> str:
        """What is tagged there, in words; empty when that is unknown."""
        pictures = {one.id: one for one in self.own.looks.shown} if self.own else {}
        picture = pictures.get(picture_id)
        if picture is None or not 0 < tag <= len(picture.tags):
            return ""
        return ", ".join(product.title for product in picture.tags[tag - 1].products)

    @cached_property
    def _pages(self) -> Mapping[str, tuple[str, str]]:
        items: list[Product | Shareable] = [ware.product for ware in self.catalog.wares]
        items += [story.page for story in self.stories.values()]
        items += [self.own.looks.page] if self.own else []
        return {item.id: (item.title, item.url) for item in items}


def _settings(
    catalog: Catalog, data_dir: str | Path | None, base_url: str, mailbox: Mailbox, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """The kit's settings: the demo's, unless the environment says otherwise, and above both the caller's."""
    demo: dict[str, Any] = {
        "base_url": base_url,
        "data_dir": DATA_DIR,
        "networks": NETWORKS,
        "site_name": catalog.name,
        "utm_campaign": "demo",
        "count_agents": TOOLS,
        "mail": mailbox.put,
        "review_policy": REVIEW_POLICY,
        "rate_limit": None,  # whoever floods a demo on their own machine is measuring it
    }
    chosen = {name: value for name, value in demo.items() if f"SHAREKIT_{name.upper()}" not in os.environ}
    if data_dir is not None:
        chosen["data_dir"] = data_dir
    # Templates pass wares as they are; this is how a shop's own model would be taught to the kit.
    return chosen | {"adapt": lambda item: item.product if isinstance(item, Ware) else item} | dict(settings)


def _headers_for(catalog: Catalog) -> Any:
    """Headers of every answer. Pictures may come from the hosts a user's own catalogue names, nothing else may."""
    pictures = f"; img-src 'self' {' '.join(catalog.picture_hosts)}" if catalog.picture_hosts else ""
    policy = (
        f"default-src 'self'{pictures}; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
    )

    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        if response.mimetype == "text/html":
            headers.setdefault("Cache-Control", "no-cache")
        return response

    return add


def _refuse_other_sites() -> None:
    """Forms are taken from the shop's own pages only. The kit judges posts below its mount itself."""
    if request.method != "POST" or request.blueprint == "sharekit":
        return
    site, origin = request.headers.get("Sec-Fetch-Site", ""), request.headers.get("Origin", "")
    foreign = site not in {"", "same-origin", "none"}
    if foreign or (not site and origin and urlsplit(origin).netloc != request.host):
        abort(403, "This form was sent from another site.")


def _error_page(error: HTTPException) -> Any:
    if error.response is not None or request.blueprint == "sharekit":
        return error
    said = error.description if error.description != type(error).description else ""
    page = render_template("error.html", code=error.code or 500, name=error.name, text=said)
    return page, error.code or 500, {"Cache-Control": "no-store"}


def _versioned(app: Flask) -> Any:
    """Address of a static file, with a hash of its content so that a newer release shows at once."""
    known: dict[str, str] = {}

    def static(name: str) -> str:
        if name not in known:
            digest = hashlib.blake2b((HERE / "static" / name).read_bytes(), digest_size=5).hexdigest()
            known[name] = digest
        return url_for("static", filename=name, v=known[name])

    return static
