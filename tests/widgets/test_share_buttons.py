"""Share buttons: markup, names, addresses, options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sharekit import Picture, Product, Shareable
from sharekit.events.ids import page_share_id
from sharekit.events.signing import Signer
from sharekit.exceptions import DeadNetworkError, InvalidValueError, MissingExtraError, UnknownNameError
from sharekit.networks.model import PSEUDO_NETWORKS, Network
from sharekit.networks.registry import Networks
from sharekit.rendering.translations import LANGUAGES
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share import share_buttons
from sharekit.widgets.share.options import LAYOUTS, SHOWS

LIVE = [row.key for row in Networks().live() if row.status != "needs_app_id"]
Read = Callable[[str], list[Any]]
MakeContext = Callable[..., WidgetContext]


def controls(elements: list[Any]) -> dict[str, Any]:
    """The controls of a bar, by network."""
    return {element.attrs["data-sk-network"]: element for element in elements if "data-sk-network" in element.attrs}


def name_of(control: Any) -> str:
    """The accessible name of a link or button, as far as it is computed here."""
    return control.attrs.get("aria-label") or control.text


def shared_url(href: str, parameter: str) -> str:
    """The page's address inside a link to a network."""
    return parse_qs(urlsplit(href).query)[parameter][0]


def test_the_container_says_what_is_shared_and_where(context: WidgetContext, mug: Product, read: Read) -> None:
    """Script, style and screen readers read these attributes."""
    bar = read(share_buttons(context, mug, networks=["x"], placement="product page"))[0]
    assert bar.attrs == {
        "class": "sk sk-share sk-share--bar sk-theme-quiet",
        "role": "group",
        "aria-label": "Share Stoneware mug",
        "data-sk-widget": "share",
        "data-sk-product": "mug-1",
        "data-sk-placement": "product page",
        "data-sk-mount": "/sharekit",
        "data-sk-title": "Stoneware mug",
        "data-sk-text": "",
    }


def test_a_network_is_a_plain_link_with_the_tracked_page_inside(
    context: WidgetContext, mug: Product, read: Read
) -> None:
    """Without any script the link opens the network's dialog, and nothing of the page leaks to it."""
    link = controls(read(share_buttons(context, mug, networks=["telegram"], placement="p")))["telegram"]
    share_id = page_share_id(context.share_key, "mug-1", "telegram", "p")
    assert link.tag == "a"
    assert link.attrs["target"] == "_blank"
    assert link.attrs["rel"] == "noopener noreferrer"
    assert link.attrs["data-sk-share"] == share_id
    assert shared_url(link.attrs["href"], "url") == (
        f"https://shop.example/p/mug-1?utm_source=telegram&utm_medium=social&sk={share_id}"
    )


def test_the_default_networks_are_those_of_the_settings(make_context: MakeContext, mug: Product, read: Read) -> None:
    """A call that names none shows the shop's own choice, in its order."""
    html = share_buttons(make_context(networks=("copy", "x", "email")), mug)
    assert list(controls(read(html))) == ["copy", "x", "email"]


@pytest.mark.parametrize("networks", ["whatsapp x copy", "whatsapp, x,copy", ["whatsapp", "x", "copy", "x"]])
def test_networks_may_be_text_or_a_list(context: WidgetContext, mug: Product, read: Read, networks: Any) -> None:
    """Template languages without list literals pass text; a network named twice is shown once."""
    assert list(controls(read(share_buttons(context, mug, networks=networks)))) == ["whatsapp", "x", "copy"]


def test_no_network_gives_nothing(context: WidgetContext, mug: Product) -> None:
    """An empty choice leaves no empty box on the page."""
    assert share_buttons(context, mug, networks=[]) == ""


