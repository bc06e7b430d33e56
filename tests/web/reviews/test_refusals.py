"""What people without scripts are told when a post cannot be taken: a page, not a line for programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from flask import Flask

from sharekit.exceptions import StoreError
from sharekit.integrations.flask.routes import make_blueprint
from sharekit.web.forms import MAX_UPLOAD

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def refusals(shop: Any, headers: dict[str, str]) -> dict[int, Any]:
    """An answer of each status that is given before there is a form to show."""
    shop.kit.settings.locale = "de"
    answers = [
        shop.post("/reviews/vote", {"up": "x"}, headers=headers | {"sec-fetch-site": "cross-site"}),
        shop.post("/reviews/write", {"f": "forged", "rating": "5"}, headers=headers),
        shop.ask("GET", "/reviews/nothing", headers=headers),
        shop.ask("GET", "/reviews/vote", headers=headers),
        shop.post("/reviews/ask", {"f": shop.token, "body": "x" * 70_000}, headers=headers),
        shop.ask("POST", "/reviews/ask", headers=headers | {"content-type": "application/json"}),
    ]
    for _ in range(400):
        answers.append(shop.post("/reviews/vote", {"up": "x"}, headers=headers))
        if answers[-1].status == 429:
            break
    return {answer.status: answer for answer in answers if answer.status >= 400}


def test_people_are_told_in_a_page(open_shop: Any) -> None:
    """With the same status, in the language of the shop, with the headers that say what would be taken."""
    found = refusals(open_shop, BROWSER)
    assert found.keys() == {400, 403, 404, 405, 413, 415, 429}
    for answer in found.values():
        assert open_shop.header(answer, "content-type") == "text/html; charset=utf-8"
        assert open_shop.header(answer, "cache-control") == "no-store"
        assert '<html lang="de"' in answer.body.decode()
    assert "weniger oder kleinere Fotos" in found[413].body.decode()
    assert int(open_shop.header(found[429], "retry-after")) > 0
    assert open_shop.header(found[405], "allow") == "POST"


@pytest.mark.parametrize("accept", ["application/json", "*/*", "", "text/html, application/json"])
def test_programs_are_told_in_json(accept: str, open_shop: Any) -> None:
    """Whatever does not ask for a page alone gets the word and the reason."""
    for status, answer in refusals(open_shop, {"accept": accept}).items():
        assert open_shop.json(answer).keys() == {"error", "reason"}, status


def test_a_store_that_is_out_of_order_is_said_in_a_page(
    make_review_shop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visitor learns nothing of it but to come again."""
    shop = make_review_shop()

    def broken(*_: Any, **__: Any) -> None:
        raise StoreError("disk I/O error")

    monkeypatch.setattr(shop.kit.review_store, "get", broken)
    answer = shop.post("/reviews/vote", {"up": "x"}, headers=BROWSER)
    assert answer.status == 503
    assert "Please try again later" in answer.body.decode()
    assert "disk" not in answer.body.decode()


def test_photos_that_are_too_many_are_refused_in_a_page_by_every_server(open_shop: Any) -> None:
    """Nothing of them is read before."""
    kit, path, length = open_shop.kit, "/sharekit/reviews/write", str(MAX_UPLOAD + 1)
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_LENGTH": length, "HTTP_ACCEPT": "text/html"}
    found: list[Any] = []
    body = b"".join(kit.wsgi_app(environ, lambda status, headers: found.append((status[:3], dict(headers)))))
    assert (found[0][0], found[0][1]["content-type"]) == ("413", "text/html; charset=utf-8")
    assert b"fewer or smaller photos" in body

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"",
        "headers": [(b"content-length", length.encode()), (b"accept", b"text/html")],
    }  # fmt: skip
    asyncio.run(kit.asgi_app(scope, receive, send))
    assert (sent[0]["status"], b"fewer or smaller photos" in sent[1]["body"]) == (413, True)

    flask = Flask("shop")
    flask.register_blueprint(make_blueprint(kit))
    answer = flask.test_client().post(path, environ_overrides=environ)
    assert (answer.status_code, "fewer or smaller photos" in answer.text) == (413, True)
