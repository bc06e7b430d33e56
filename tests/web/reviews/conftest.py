"""A shop with reviews, asked without a server: what it answers, and what it kept."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from struct import pack
from typing import Any
from urllib.parse import urlencode

import pytest

from sharekit import Product, ShareKit
from sharekit.reviews.model import Review
from sharekit.web.http import Request, Response

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
HOST = "shop.example"


class ReviewShop:
    """A kit, and a browser that knows how to ask it.

    Parameters:
        kit: the kit.
        product: what is reviewed.
    """

    def __init__(self, kit: ShareKit, product: Product) -> None:
        self.kit = kit
        self.product = product
        self.mails: list[tuple[str, str, str]] = []
        self.closing: list[ShareKit] = []

    @property
    def token(self) -> str:
        """The token of the product's form, as every page carries it."""
        product = self.product
        return self.kit._form_signer.sign({"p": product.id, "t": product.title, "u": product.url})

    def ask(self, method: str, path: str, *, app: Any = None, **fields: Any) -> Response:
        """The answer to a request of the shop's own page; ``headers`` are added to a browser's."""
        headers = {"host": HOST, "user-agent": AGENT, "sec-fetch-site": "same-origin"} | fields.pop("headers", {})
        path, _, query = path.partition("?")
        defaults = {"client": "203.0.113.9", "host": HOST, "scheme": "https", "mount": "/sharekit", "query": query}
        request = Request(method=method, path=path, headers=headers, **(defaults | fields))
        return (app or self.kit).handle(request)  # type: ignore[no-any-return]

    def post(self, path: str, values: Mapping[str, str], *, app: Any = None, **fields: Any) -> Response:
        """Post a form without files."""
        headers = {"content-type": "application/x-www-form-urlencoded"} | fields.pop("headers", {})
        return self.ask("POST", path, app=app, headers=headers, body=urlencode(values).encode(), **fields)

    def write(self, **values: str) -> Response:
        """Post a review of the product."""
        return self.post("/reviews/write", {"f": self.token, "rating": "4"} | values)

    def kept(self) -> list[Review]:
        """Every review there is."""
        return list(self.kit.review_store.all())

    def published(self, **fields: Any) -> Review:
        """A review that is shown."""
        review = Review(product_id=self.product.id, rating=5, body="Good.", status="published", **fields)
        return self.kit.review_store.add(review)

    @staticmethod
    def header(response: Response, name: str) -> str:
        """A header of an answer; empty when it is not there."""
        return dict(response.headers).get(name, "")

    @staticmethod
    def json(response: Response) -> Any:
        """An answer to the script."""
        return json.loads(response.body)


def make_multipart(
    fields: Mapping[str, str] | Sequence[tuple[str, str]], files: Sequence[tuple[str, str, bytes]] = ()
) -> tuple[bytes, str]:
    """A form with files as a browser posts it: the body and its type."""
    boundary = secrets.token_hex(12)
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    out = BytesIO()
    for name, value in pairs:
        out.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, filename, content in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        out.write(f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + content + b"\r\n")
    out.write(f"--{boundary}--\r\n".encode())
    return out.getvalue(), f"multipart/form-data; boundary={boundary}"


def make_bomb(side: int = 13_300) -> bytes:
    """A small PNG file of a huge picture in one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.fixture
def make_review_shop(make_kit: Callable[..., ShareKit], mug: Product) -> Iterator[Callable[..., ReviewShop]]:
    """A function that makes a shop from settings."""
    closing: list[ShareKit] = []

    def make(**settings: Any) -> ReviewShop:
        mails: list[tuple[str, str, str]] = []
        kit = make_kit(**({"mail": lambda *mail: mails.append(mail), "deliver": False} | settings))
        shop = ReviewShop(kit, mug)
        shop.mails, shop.closing = mails, closing
        return shop

    yield make
    for kit in closing:
        kit.close()


@pytest.fixture
def open_shop(make_review_shop: Callable[..., ReviewShop]) -> ReviewShop:
    """A shop in which anybody may review, and several times."""
    return make_review_shop(review_policy={"writers": "anyone", "burst_sender": 1_000, "burst_product": 1_000})


@pytest.fixture(name="multipart")
def multipart_fixture() -> Callable[..., tuple[bytes, str]]:
    """A function that makes the body and the type of a form with files."""
    return make_multipart


@pytest.fixture(scope="session")
def bomb() -> bytes:
    """A PNG of 13,300 by 13,300 pixels in a file of some 20 kB."""
    return make_bomb()