def test_every_live_network_can_be_shown(context: WidgetContext, mug: Product, read: Read) -> None:
    """Each has a link or a page of the shop's own, and its glyph comes from a sprite of ours."""
    elements = read(share_buttons(context, mug, networks=[*LIVE, *PSEUDO_NETWORKS]))
    found = controls(elements)
    assert list(found) == [*LIVE, *PSEUDO_NETWORKS]
    assert all(found[key].attrs["href"] for key in LIVE)
    uses = [element.attrs["href"] for element in elements if element.tag == "use"]
    assert len(uses) == len(found)
    assert all(address.startswith("/sharekit/static/icons") for address in uses)


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("show", SHOWS)
def test_names_are_unique_and_hold_the_label(
    context: WidgetContext, mug: Product, read: Read, locale: str, show: str
) -> None:
    """WCAG 2.2, 2.4.6 and 2.5.3, in every language and with or without visible labels."""
    html = share_buttons(context, mug, networks=[*LIVE, *PSEUDO_NETWORKS], locale=locale, show=show)
    found = list(controls(read(html)).values())
    names = [name_of(control) for control in found]
    assert all(names)
    assert len(set(names)) == len(names)
    assert all(control.text.lower() in name_of(control).lower() for control in found)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_inline_that_a_strict_policy_would_block(
    context: WidgetContext, mug: Product, read: Read, layout: str
) -> None:
    """No script, no style, no handler, no data: address; and icons say nothing to screen readers."""
    for element in read(share_buttons(context, mug, networks=[*LIVE, *PSEUDO_NETWORKS], layout=layout)):
        assert element.tag not in {"script", "style"}
        assert not any(name == "style" or name.startswith("on") for name in element.attrs)
        assert not any(value.startswith(("data:", "javascript:")) for value in element.attrs.values())
        if element.tag == "svg":
            assert element.attrs["aria-hidden"] == "true"


def test_the_same_call_gives_the_same_bytes(make_context: MakeContext, mug: Product) -> None:
    """Pages may be cached for everybody, and built by any worker."""
    options: dict[str, Any] = {"networks": [*LIVE, *PSEUDO_NETWORKS], "placement": "p", "links": "redirect"}
    assert share_buttons(make_context(), mug, **options) == share_buttons(make_context(), mug, **options)


def test_share_ids_differ_by_product_network_and_placement(context: WidgetContext, mug: Product, read: Read) -> None:
    """Each is one row of a report."""
    other = Product(id="mug-2", title="Other", url="/p/mug-2")
    ids = [
        control.attrs["data-sk-share"]
        for item, placement in ((mug, "a"), (mug, "b"), (other, "a"))
        for control in controls(
            read(share_buttons(context, item, networks="x email copy", placement=placement))
        ).values()
    ]
    assert len(set(ids)) == len(ids) == 9


def test_email_and_sms_open_no_tab(context: WidgetContext, mug: Product, read: Read) -> None:
    """They open another program; a blank tab would stay behind."""
    found = controls(read(share_buttons(context, mug, networks="email sms")))
    assert found["email"].attrs["href"].startswith("mailto:")
    assert found["sms"].attrs["href"].startswith("sms:")
    assert not any("target" in control.attrs for control in found.values())


def test_buttons_that_need_script_say_so(context: WidgetContext, mug: Product, read: Read) -> None:
    """Without script the style sheet hides them; with it they find the address to share."""
    elements = read(share_buttons(context, mug, networks="copy native print"))
    found = controls(elements)
    assert all(control.tag == "button" and control.attrs["type"] == "button" for control in found.values())
    assert "sk-needs-script" in found["copy"].attrs["class"]
    assert "sk-needs-script" in found["print"].attrs["class"]
    assert found["native"].parents[-1].attrs["class"] == "sk-needs-native"
    assert found["copy"].attrs["data-sk-done"] == "Link copied"
    assert "utm_source=copy" in found["copy"].attrs["data-sk-url"]
    assert "utm_source=native" in found["native"].attrs["data-sk-url"]
    assert [element.attrs.get("role") for element in elements if element.tag == "p"] == ["status"]


def test_more_puts_the_rest_behind_a_disclosure(context: WidgetContext, mug: Product, read: Read) -> None:
    """The first ones are seen at once; the summary is no network, so it is not counted as one."""
    found = controls(read(share_buttons(context, mug, networks="x reddit email copy", layout="more", visible=2)))
    inside = [key for key, control in found.items() if any(parent.tag == "details" for parent in control.parents)]
    assert inside == ["email", "copy"]


def test_more_hides_no_single_control(context: WidgetContext, mug: Product, read: Read) -> None:
    """A disclosure takes as much room as the one control it would hide."""
    html = share_buttons(context, mug, networks="x reddit email", layout="more", visible=2)
    assert "<details" not in html


@pytest.mark.parametrize(
    ("layout", "show", "hidden", "icons"),
    [
        ("bar", None, False, True),
        ("icons", None, True, True),
        ("floating", None, True, True),
        ("vertical", "label", False, False),
    ],
)
def test_layouts_and_what_they_show(
    context: WidgetContext, mug: Product, read: Read, layout: str, show: str | None, hidden: bool, icons: bool
) -> None:
    """Hidden labels stay there for screen readers."""
    elements = read(share_buttons(context, mug, networks="x", layout=layout, show=show))
    label = next(element for element in elements if "sk-share__label" in element.attrs.get("class", ""))
    assert f"sk-share--{layout}" in elements[0].attrs["class"]
    assert ("sk-hidden" in label.attrs["class"]) is hidden
    assert any(element.tag == "svg" for element in elements) is icons


