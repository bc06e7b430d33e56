"""The tag editor in a real browser: by keyboard alone, by pointer, in an admin page, for everybody."""

from __future__ import annotations

import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from sharekit import Picture, Product, ProductTag, ShareKit
from sharekit.widgets.editor import edited_picture

CATALOG = [
    {"id": "mug", "title": "Stoneware mug", "price": "19.90", "currency": "EUR", "url": "/p/mug"},
    {"id": "shirt", "title": "Linen shirt", "price": "49.00", "currency": "EUR", "url": "/p/shirt"},
    {"id": "bowl", "title": "Bowl, crème", "price": "24.00", "currency": "EUR", "url": "/p/bowl"},
]
WIDTH, HEIGHT = 600, 400


@pytest.fixture
def picture_file(tmp_path: Path) -> Path:
    """A PNG drawn here (https://www.w3.org/TR/png/)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes((x + y) // 4 % 256 for x in range(WIDTH)) for y in range(HEIGHT)))
    path = tmp_path / "table.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


class Command:
    """``sharekit-web tag`` as a process of its own."""

    def __init__(self, path: Path, *arguments: str) -> None:
        self.out = path.with_suffix(".tags.json")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sharekit", "tag", str(path), "--no-open", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            # As in a terminal: what a shell starts in the background, these tests perhaps, ignores Ctrl+C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Only"):
                break
        found = re.search(r"Editor\s+(\S+)", "".join(lines))
        assert found, lines
        self.address = found[1]

    def kept(self) -> Picture:
        """What was saved."""
        return Picture.from_dict(json.loads(self.out.read_text()))

    def end(self) -> str:
        """Stop it as Ctrl+C does; gives what else it said."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return said


@pytest.fixture
def start_command(picture_file: Path) -> Iterator[Callable[..., Command]]:
    """A function that starts the command for the picture."""
    started: list[Command] = []

    def start(*arguments: str) -> Command:
        started.append(Command(picture_file, *arguments))
        return started[-1]

    yield start
    for command in started:
        if command.process.poll() is None:
            command.process.kill()
            command.process.communicate()


@pytest.fixture
def with_catalog(tmp_path: Path, start_command: Callable[..., Command]) -> Command:
    """The command with three products to choose from."""
    (tmp_path / "catalog.json").write_text(json.dumps(CATALOG))
    return start_command("--catalog", str(tmp_path / "catalog.json"))


def saved(page: Page) -> None:
    """Wait until the page says that it is saved."""
    expect(page.locator("[data-sk-part=status]")).to_contain_text("Saved in")
    expect(page.get_by_text("Not saved yet")).to_be_hidden()


def found(page: Page) -> Locator:
    """What the search for products offers."""
    return page.locator("[role=option]")


def pins(page: Page) -> list[tuple[float, float]]:
    """Centres of the pins, in fractions of the picture."""
    box = page.locator("[data-sk-part=image]").bounding_box()
    assert box is not None
    places = []
    for pin in page.locator(".sk-editor__pin").all():
        spot = pin.bounding_box()
        assert spot is not None
        x = (spot["x"] + spot["width"] / 2 - box["x"]) / box["width"]
        y = (spot["y"] + spot["height"] / 2 - box["y"]) / box["height"]
        places.append((round(x, 3), round(y, 3)))
    return places


def test_a_tag_is_placed_by_keyboard_alone(with_catalog: Command, visit: Callable[..., Page]) -> None:
    """From the address to the file without a pointer; the same point stands there after a reload, and in the file."""
    page = visit(with_catalog.address)
    keys = page.keyboard
    for _ in range(20):
        keys.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Add tag":
            break
    keys.press("Enter")
    for _ in range(5):
        keys.press("ArrowLeft")
    keys.press("Shift+ArrowLeft")
    keys.press("Shift+ArrowLeft")
    for _ in range(5):
        keys.press("ArrowDown")
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowDown")
    name = "1, no product yet, 37.5 % from the left, 62.5 % from the top"
    expect(page.locator(":focus")).to_have_attribute("aria-label", name)
    keys.press("Enter")
    expect(page.get_by_role("combobox", name="Add a product")).to_be_focused()
    keys.type("linen")
    expect(found(page)).to_have_count(1)
    keys.press("Enter")
    expect(page.get_by_role("list", name="Products of this tag")).to_contain_text("Linen shirt")
    for _ in range(40):
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.skField") == "alt":
            break
    keys.type("A shirt over a chair")
    keys.press("ControlOrMeta+S")
    saved(page)
    tag = with_catalog.kept().tags[0]
    assert (tag.x, tag.y, tag.products[0].id) == (0.375, 0.625, "shirt")
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^1, Linen shirt"))).to_be_visible()
    assert pins(page) == [(0.375, 0.625)]
    assert page.evaluate("blocked") == []
    assert "Saved 1 tag in" in with_catalog.end()


