"""What the script sends: each thing once, under the right id, and nothing that was not asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.browser.conftest import Outside, Shop

SHARE_ID = "AbCdEf123_-x"
LANDING = f"/p/mug-1?colour=ash&utm_source=whatsapp&utm_medium=social&sk={SHARE_ID}"
SHEET = """
window.handed = [];
Object.defineProperty(navigator, "share", { value: async (data) => { handed.push(data); %s } });
"""


def count(events: list[Any]) -> Counter[str]:
    """How many there are of each name."""
    return Counter(event.name for event in events)


@pytest.mark.parametrize("way", ["click", "Enter", "ControlOrMeta", "Shift", "middle", "double"])
def test_a_share_is_counted_once_however_the_link_is_opened(
    way: str, shop: Shop, visit: Callable[..., Page], outside: Outside, control: Callable[..., Any]
) -> None:
    """Mouse, keyboard, new tab, new window or a nervous double click: one click and one share of one fresh id."""
    shop.put("/", shop.buttons("whatsapp", "x", placement="product"))
    page = visit()
    link = control(page, "whatsapp")
    page_id = link.get_attribute("data-sk-share")
    with page.context.expect_page():
        if way == "Enter":
            link.press("Enter")
        elif way == "middle":
            link.click(button="middle")
        elif way == "double":
            link.dblclick()
        else:
            link.click(modifiers=[way] if way != "click" else [])
    address = link.get_attribute("href")
    events = [event for event in shop.leave(page) if event.name != "impression"]
    assert count(events) == {"click": 1, "share": 1}
    for event in events:
        assert event.product_id == "mug-1"
        assert event.network == "whatsapp"
        assert event.placement == "product"
        assert event.widget == "share"
        assert event.url == shop.base + "/"
        assert not event.bot
        assert event.visitor
    assert events[0].share_id == events[1].share_id != page_id
    assert f"sk={events[0].share_id}" in unquote(unquote(address))
    # Tabs and windows that Chromium opens by itself start before anybody can watch them.
    assert way in {"middle", "ControlOrMeta", "Shift"} or outside.addresses[0] == address


def test_every_share_has_an_id_of_its_own(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """Two shares from one page are two shares."""
    shop.put("/", shop.buttons("whatsapp", "x"))
    page = visit()
    for network in ("whatsapp", "x", "whatsapp"):
        with page.context.expect_page() as opened:
            control(page, network).click()
        opened.value.close()
        page.wait_for_timeout(600)  # not a double click
    assert len({event.share_id for event in shop.wait_for(page, "share", 3)}) == 3


def test_a_click_reaches_the_store_while_the_page_stays_open(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """The event does not wait for the visitor to leave."""
    shop.put("/", shop.buttons("whatsapp"))
    page = visit()
    control(page, "whatsapp").click()
    assert shop.wait_for(page, "share")[0].network == "whatsapp"


def test_events_are_beacons_in_plain_text(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """A content type that needs no preflight, an answer that says they are kept, ids that a store can use."""
    shop.put("/", shop.buttons("whatsapp"))
    page = visit()
    kinds: list[str] = []
    page.on("request", lambda request: kinds.append(request.resource_type) if request.method == "POST" else None)
    control(page, "whatsapp").click()
    shop.wait_for(page, "share")
    assert set(kinds) == {"ping"}
    for post in shop.posts:
        assert post.content_type == "text/plain;charset=UTF-8"
        assert post.status.startswith("202")
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{20,64}", event["id"]) for event in post.events)


def test_without_beacons_events_are_fetched(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """A browser without ``sendBeacon``, or one whose queue is full, uses ``fetch`` with ``keepalive``."""
    shop.put("/", shop.buttons("whatsapp"))
    page = visit(script="navigator.sendBeacon = () => false;")
    control(page, "whatsapp").click()
    assert count(shop.wait_for(page, "share")) == {"share": 1}
    assert count(shop.leave(page))["click"] == 1


def test_an_impression_is_half_of_the_widget_in_sight_for_a_second(shop: Shop, visit: Callable[..., Page]) -> None:
    """Below the fold nothing has been seen; after scrolling it is, once for each placement of a product."""
    head = '<link rel="stylesheet" href="/tall.css">'
    shop.pages["/tall.css"] = ".tall { block-size: 300vh }"
    body = shop.buttons("x", placement="top") + shop.buttons("whatsapp", placement="top")
    shop.put("/", f'{body}<div class="tall"></div>{shop.buttons("x", "copy", "native", placement="end")}', head=head)
    page = visit()
    assert [event.placement for event in shop.wait_for(page, "impression")] == ["top"]
    page.locator('[data-sk-placement="end"]').scroll_into_view_if_needed()
    seen = shop.wait_for(page, "impression", 2)
    assert [event.placement for event in seen] == ["top", "end"]
    assert seen[1].props == {"networks": ["x", "copy"]}
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(1500)
    assert count(shop.leave(page)) == {"impression": 2}


def test_a_glance_is_no_impression(shop: Shop, visit: Callable[..., Page]) -> None:
    """Whoever leaves before the second is over has not seen it."""
    shop.put("/", shop.buttons("x"))
    assert shop.leave(visit()) == []


def test_many_events_are_posted_in_parts(shop: Shop, visit: Callable[..., Page]) -> None:
    """No post has more than 100 events or 64 KiB, and none of 150 with long fields is lost."""
    body = "".join(shop.buttons("x", layout="icons", placement=f"{number}-ä" + "ö" * 120) for number in range(150))
    shop.put("/", body)
    page = visit(viewport={"width": 1280, "height": 8000})
    shop.wait_for(page, "impression", 150)
    assert len(shop.posts) > 1
    assert all(len(post.events) <= 100 and len(post.body) < 60_000 for post in shop.posts)
    assert count(shop.leave(page)) == {"impression": 150}


def test_copying_a_link_is_announced(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """The clipboard holds the tracked address with a fresh id, and a polite status says so."""
    shop.put("/", shop.buttons("x", "copy"))
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    button = control(page, "copy")
    status = page.get_by_role("status")
    expect(status).to_have_text("")
    button.click()
    expect(status).to_have_text("Link copied")
    expect(button.locator("use")).to_have_attribute("href", re.compile(r"#check$"))
    share = shop.wait_for(page, "share")[0]
    address = f"{shop.base}/p/mug-1?utm_source=copy&utm_medium=social&sk={share.share_id}"
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert share.network == "copy"
    expect(status).to_have_text("")
    expect(button.locator("use")).to_have_attribute("href", re.compile(r"#copy$"))


def test_copying_works_on_plain_http(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """Where the page is no secure context there is no clipboard interface; the old way still works."""
    shop.put("/", shop.buttons("copy") + '<textarea aria-label="Note"></textarea>')
    page = visit(shop.base.replace("127.0.0.1", "shop.test") + "/")
    assert page.evaluate("isSecureContext") is False
    control(page, "copy").click()
    expect(page.get_by_role("status")).to_have_text("Link copied")
    page.get_by_label("Note").press("ControlOrMeta+v")
    share_id = shop.wait_for(page, "share")[0].share_id
    expect(page.get_by_label("Note")).to_have_value(re.compile(f"sk={share_id}$"))
    assert page.locator("textarea").count() == 1


def test_a_link_that_cannot_be_copied_is_shown(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """When both ways fail, the address is put before the visitor, and no share is claimed."""
    shop.put("/", shop.buttons("copy"))
    page = visit()
    page.evaluate("navigator.clipboard.writeText = async () => { throw 0 }; document.execCommand = () => false;")
    shown: list[str] = []
    page.on("dialog", lambda dialog: (shown.append(dialog.default_value), dialog.dismiss()))
    control(page, "copy").click()
    shop.wait_for(page, "click")
    assert "utm_source=copy" in shown[0]
    assert "share" not in count(shop.leave(page))


@pytest.mark.parametrize("given", [True, False], ids=["handed over", "cancelled"])
def test_the_share_sheet_counts_when_it_was_used(
    given: bool, shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """A sheet that was closed is a click; a share is only what was handed to an app."""
    shop.put("/", shop.buttons("native", text="Look at this"))
    page = visit(script=SHEET % ("" if given else "throw new DOMException('', 'AbortError');"))
    control(page, "native").click()
    click = shop.wait_for(page, "click")[0]
    address = f"{shop.base}/p/mug-1?utm_source=native&utm_medium=social&sk={click.share_id}"
    assert page.evaluate("handed") == [{"title": "Stoneware mug", "text": "Look at this", "url": address}]
    counted = count(shop.leave(page))
    assert counted["click"] == 1
    assert counted["share"] == int(given)


def test_printing_counts(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """The print button prints and is counted."""
    shop.put("/", shop.buttons("print"))
    page = visit(script="window.prints = 0; window.print = () => { prints++ };")
    control(page, "print").click()
    assert shop.wait_for(page, "share")[0].network == "print"
    assert page.evaluate("prints") == 1


def test_opening_the_qr_code_counts(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """Opening is a share under the id that is drawn; closing is nothing."""
    shop.put("/", shop.buttons("qr"))
    page = visit()
    page_id = control(page, "qr").get_attribute("data-sk-share")
    control(page, "qr").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.wait_for_timeout(600)  # not a double click
    control(page, "qr").click()
    events = [event for event in shop.leave(page) if event.name != "impression"]
    assert count(events) == {"click": 1, "share": 1}
    assert {event.share_id for event in events} == {page_id}


def test_a_landing_is_a_visit_once_and_the_parent_of_later_shares(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """A visit belongs to the share it came by; reloading adds none; what that visitor shares names its parent."""
    shop.put("/p/mug-1", shop.buttons("x") + '<form><input type="hidden" name="share" data-sk-share-id></form>')
    page = visit(LANDING)
    arrived = shop.wait_for(page, "visit")[0]
    assert arrived.share_id == SHARE_ID
    assert arrived.network == "whatsapp"
    assert arrived.product_id == "mug-1"
    expect(page.locator("[name=share]")).to_have_value(SHARE_ID)
    page.reload()
    page.goto(shop.base + "/p/mug-1")
    expect(page.locator("[name=share]")).to_have_value(SHARE_ID)
    control(page, "x").click()
    share = shop.wait_for(page, "share")[0]
    assert share.parent_share_id == SHARE_ID
    assert share.share_id != SHARE_ID
    assert count(shop.leave(page))["visit"] == 1
    shop.wait_for(visit(LANDING), "visit", 2)


def test_the_redirect_learns_the_parent(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """The server counts a redirected share; the script tells it by which share the visitor came."""
    shop.put("/p/mug-1", shop.buttons("x", links="redirect"))
    page = visit(LANDING)
    with page.context.expect_page() as opened:
        control(page, "x").click()
    opened.value.wait_for_url("https://x.com/**")
    shared = [event for event in shop.leave(page) if event.name == "share"]
    assert [event.parent_share_id for event in shared] == [SHARE_ID]


def test_a_share_id_of_another_form_is_no_visit(shop: Shop, visit: Callable[..., Page]) -> None:
    """``sk`` may mean anything on somebody else's link."""
    shop.put("/", "")
    assert shop.leave(visit("/?sk=short")) == []