def test_text_per_network_by_mapping(context: WidgetContext, mug: Product, read: Read) -> None:
    """One text for X, another for all others; the system's share sheet gets its own through the container."""
    html = share_buttons(context, mug, networks="x telegram native", text={"x": "For X", "*": "For all"})
    elements = read(html)
    found = controls(elements)
    assert shared_url(found["x"].attrs["href"], "text") == "For X"
    assert shared_url(found["telegram"].attrs["href"], "text") == "For all"
    assert elements[0].attrs["data-sk-text"] == "For all"


def test_text_image_and_hashtags_by_function(context: WidgetContext, mug: Product, read: Read) -> None:
    """A function is asked with the network's key; None falls back to what the item has."""
    html = share_buttons(
        context,
        mug,
        networks="x pinterest",
        text=lambda key: f"Hello {key}",
        image=lambda key: Picture("/img/tall.jpg") if key == "pinterest" else None,
        hashtags=lambda key: ["#mug", "tea"] if key == "x" else None,
    )
    found = controls(read(html))
    assert shared_url(found["x"].attrs["href"], "text") == "Hello x"
    assert shared_url(found["x"].attrs["href"], "hashtags") == "mug,tea"
    assert shared_url(found["pinterest"].attrs["href"], "media") == "https://shop.example/img/tall.jpg"
    assert shared_url(found["pinterest"].attrs["href"], "description") == "Hello pinterest"


def test_one_text_picture_and_hashtags_for_all(context: WidgetContext, mug: Product, read: Read) -> None:
    """The simple form, without a mapping."""
    html = share_buttons(
        context, mug, networks="x pinterest native", text="Look!", image="/img/b.jpg", hashtags="#mug, tea", via="@shop"
    )
    elements = read(html)
    found = controls(elements)
    x = parse_qs(urlsplit(found["x"].attrs["href"]).query)
    assert (x["text"], x["hashtags"], x["via"]) == (["Look!"], ["mug,tea"], ["shop"])
    assert shared_url(found["pinterest"].attrs["href"], "media") == "https://shop.example/img/b.jpg"
    assert elements[0].attrs["data-sk-text"] == "Look!"


def test_the_picture_is_the_items_first_or_the_shops(make_context: MakeContext, mug: Product, read: Read) -> None:
    """Pinterest needs one, so a page without falls back to the shop's."""
    bare = Shareable(url="/about", title="About us")
    gallery = Product(id="g", title="G", url="/g", images=["/img/one.jpg", "/img/two.jpg"])
    context = make_context(default_image="/img/shop.jpg")
    medias = [
        shared_url(
            controls(read(share_buttons(context, item, networks="pinterest")))["pinterest"].attrs["href"], "media"
        )
        for item in (mug, bare, gallery)
    ]
    assert medias == [f"https://shop.example/img/{name}.jpg" for name in ("mug", "shop", "one")]


def test_utm_can_be_switched_off_and_a_campaign_added(context: WidgetContext, mug: Product, read: Read) -> None:
    """The share id stays, because the shop's own counting needs it."""

    def page(**options: Any) -> str:
        html = share_buttons(context, mug, networks="facebook", **options)
        return shared_url(controls(read(html))["facebook"].attrs["href"], "u")

    assert "utm_" not in page(utm=False)
    assert "sk=" in page(utm=False)
    assert "&utm_campaign=summer%20sale&" in page(utm_campaign="summer sale")


def test_redirect_links_carry_a_signed_token(
    make_context: MakeContext, mug: Product, read: Read, signer: Signer
) -> None:
    """The server can rebuild the network's link from the token alone; crawlers are told not to follow."""
    context = make_context(links="redirect", utm_campaign="spring")
    html = share_buttons(
        context,
        mug,
        networks="pinterest email",
        placement="card",
        text={"pinterest": "Pin"},
        hashtags=["mug"],
        utm=False,
    )
    found = controls(read(html))
    link = found["pinterest"]
    mount, action, token = link.attrs["href"].rpartition("/go/")
    assert (mount, action) == ("/sharekit", "/go/")
    assert signer.read(token) == {
        "u": "https://shop.example/p/mug-1",
        "n": "pinterest",
        "p": "mug-1",
        "l": "card",
        "t": "Stoneware mug",
        "x": "Pin",
        "i": "https://shop.example/img/mug.jpg",
        "h": "mug",
        "c": "spring",
        "m": "0",
    }
    assert "data-sk-go" in link.attrs
    assert link.attrs["rel"] == "noopener noreferrer nofollow"
    assert found["email"].attrs["rel"] == "nofollow"
    assert "target" not in found["email"].attrs
    assert "x" not in signer.read(found["email"].attrs["href"].rpartition("/")[2])


