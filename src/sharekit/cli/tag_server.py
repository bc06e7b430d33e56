"""The server behind ``sharekit-web tag``. It listens on this computer only, and knows one person: who has the address.

Other programs on this computer, and other pages in the same browser, can reach a loopback port too. So every address
begins with a secret; the ``Host`` must be ours (a page whose name is rebound to 127.0.0.1 sends its own); and a post
must come from our own page.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from hmac import compare_digest
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from sharekit.cli.tag_files import Desk, products_of
from sharekit.demo.catalog import Catalog
from sharekit.exceptions import ConfigError, ShareKitError
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.web.http import MAX_BODY, Request, Response, json_response, refuse, too_large
from sharekit.web.wsgi import WsgiApp
from sharekit.widgets.editor import card, edited_picture, editor_markup

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
MAX_FOUND = 50
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
PICTURE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"
"""A drawing (SVG) opened by its own address must not run a script beside the editor."""
_SAFE = (
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
)


class TagApp:
    """Answers the editor's requests.

    Parameters:
        desk: the picture and its file.
        catalog: what can be tagged; without one, products are typed in.
        token: the secret in the address.
        say: tells whoever started it what happened.
    """

    def __init__(self, desk: Desk, catalog: Catalog | None, *, token: str, say: Callable[[str], None]) -> None:
        self.desk = desk
        self.port = 0
        self._catalog = catalog
        self._products = products_of(catalog)
        self._token = token
        self._say = say
        self._mount = f"/{token}"
        self._assets = Assets(self._mount)
        self._environment = make_environment()

    @property
    def address(self) -> str:
        """Where the editor is."""
        return f"http://{HOST}:{self.port}{self._mount}/"

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.header("host") not in {f"{name}:{self.port}" for name in NAMES}:
            return refuse(421, "wrong_host", f"Open the editor by its own address, which begins with http://{HOST}.")
        token, slash, path = request.path.removeprefix("/").partition("/")
        if not (compare_digest(token.encode(), self._token.encode()) and slash):
            return refuse(404, "not_found", "Open the address that sharekit-web tag printed.")
        if request.method in {"GET", "HEAD"}:
            return self._get(request, path)
        if request.method != "POST" or path != "save":
            return refuse(405, "wrong_method", "This address takes no such request.", ("allow", "GET, HEAD"))
        if request.header("origin") != f"http://{request.host}" or _foreign(request):
            return refuse(403, "cross_site", "The editor takes posts of its own page only.")
        return self._save(request)

    def page(self) -> str:
        """The page with the editor.

        Raises:
            ConfigError: the file with the tags cannot be used.
        """
        picture = self.desk.picture(self._products)
        used = {product.id for product in picture.products}
        editor = editor_markup(
            self._environment,
            self._assets,
            picture,
            products=[product for key, product in self._products.items() if key in used],
            save_url=f"{self._mount}/save",
            search_url=f"{self._mount}/products" if self._catalog else "",
            hidden={},
            typing="closed" if self._catalog else "open",
            image=f"{self._mount}/picture",
        )
        page = self._environment.get_template("sharekit/editor-page.html.jinja")
        return page.render(name=self.desk.path.name, out=self.desk.out.name, editor=editor)

    def _get(self, request: Request, path: str) -> Response:
        folder, _, name = path.rpartition("/")
        if path == "":
            try:
                html = self.page()
            except ConfigError as error:
                return refuse(409, "file_changed", str(error), *_SAFE)
            return _answer("text/html; charset=utf-8", html.encode("utf-8", "replace"), POLICY)
        if path == "picture":
            return _answer(self.desk.kind, self.desk.path.read_bytes(), PICTURE_POLICY)
        if path == "products":
            return json_response(200, self._search(request.arguments().get("q", "")), *_SAFE[2:])
        if folder == "static" and (file := self._assets.file(name)) is not None:
            return _answer(file.content_type, file.body, POLICY)
        if folder == "thumb" and self._catalog and self._catalog.shelf and (found := self._catalog.shelf.find(name)):
            return _answer(found[1], found[0].read_bytes(), PICTURE_POLICY)
        return refuse(404, "not_found", "There is nothing at this address.")

    def _search(self, words: str) -> Any:
        wares = self._catalog.search(words[:200])[:MAX_FOUND] if self._catalog else ()
        rows = []
        for ware in wares:
            local = next((item.src for item in ware.pictures if item.src.startswith("/pictures/")), "")
            thumb = f"{self._mount}/thumb/{local.removeprefix('/pictures/')}" if local else ""
            rows.append(card(self._products[ware.product.id], "en", image=thumb))
        return rows

    def _save(self, request: Request) -> Response:
        if len(request.body) > MAX_BODY:
            return too_large()
        edited = edited_picture(request.form(), self._products)
        where = ""
        if edited.saving and edited.picture is not None:
            try:
                where = str(self.desk.keep(edited.picture))
            except OSError as error:
                reason = f"{self.desk.out} cannot be written ({error.strerror or error})."
                self._say(f"Not saved: {reason}")
                return refuse(500, "not_written", reason, *_SAFE[2:])
            count = len(edited.picture.tags)
            self._say(f"Saved {count} {'tag' if count == 1 else 'tags'} in {where}")
        if "application/json" in request.header("accept"):
            return json_response(edited.status, edited.answer(where=where), *_SAFE[2:])
        if edited.error is not None:  # the form without its script
            return _answer("text/plain; charset=utf-8", f"Not saved: {edited.error}".encode(), POLICY, edited.status)
        return Response(status=303, headers=(("location", f"{self._mount}/"), *_SAFE))


class TagServer(ThreadingMixIn, WSGIServer):
    """A thread for each request; nothing looks up the name of this computer, which may take seconds."""

    daemon_threads = True

    def server_bind(self) -> None:
        """Bind, and tell the app its port."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = 30

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's own word)
        """Nothing: what was saved is told, and addresses hold the secret."""

    def address_string(self) -> str:
        return str(self.client_address[0])


class ServerError(ShareKitError, OSError):
    """Nothing can listen at the port asked for. The message says what to do."""


def make_tag_server(app: TagApp, port: int = 0) -> TagServer:
    """A server for the app on this computer's own address; ``port`` 0 takes a free one.

    Raises:
        ServerError: the port is in use or needs rights.
    """
    try:
        server = TagServer((HOST, port), _Handler)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"port {port} is in use by another program. Leave --port out to get a free one."
        else:
            reason = f"cannot listen at port {port} ({error.strerror or error}). Leave --port out to get a free one."
        raise ServerError(reason) from None
    app.port = server.server_port
    server.set_app(WsgiApp(app.handle))
    return server


def _foreign(request: Request) -> bool:
    return request.header("sec-fetch-site") not in {"", "same-origin"}


def _answer(kind: str, body: bytes, policy: str, status: int = 200) -> Response:
    headers = (("content-type", kind), ("content-security-policy", policy), *_SAFE)
    return Response(status=status, headers=headers, body=body)
