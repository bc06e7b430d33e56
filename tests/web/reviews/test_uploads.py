"""Photos through the real forms, over WSGI, ASGI and Flask: made anew or refused, in flat memory."""

from __future__ import annotations

import re
import resource
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from sharekit.integrations.flask import FlaskShareKit
from sharekit.web.forms import MAX_UPLOAD

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def jpeg(size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG with the place where it was taken in it."""
    picture = Image.effect_noise(size, 60).convert("RGB")
    exif = picture.getexif()
    exif[0x8825] = {1: "N", 2: (55.0, 3.0, 21.0), 3: "E", 4: (8.0, 25.0, 0.0)}
    file = BytesIO()
    picture.save(file, "JPEG", exif=exif, quality=90)
    return file.getvalue()


class Posts:
    """A server, and a way to post a review with photos to it.

    Parameters:
        shop: the shop behind it.
        send: posts a body of a type to a path; gives status, headers and body of the answer.
    """

    def __init__(self, shop: Any, send: Callable[[str, bytes, str], tuple[int, dict[str, str], bytes]]) -> None:
        self.shop = shop
        self.send = send


@pytest.fixture(params=["wsgi", "asgi", "flask"])
def posts(request: pytest.FixtureRequest, make_review_shop: Callable[..., Any], mug: Any) -> Posts:
    """The shop behind each of the three shells."""
    policy = {"writers": "anyone", "one_per_product": False}
    if request.param == "flask":
        app = Flask("shop")
        app.config["MAX_CONTENT_LENGTH"] = 64 * 1024  # the shop's own limit is not that of photos
        shop = make_review_shop(review_policy=policy)
        extension = FlaskShareKit(base_url="https://shop.example", data_dir=shop.kit.settings.data_dir / "flask",
                                  review_policy=policy, deliver=False)  # fmt: skip
        shop.kit = extension.init_app(app)
        shop.closing.append(shop.kit)

        def send_flask(path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], bytes]:
            answer = app.test_client().post(f"/sharekit{path}", data=body, content_type=kind)
            return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.data

        return Posts(shop, send_flask)
    shop = make_review_shop(review_policy=policy)
    serve = request.getfixturevalue(f"serve_{request.param}")
    wire = serve(shop.kit.wsgi_app if request.param == "wsgi" else shop.kit.asgi_app)

    def send(path: str, body: bytes, kind: str) -> tuple[int, dict[str, str], bytes]:
        answer: tuple[int, dict[str, str], bytes] = wire.ask("POST", path, body, Content_Type=kind)
        return answer

    return Posts(shop, send)


def test_photos_are_made_anew_and_bombs_refused(posts: Posts, multipart: Any, bomb: bytes) -> None:
    """A place vanishes; an SVG, a bomb and a text under the name of a photo are told beside the field, text kept."""
    values = {"f": posts.shop.token, "rating": "4", "body": "Kept through it all"}
    posts.send("/reviews/write", *multipart(values, [("photos", "a.jpg", jpeg())]))
    (review,) = posts.shop.kept()
    found = posts.shop.kit.desk.photos.read(f"{review.photos[0].id}.jpg")
    assert found is not None
    assert found[1] == "image/jpeg"
    assert b"Exif" not in found[0]

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content in (SVG, bomb, b"MZ this is no photo", b"GIF89a" + bytes(40), jpeg()[:5_000], b"x" * 11_000_000):
        status, headers, body = posts.send("/reviews/write", *multipart(values, [("photos", "a.jpg", content)]))
        assert (status, headers["content-type"]) == (422, "text/html; charset=utf-8")
        assert b"Kept through it all" in body
        assert re.search(rb"[Pp]hoto", body)
    assert len(posts.shop.kept()) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 150_000, "decoded, the bomb has 860 MB"


def test_six_large_photos_fit_and_more_do_not(posts: Posts, multipart: Any) -> None:
    """Six of some megabytes pass the shell; a body beyond all bounds is refused unread."""
    photo = jpeg((2_000, 1_500))
    assert len(photo) > 1_000_000
    values = {"f": posts.shop.token, "rating": "4"}
    status, _, _ = posts.send("/reviews/write", *multipart(values, [("photos", "a.jpg", photo)] * 6))
    assert status == 303
    assert [len(review.photos) for review in posts.shop.kept()] == [6]
    status, _, _ = posts.send("/reviews/write", *multipart(values, [("photos", "a.jpg", jpeg((64, 64)))] * 7))
    assert status == 422
    status, _, body = posts.send("/reviews/ask", *multipart(values, [("photos", "a.jpg", b"x" * 70_000)]))
    assert (status, b"too_large" in body) == (413, True)


def test_a_body_beyond_all_bounds_is_refused(make_review_shop: Callable[..., Any], serve_wsgi: Any) -> None:
    """By its announced length, before a byte of it is read."""
    wire = serve_wsgi(make_review_shop().kit.wsgi_app)
    head = "POST /reviews/write HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    answer = wire.send(f"{head}Content-Length: {MAX_UPLOAD + 1}\r\n\r\n".encode())
    assert b" 413 " in answer.splitlines()[0]


def test_photos_are_served_with_a_fixed_type_for_ever(make_review_shop: Callable[..., Any], multipart: Any) -> None:
    """Nothing sniffed, nothing run; names that nobody was given lead nowhere."""
    shop = make_review_shop(review_policy={"writers": "anyone"})
    body, kind = multipart({"f": shop.token, "rating": "5"}, [("photos", "evil.svg", jpeg())])
    shop.ask("POST", "/reviews/write", headers={"content-type": kind}, upload=BytesIO(body))
    photo = shop.kept()[0].photos[0]
    for name, kind in ((f"{photo.id}.jpg", "image/jpeg"), (f"{photo.id}.webp", "image/webp")):
        answer = shop.ask("GET", f"/reviews/photos/{name}")
        assert (answer.status, shop.header(answer, "content-type")) == (200, kind)
        assert shop.header(answer, "x-content-type-options") == "nosniff"
        assert shop.header(answer, "content-security-policy") == "default-src 'none'; sandbox"
        assert "immutable" in shop.header(answer, "cache-control")
    for name in (
        "x.jpg",
        f"{photo.id}.svg",
        f"../{photo.id}.jpg",
        "..%2f..%2fsecret.key",
        "\x00.jpg",
        f"{photo.id}.jpg/",
    ):
        assert shop.ask("GET", f"/reviews/photos/{name}").status == 404