def test_a_signed_link_stays_short_enough_and_keeps_what_differs(
    make_context: MakeContext, read: Read, signer: Signer
) -> None:
    """Servers refuse long addresses; the account is there only where it is not the shop's, also when it is none."""
    context = make_context(links="redirect", x_account="@shop")
    item = Product(id="p", title="T" * 5000, url="/p")
    for via, expected in ((None, None), ("@shop", None), ("@ann", "@ann"), ("", "")):
        html = share_buttons(context, item, networks="x", text="word " * 1000, via=via)
        address = controls(read(html))["x"].attrs["href"]
        assert len(address) < 3000
        assert signer.read(address.rpartition("/")[2]).get("v") == expected


def test_the_fediverse_asks_for_the_server_first(
    context: WidgetContext, mug: Product, read: Read, signer: Signer
) -> None:
    """The chooser is a page of the shop's, in the language of the labels."""
    found = controls(read(share_buttons(context, mug, networks="mastodon", locale="de")))
    address, _, query = found["mastodon"].attrs["href"].partition("?")
    assert query == "lang=de"
    assert signer.read(address.removeprefix("/sharekit/fediverse/"))["n"] == "mastodon"
    assert "data-sk-go" in found["mastodon"].attrs


def test_a_shop_with_an_instance_of_its_own_needs_no_chooser(
    make_context: MakeContext, mug: Product, read: Read
) -> None:
    """network_options may fix the server."""
    context = make_context(network_options={"mastodon": {"instance": "mastodon.social"}})
    found = controls(read(share_buttons(context, mug, networks="mastodon")))
    assert found["mastodon"].attrs["href"].startswith("https://mastodon.social/share?")


def test_network_options_reach_the_link(make_context: MakeContext, mug: Product, read: Read) -> None:
    """Messenger works only with the shop's app id."""
    context = make_context(network_options={"messenger": {"app_id": "123", "redirect_uri": "https://shop.example/"}})
    found = controls(read(share_buttons(context, mug, networks="messenger")))
    assert "app_id=123" in found["messenger"].attrs["href"]


def test_the_qr_code_is_a_picture_from_the_shops_server(
    context: WidgetContext, mug: Product, read: Read, signer: Signer
) -> None:
    """Behind a disclosure, loaded when it is opened, with its size and a description."""
    elements = read(share_buttons(context, mug, networks="qr", placement="p"))
    picture = next(element for element in elements if element.tag == "img")
    assert controls(elements)["qr"].tag == "summary"
    assert picture.attrs["alt"] == "QR code of the link to Stoneware mug"
    assert picture.attrs["loading"] == "lazy"
    assert picture.attrs["width"] == picture.attrs["height"]
    token = picture.attrs["src"].removeprefix("/sharekit/qr/").removesuffix(".svg")
    assert signer.read(token) == {"u": "https://shop.example/p/mug-1", "n": "qr", "p": "mug-1", "l": "p"}