def test_the_point_is_where_the_shop_shows_it(
    with_catalog: Command, visit: Callable[..., Page], shop: Any, picture_file: Path
) -> None:
    """The pin of the shop's page stands within half a percent of the point, on a phone and on a desk."""
    page = visit(with_catalog.address)
    page.get_by_role("button", name="Add tag").press("Enter")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.type("mug")
    expect(found(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_label("What the picture shows").fill("A mug")
    page.keyboard.press("ControlOrMeta+S")
    saved(page)
    picture = with_catalog.kept()
    shop.put("/look", str(shop.kit.product_tags(picture)))
    for width in (320, 1280):
        look = visit("/look", viewport={"width": width, "height": 800})
        box = look.locator(".sk-look__img").bounding_box()
        pin = look.locator(".sk-pin").first.bounding_box()
        assert box is not None
        assert pin is not None
        x = (pin["x"] + pin["width"] / 2 - box["x"]) / box["width"]
        y = (pin["y"] + pin["height"] / 2 - box["y"]) / box["height"]
        assert abs(x - picture.tags[0].x) <= 0.005
        assert abs(y - picture.tags[0].y) <= 0.005


def test_pointer_numbers_order_and_history(with_catalog: Command, visit: Callable[..., Page]) -> None:
    """A click places, a drag moves, fields take numbers, buttons reorder and delete, and all of it can be undone."""
    page = visit(with_catalog.address)
    picture = page.locator("[data-sk-part=image]")
    picture.click(position={"x": 150, "y": 100})
    page.keyboard.type("mug")
    found(page).filter(has_text="Stoneware mug").click()
    picture.click(position={"x": 450, "y": 300})
    page.keyboard.type("bowl")
    found(page).filter(has_text="Bowl").click()
    assert pins(page) == [(0.25, 0.25), (0.75, 0.75)]
    first = page.get_by_role("button", name=re.compile("^1, Stoneware"))
    box = first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 22, box["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + 82, box["y"] + 62, steps=4)
    page.mouse.up()
    assert pins(page)[0] == (0.35, 0.35)
    x = page.get_by_label("From the left, %")
    x.fill("12.5")
    assert pins(page)[0] == (0.125, 0.35)
    x.fill("120")
    expect(x).to_have_attribute("aria-invalid", "")
    assert pins(page)[0] == (0.125, 0.35)
    page.get_by_role("button", name="Move tag 1 down: Stoneware mug").press("Enter")
    rows = page.locator("[data-sk-part=tags] .sk-editor__name, [data-sk-part=tags] .sk-editor__pick")
    expect(rows).to_contain_text(["Bowl", "Stoneware mug"])
    page.get_by_role("button", name="Delete tag 1: Bowl, crème").press("Enter")
    expect(rows).to_have_count(1)
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    expect(rows).to_contain_text(["Stoneware mug", "Bowl"])
    assert pins(page) == [(0.35, 0.35), (0.75, 0.75)]
    page.get_by_role("button", name="Redo").click()
    assert pins(page)[0] == (0.125, 0.35)
    for _ in range(20):
        if page.get_by_role("button", name="Undo").is_disabled():
            break
        page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("There is no tag yet.")).to_be_visible()


def test_a_product_without_a_catalogue_is_typed_in(
    start_command: Callable[..., Command], visit: Callable[..., Page]
) -> None:
    """Number, name, address and price make a product; what is missing is asked for; it is there after a reload."""
    command = start_command()
    page = visit(command.address)
    page.get_by_role("button", name="Add tag").click()
    add = page.get_by_role("button", name="Add this product")
    add.click()
    expect(page.get_by_label("Product number")).to_be_focused()
    page.get_by_label("Product number").fill("mug")
    page.get_by_label("Name", exact=True).fill("<b>Mug</b> & co")
    page.get_by_label("Address of its page").fill("/p/mug")
    page.get_by_label("Price").fill("19.90")
    page.get_by_label("Currency").fill("eur")
    add.click()
    page.get_by_label("What the picture shows").fill("A mug")
    page.get_by_label("Disclosure").select_option("ad")
    page.get_by_label("Partner").fill("Kiln")
    page.get_by_role("button", name="Save").click()
    saved(page)
    tag = command.kept().tags[0]
    assert (tag.products[0].title, str(tag.products[0].money)) == (
        "<b>Mug</b> & co",
        str(Product(id="a", title="a", url="/a", price="19.90", currency="EUR").money),
    )
    assert tag.disclosure is not None
    assert (tag.disclosure.kind, tag.disclosure.by) == ("ad", "Kiln")
    page.reload()
    expect(page.get_by_role("button", name="1, <b>Mug</b> & co, 50 % from the left")).to_be_visible()
    page.get_by_role("button", name="Add tag").click()
    page.keyboard.press("Enter")
    page.keyboard.type("mug")
    expect(found(page)).to_have_count(1)


def test_what_is_wrong_is_said_while_editing_and_nothing_is_saved(
    with_catalog: Command, visit: Callable[..., Page]
) -> None:
    """The server's own lint; an entry leads to its tag; saving what cannot be used keeps the work and says why."""
    page = visit(with_catalog.address)
    page.get_by_role("button", name="Add tag").click()
    problems = page.locator("[data-sk-part=problems]")
    expect(problems).to_contain_text("Error")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-sk-part=status]")).to_contain_text("Not saved")
    assert not with_catalog.out.exists()
    page.get_by_label("What the picture shows").fill("A laid table")
    for word in ("mug", "bowl"):
        page.get_by_role("button", name=re.compile(r"^\d, no product")).press("Enter")
        page.keyboard.type(word)
        expect(found(page)).to_have_count(1)
        page.keyboard.press("Enter")
        if word == "mug":
            page.get_by_role("button", name="Add tag").click()
            page.get_by_label("From the left, %").fill("52")
            page.get_by_label("From the top, %").fill("50")
    expect(problems).to_contain_text("44 px")
    problems.get_by_role("button", name="Tag 2").click()
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("^2, Bowl"))
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    expect(problems).to_be_empty()
    expect(page.get_by_text("Nothing is wrong.")).to_be_visible()