def test_without_consent_the_script_is_silent(
    shop: Shop, visit: Callable[..., Page], outside: Outside, control: Callable[..., Any]
) -> None:
    """Nothing is sent, nothing stored, no event dispatched; links and copying work as before."""
    root = ' data-sk-consent="denied"'
    shop.put("/p/mug-1", shop.buttons("x", "copy") + "<input data-sk-share-id>", root=root)
    page = visit(LANDING, permissions=["clipboard-write"])
    page.evaluate("window.heard = 0; document.addEventListener('sharekit:event', () => heard++)")
    with page.context.expect_page():
        control(page, "x").click()
    control(page, "copy").click()
    expect(page.get_by_role("status")).to_have_text("Link copied")
    page.wait_for_timeout(1200)
    assert page.evaluate("[heard, sessionStorage.length, document.querySelector('input').value]") == [0, 0, ""]
    assert shop.leave(page) == []
    assert shop.posts == []
    assert len(outside.addresses) == 1


def test_consent_is_read_when_events_are_sent(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """Refusing drops what still waits; agreeing counts the visit that is under way."""
    shop.put("/p/mug-1", shop.buttons("x") + "<input data-sk-share-id>", root=' data-sk-consent="denied"')
    page = visit(LANDING)
    page.evaluate("document.documentElement.dataset.skConsent = 'granted'")
    assert shop.wait_for(page, "visit")[0].share_id == SHARE_ID
    expect(page.locator("input")).to_have_value(SHARE_ID)
    page.evaluate(
        """() => {
          document.querySelector('[data-sk-network]').click();
          document.documentElement.dataset.skConsent = 'denied';
        }"""
    )
    expect(page.locator("input")).to_have_value("")
    assert set(count(shop.leave(page))) <= {"visit", "impression"}


def test_global_privacy_control_passes_through(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """With ``Sec-GPC: 1`` events are counted without anything that tells visitors apart."""
    shop.put("/", shop.buttons("x"))
    page = visit(extra_http_headers={"Sec-GPC": "1"})
    control(page, "x").click()
    share = shop.wait_for(page, "share")[0]
    assert share.gpc
    assert share.visitor == ""


def test_widgets_that_come_later_count_too(shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]) -> None:
    """A quick view, an endless list: what is added after loading is seen, clicked and filled like the rest."""
    shop.put("/p/mug-1", "")
    page = visit(LANDING)
    html = shop.buttons("x", "copy", placement="quick view") + "<input data-sk-share-id>"
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html)
    expect(page.locator("input")).to_have_value(SHARE_ID)
    expect(control(page, "copy")).to_be_visible()
    assert shop.wait_for(page, "impression")[0].placement == "quick view"
    control(page, "x").click()
    assert shop.wait_for(page, "share")[0].placement == "quick view"