def test_a_qr_code_without_its_package_names_the_extra(
    context: WidgetContext, mug: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said when the page is rendered, not when a shopper opens it."""
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(MissingExtraError, match=r"sharekit-web\[qr\]"):
        share_buttons(context, mug, networks="x qr")


def test_counts_are_shown_only_when_asked_for(make_context: MakeContext, mug: Product, read: Read) -> None:
    """Own numbers, never seeded: nobody yet is no number."""
    context = make_context(counts={"x": 1, "email": 1200})
    assert "sk-share__count" not in share_buttons(context, mug, networks="x email copy")
    elements = read(share_buttons(context, mug, networks="x email copy", counts=True))
    counts = [element.text for element in elements if element.attrs.get("class") == "sk-share__count"]
    assert counts == ["1 share", "1200 shares"]


def test_the_mount_can_differ_from_the_setting(context: WidgetContext, mug: Product, read: Read) -> None:
    """An app under a prefix hands over where browsers reach it."""
    elements = read(share_buttons(context, mug, networks="x mastodon", mount="/shop/sharekit/"))
    assert elements[0].attrs["data-sk-mount"] == "/shop/sharekit"
    assert controls(elements)["mastodon"].attrs["href"].startswith("/shop/sharekit/fediverse/")
    uses = [element.attrs["href"] for element in elements if element.tag == "use"]
    assert all(address.startswith("/shop/sharekit/static/") for address in uses)


def test_a_language_that_is_not_there_is_marked(context: WidgetContext, mug: Product, read: Read) -> None:
    """English labels on a Portuguese page are announced as English (WCAG 2.2, 3.1.2)."""
    assert read(share_buttons(context, mug, networks="x", locale="pt-BR"))[0].attrs["lang"] == "en"
    assert "lang" not in read(share_buttons(context, mug, networks="x", locale="de-AT"))[0].attrs


def test_labels_of_the_shops_own_and_further_attributes(context: WidgetContext, mug: Product, read: Read) -> None:
    """The group can be renamed, and hooks of the host be added."""
    bar = read(
        share_buttons(
            context, mug, networks="x", label="Tell <friends>", attrs={"id": "s", "class": 'a"b', "hidden": True}
        )
    )[0]
    assert bar.attrs["aria-label"] == "Tell <friends>"
    assert bar.attrs["id"] == "s"
    assert bar.attrs["hidden"] == ""
    assert bar.attrs["class"].endswith(' a"b')


def test_networks_of_the_shops_own(make_context: MakeContext, mug: Product, read: Read) -> None:
    """Named by key or as the object; without a glyph in our sprite they get a chain link, or their own sprite's."""
    kite = Network(key="kite", label="Kite & Co", base_url="https://kite.example/post", params={"url": "u"})
    crow = Network(
        key="crow", label="Crow", base_url="https://crow.example/", params={"url": "u"}, icon="/static/own.svg#crow"
    )
    context = make_context(own=(kite, crow))
    elements = read(share_buttons(context, mug, networks=[kite, "crow"]))
    found = controls(elements)
    assert name_of(found["kite"]) == "Share on Kite & Co"
    assert found["kite"].attrs["href"].startswith("https://kite.example/post?u=https%3A%2F%2Fshop.example")
    icons = [element.attrs["href"] for element in elements if element.tag == "use"]
    assert icons[0].endswith("#link")
    assert icons[1] == "/static/own.svg#crow"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"layout": "bars"}, UnknownNameError, "'bar'"),
        ({"show": "icons"}, UnknownNameError, "'icon'"),
        ({"links": "directly"}, UnknownNameError, "'direct'"),
        ({"theme": "quit"}, UnknownNameError, "'quiet'"),
        ({"layout": ["bar"]}, UnknownNameError, "layout"),
        ({"networks": ["whatsap"]}, UnknownNameError, "'whatsapp'"),
        ({"networks": ["cpoy"]}, UnknownNameError, "'copy'"),
        ({"networks": 3}, InvalidValueError, "networks"),
        ({"networks": [3]}, InvalidValueError, "networks"),
        ({"networks": ["pocket"]}, DeadNetworkError, "2025"),
        ({"visible": 0}, InvalidValueError, "visible"),
        ({"visible": True}, InvalidValueError, "visible"),
        ({"placement": 3}, InvalidValueError, "placement"),
        ({"placement": "p" * 129}, InvalidValueError, "placement"),
        ({"locale": 3}, InvalidValueError, "locale"),
        ({"mount": 3}, InvalidValueError, "mount"),
        ({"text": 3}, InvalidValueError, "text"),
        ({"text": {"x": 3}}, InvalidValueError, "text"),
        ({"text": "half \ud800"}, InvalidValueError, "text"),
        ({"image": "javascript:alert(1)", "networks": "pinterest"}, InvalidValueError, "image"),
        ({"image": {"pinterest": "data:,x"}, "networks": "pinterest"}, InvalidValueError, "image"),
        ({"hashtags": 3}, InvalidValueError, "hashtags"),
        ({"attrs": {"x onload": "y"}}, InvalidValueError, "attrs"),
        ({"attrs": {"role": "y"}}, InvalidValueError, "attrs"),
        ({"attrs": {"data-sk-product": "y"}}, InvalidValueError, "attrs"),
        ({"attrs": {"aria-label": "y"}}, InvalidValueError, "label="),
    ],
)
def test_values_that_cannot_work_are_refused(
    context: WidgetContext, mug: Product, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    """With the option's name, and the near ones where it is a name."""
    with pytest.raises(error, match=words):
        share_buttons(context, mug, **({"networks": "x"} | options))


def test_what_is_remembered_stays_bounded(context: WidgetContext, mug: Product) -> None:
    """Options that differ on every call must not fill the memory."""
    for number in range(600):
        share_buttons(context, mug, networks="x", mount=f"/{number}", placement=f"{number}")
        share_buttons(context, mug, networks="email", placement=f"{number}")
    assert len(context.plans) <= 256
