"""A web node: one page with share buttons, and the kit's own app. Settings come from the environment."""

from __future__ import annotations

from wsgiref.util import shift_path_info

from markupsafe import Markup

from sharekit import Product, ShareKit

kit = ShareKit()
kit.flush_on_signals()
cup = Product(id="cup", title="Blue cup", url="/p/cup", price="12.50", currency="EUR", description="Holds tea.")
PAGE = Markup(
    '<!doctype html><html lang="en"><head><title>{title}</title>{meta}{assets}</head>'
    "<body><h1>{title}</h1>{buttons}</body></html>"
)


def app(environ, start_response):
    """Paths under /sharekit are the kit's; every other one shows the cup."""
    if environ["PATH_INFO"].startswith("/sharekit/"):
        shift_path_info(environ)
        return kit.wsgi_app(environ, start_response)
    buttons = kit.share_buttons(cup, placement="product")
    page = PAGE.format(title=cup.title, meta=kit.meta(cup), assets=kit.assets(), buttons=buttons)
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [page.encode()]