def test_leaving_with_unsaved_tags_is_asked_about(with_catalog: Command, visit: Callable[..., Page]) -> None:
    """Work is not lost by a slip."""
    page = visit(with_catalog.address)
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("button", name="Add tag").click()
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]


def test_the_preview_crops_as_the_shop_does(with_catalog: Command, visit: Callable[..., Page]) -> None:
    """Points lie where ``Picture.crop_to`` puts them, at every width and in every crop; what is cut off is named."""
    product = Product(id="mug", title="Stoneware mug", url="/p/mug", price="19.90", currency="EUR")
    points = [(0.4, 0.5), (0.55, 0.3), (0.02, 0.5), (0.5, 0.98)]
    tags = [ProductTag(product, x, y) for x, y in points]
    picture = Picture("table.png", WIDTH, HEIGHT, "A table", focal=(0.7, 0.2), tags=tags)
    with_catalog.out.write_text(json.dumps(picture.to_dict(products=True)))
    page = visit(with_catalog.address, viewport={"width": 1280, "height": 900})
    for width in (320, 768, 1280):
        page.get_by_label(f"{width} px").check()
        for crop in ("1:1", "4:5", "16:9"):
            page.get_by_label(crop, exact=True).check()
            outside = [str(number) for number in _outside(page, picture, crop, width)]
            said = ", ".join(outside) if outside else "in view"
            expect(page.locator("[data-sk-part=caption]")).to_contain_text(said)


def _outside(page: Page, picture: Picture, crop: str, width: int) -> Iterator[int]:
    """Checks the places of a preview; gives the numbers of what is not in it."""
    frame = page.locator("[data-sk-part=frame]").bounding_box()
    assert frame is not None
    across, down = (int(part) for part in crop.split(":"))
    assert frame["width"] / frame["height"] == pytest.approx(across / down, rel=0.01)
    cut = picture.crop_to(crop)
    half = 22 * frame["width"] / width  # of a target of 44 px, which is kept inside the picture
    for number, (tag, mark) in enumerate(zip(picture.tags, page.locator(".sk-editor__mark").all(), strict=True), 1):
        place = cut.place(tag.x, tag.y)
        box = mark.bounding_box()
        if place is None:
            assert box is None
            yield number
            continue
        assert box is not None
        wanted = tuple(
            min(max(share * frame[side], half), frame[side] - half)
            for share, side in zip(place, ("width", "height"), strict=True)
        )
        found = (box["x"] + box["width"] / 2 - frame["x"], box["y"] + box["height"] / 2 - frame["y"])
        assert found == pytest.approx(wanted, abs=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 740), (1280, 900)])
