"""No framework at all: a page with share buttons, and the kit's own app beside it, on the standard library's server."""

from __future__ import annotations

import os
from wsgiref.simple_server import make_server
from wsgiref.util import shift_path_info

from markupsafe import Markup

from sharekit import Product, ShareKit

PORT = int(os.environ.get("PORT", "8000"))
kit = ShareKit(base_url=f"http://127.0.0.1:{PORT}")
cup = Product(id="cup", title="Blue cup", url="/p/cup", price="12.50", currency="EUR", description="Holds tea.")
PAGE = Markup(
    '<!doctype html><html lang="en"><head><title>{title}</title>{meta}{assets}</head>'
    "<body><h1>{title}</h1>{buttons}</body></html>"
)


def app(environ, start_response):
    """Paths under /sharekit are the kit's; every other one shows the cup."""
    if environ["PATH_INFO"].startswith("/sharekit/"):
        shift_path_info(environ)  # the mount moves from PATH_INFO to SCRIPT_NAME, as a dispatcher does it
        return kit.wsgi_app(environ, start_response)
    buttons = kit.share_buttons(cup, placement="product")
    page = PAGE.format(title=cup.title, meta=kit.meta(cup), assets=kit.assets(), buttons=buttons)
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [page.encode()]


if __name__ == "__main__":
    with make_server("127.0.0.1", PORT, app) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