def test_the_page_can_listen_change_and_cancel(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """``sharekit:event`` comes from the widget before an event is queued; ``preventDefault()`` drops it."""
    shop.put("/", shop.buttons("x"))
    page = visit()
    page.evaluate(
        """() => document.addEventListener("sharekit:event", (event) => {
          if (event.detail.name === "click") event.preventDefault();
          event.detail.props = { variant: event.target.className.split(" ")[0] };
        })"""
    )
    control(page, "x").click()
    assert shop.wait_for(page, "share")[0].props == {"variant": "sk"}
    assert "click" not in count(shop.leave(page))


def test_a_link_that_the_page_cancels_is_no_share(
    shop: Shop, visit: Callable[..., Page], outside: Outside, control: Callable[..., Any]
) -> None:
    """The page may put a dialog of its own before the link; then nothing was shared yet."""
    shop.put("/", shop.buttons("x"))
    page = visit()
    page.evaluate(
        """() => document.querySelector("main").addEventListener("click", (event) => {
          event.preventDefault();
          event.stopPropagation();
        })"""
    )
    control(page, "x").click()
    shop.wait_for(page, "click")
    assert "share" not in count(shop.leave(page))
    assert outside.addresses == []


@pytest.mark.parametrize(
    "missing",
    [
        "delete window.IntersectionObserver;",
        "delete Navigator.prototype.sendBeacon;",
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no') } });",
        "delete Crypto.prototype.randomUUID;",
        "window.matchMedia = undefined; Element.prototype.animate = undefined;",
    ],
)
def test_the_script_never_throws_into_the_page(
    missing: str, shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """Whatever the browser lacks, the page goes on, and the click counts. (The fixture fails on any uncaught error.)"""
    shop.put("/p/mug-1", shop.buttons("x") + "<input data-sk-share-id>")
    page = visit(LANDING, script=missing)
    control(page, "x").click()
    share = shop.wait_for(page, "share")[0]
    assert share.parent_share_id == SHARE_ID


def test_without_random_numbers_links_still_open(
    shop: Shop, visit: Callable[..., Page], outside: Outside, control: Callable[..., Any]
) -> None:
    """A fault inside the script costs an event, never the visitor's click."""
    shop.put("/", shop.buttons("x"))
    page = visit(script="Crypto.prototype.getRandomValues = () => { throw new Error('no') };")
    with page.context.expect_page() as opened:
        control(page, "x").click()
    opened.value.wait_for_url("https://x.com/**")
    assert len(outside.addresses) == 1


def test_the_script_twice_on_a_page_counts_once(
    shop: Shop, visit: Callable[..., Page], control: Callable[..., Any]
) -> None:
    """Two parts of a page may both bring the assets."""
    shop.put("/", f"{shop.kit.assets()}{shop.buttons('x')}")
    page = visit()
    control(page, "x").click()
    shop.wait_for(page, "share")
    counted = count(shop.leave(page))
    assert counted["click"] == counted["share"] == 1