def test_the_editor_is_sound_for_everybody(
    with_catalog: Command, visit: Callable[..., Page], size: tuple[int, int], scheme: str
) -> None:
    """No violation of axe's rules empty, searching and with tags; nothing to scroll sideways; an empty console."""
    viewport = {"width": size[0], "height": size[1]}
    page = visit(with_catalog.address, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    states = [lambda: None, lambda: _search(page), lambda: page.keyboard.press("Enter")]
    for reach in states:
        reach()
        page.wait_for_timeout(700)
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert said == []
    assert page.evaluate("blocked") == []


def _search(page: Page) -> None:
    page.get_by_role("button", name="Add tag").press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("m")
    expect(page.get_by_role("listbox")).to_be_visible()


class Admin:
    """An admin page with the editor in it, under a strict policy, as a shop would build it."""

    def __init__(self, kit: ShareKit, image: bytes) -> None:
        self.kit = kit
        self.image = image
        self.products = [Product(**row) for row in CATALOG]  # type: ignore[arg-type]
        self.picture = Picture("/table.png", WIDTH, HEIGHT, "A table")
        self.locale = "en"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/sharekit/"):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/sharekit", path.removeprefix("/sharekit")
            return list(self.kit.wsgi_app(environ, start_response))
        policy = ("Content-Security-Policy", "default-src 'self'")
        if path == "/table.png":
            start_response("200 OK", [("Content-Type", "image/png")])
            return [self.image]
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if form.get("csrf_token") != "for this session":
                start_response("403 Forbidden", [("Content-Type", "text/plain")])
                return [b"no"]
            edited = edited_picture(form, self.products)
            if edited.saving and edited.picture:
                self.picture = edited.picture
            start_response(f"{edited.status} Read", [("Content-Type", "application/json")])
            return [json.dumps(edited.answer()).encode()]
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), policy])
        editor = self.kit.tag_editor(
            self.picture,
            products=self.products,
            save_url="/save",
            csrf={"csrf_token": "for this session"},
            locale=self.locale,
        )
        direction = "rtl" if self.locale == "ar" else "ltr"
        page = (
            f'<!DOCTYPE html><html lang="{self.locale}" dir="{direction}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><link rel="icon" href="/table.png">'
            f"<title>Pictures</title><main><h1>Pictures</h1>{editor}</main></html>"
        )
        return [page.encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def admin(kit: ShareKit, picture_file: Path) -> Iterator[tuple[str, Admin]]:
    """The admin page's address, and the shop behind it."""
    shop = Admin(kit, picture_file.read_bytes())
    server = make_server("127.0.0.1", 0, shop, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", shop
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("locale", "add"), [("en", "Add tag"), ("de", "Markierung hinzufügen"), ("ar", "إضافة وسم")])
def test_the_same_editor_in_an_admin_page(
    admin: tuple[str, Admin], visit: Callable[..., Page], locale: str, add: str
) -> None:
    """Products of the page are searched on the page, accents apart; the host's token goes along; saved is saved."""
    address, shop = admin
    shop.locale = locale
    page = visit(address)
    page.get_by_role("button", name=add).press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.keyboard.type("creme")
    expect(found(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("ControlOrMeta+S")
    expect(page.locator("[data-sk-part=unsaved]")).to_be_hidden()
    assert [(tag.x, tag.y, tag.name) for tag in shop.picture.tags] == [(0.495, 0.5, "Bowl, crème")]
    assert pins(page) == [(0.495, 0.5)]
    assert page.evaluate("blocked") == []
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.get_by_text("A product that is not in the list").count() == 0


def test_without_javascript_the_tags_are_json_in_a_form(admin: tuple[str, Admin], visit: Callable[..., Page]) -> None:
    """The same post, made by hand."""
    address, shop = admin
    page = visit(address, scripting=False)
    expect(page.get_by_role("button", name="Add tag")).to_be_hidden()
    field = page.get_by_label("JSON")
    data = json.loads(field.input_value())
    field.fill(json.dumps(data | {"tags": [{"product": "mug", "x": 0.1, "y": 0.2}]}))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("body")).to_contain_text('"saved": true')
    assert shop.picture.tags[0].x == 0.1
