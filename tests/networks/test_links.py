"""Links: composed per network, cut to its limit, percent-encoded once, tracked inside the shared address."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharekit.exceptions import InvalidValueError
from sharekit.networks import LinkBuilder, Message, Network, Networks, tracked_url
from sharekit.networks.text import measure

NETWORKS = Networks()
ID = "AbCdEf123_-x"
PAGE = "https://shop.example/p/mug-1"
MUG = Message(PAGE, "Stoneware mug", image="https://shop.example/img/mug.jpg")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def tracked(network: str, page: str = PAGE) -> str:
    """What must arrive at the network."""
    return tracked_url(page, source=network, share_id=ID)


def fields(link: str) -> dict[str, str]:
    """The parameters of a link, decoded strictly."""
    query = urlsplit(link).query
    pairs = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True))
    assert "+" not in query
    return pairs


def link(name: str, message: Message = MUG, **options: Any) -> str:
    """The message's link for a network."""
    return LinkBuilder(message).link(NETWORKS.get(name), ID, **options)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/p", "https://a.example/p?{}"),
        ("https://a.example", "https://a.example?{}"),
        ("https://a.example/p?", "https://a.example/p?{}"),
        ("https://a.example/p?size=l&size=m", "https://a.example/p?size=l&size=m&{}"),
        ("https://a.example/p?size=l&", "https://a.example/p?size=l&{}"),
        ("https://a.example/p#reviews", "https://a.example/p?{}#reviews"),
        ("https://a.example/p?a=%20b+c#?x=1", "https://a.example/p?a=%20b+c&{}#?x=1"),
        ("https://a.example/p?sk=old&utm_source=mail&a=1", "https://a.example/p?a=1&{}"),
        ("https://a.example/p?utm_medium=m&utm_campaign=c", "https://a.example/p?{}"),
        ("https://a.example/p?utm%5Fsource=mail&%73k=1", "https://a.example/p?{}"),
        ("https://a.example/p?utm_content=a&risk=1&sku=2", "https://a.example/p?utm_content=a&risk=1&sku=2&{}"),
    ],
)
def test_the_pages_own_query_and_fragment_are_kept(url: str, expected: str) -> None:
    """Tracking is added once, and replaces what an earlier share left."""
    assert tracked_url(url, source="x", share_id=ID) == expected.format(f"utm_source=x&utm_medium=social&sk={ID}")


def test_a_campaign_is_named_and_encoded() -> None:
    """Whatever the campaign is called, it is one parameter."""
    url = tracked_url(PAGE, source="x", share_id=ID, campaign="spring & summer")
    assert url == f"{PAGE}?utm_source=x&utm_medium=social&utm_campaign=spring%20%26%20summer&sk={ID}"


def test_without_utm_the_share_id_stays() -> None:
    """Shares are counted by ``sk`` alone; parameters of the page's own are left as they are."""
    url = tracked_url(f"{PAGE}?utm_source=mail&sk=old", source="x", share_id=ID, utm=False)
    assert url == f"{PAGE}?utm_source=mail&sk={ID}"


@pytest.mark.parametrize("utm", [True, False])
@pytest.mark.parametrize("campaign", ["", "spring & summer 100%"])
@pytest.mark.parametrize("page", [PAGE, f"{PAGE}?a=1&sk=old#top", "https://shop.example/straße?q=ü"])
def test_the_link_holds_exactly_the_tracked_address(utm: bool, campaign: str, page: str) -> None:
    """Putting encoded parts together gives the same as encoding the whole."""
    builder = LinkBuilder(Message(page, "Mug"), utm=utm, campaign=campaign)
    expected = tracked_url(page, source="facebook", share_id=ID, utm=utm, campaign=campaign)
    assert fields(builder.link(NETWORKS.get("facebook"), ID)) == {"u": expected}
    assert builder.url("facebook", ID) == expected


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("facebook", {"u": tracked("facebook")}),
        ("linkedin", {"url": tracked("linkedin")}),
        ("x", {"text": "Stoneware mug", "url": tracked("x")}),
        ("telegram", {"url": tracked("telegram"), "text": "Stoneware mug"}),
        ("whatsapp", {"text": f"Stoneware mug {tracked('whatsapp')}"}),
        ("bluesky", {"text": f"Stoneware mug {tracked('bluesky')}"}),
        ("reddit", {"url": tracked("reddit"), "title": "Stoneware mug"}),
        ("hackernews", {"u": tracked("hackernews"), "t": "Stoneware mug"}),
        ("flipboard", {"v": "2", "url": tracked("flipboard"), "title": "Stoneware mug"}),
        ("weibo", {"url": tracked("weibo"), "title": "Stoneware mug", "pic": MUG.image}),
        ("vk", {"url": tracked("vk"), "title": "Stoneware mug", "image": MUG.image}),
        ("email", {"subject": "Stoneware mug", "body": f"Stoneware mug\r\n\r\n{tracked('email')}"}),
        ("sms", {"body": f"Stoneware mug {tracked('sms')}"}),
        ("viber", {"text": f"Stoneware mug {tracked('viber')}"}),
        ("ai_gemini", {"udm": "50", "aep": "11", "q": f"Stoneware mug {tracked('ai_gemini')}"}),
        (
            "pinterest",
            {"url": tracked("pinterest"), "media": "https://shop.example/img/mug.jpg", "description": "Stoneware mug"},
        ),
    ],
)
def test_each_network_gets_what_it_takes(network: str, expected: dict[str, str]) -> None:
    """A field each, the link inside the text, or the link alone."""
    assert fields(link(network)) == expected


def test_pinterest_without_a_picture_still_works() -> None:
    """People then pick one from the page; lint tells the shop."""
    assert fields(link("pinterest", Message(PAGE, "Mug"))) == {"url": tracked("pinterest"), "description": "Mug"}


def test_mail_is_encoded_as_mail_programs_read_it() -> None:
    """No plus for a space, and CR LF for every line end, whatever the text came with (RFC 6068)."""
    address = link("email", Message(PAGE, "Mug & saucer", "One\ntwo\r\nthree\rfour"))
    assert address.startswith(
        "mailto:?subject=Mug%20%26%20saucer&body=One%0D%0Atwo%0D%0Athree%0D%0Afour%0D%0A%0D%0Ahttps%3A%2F%2F"
    )


def test_line_ends_elsewhere_are_line_feeds() -> None:
    """A carriage return would show up as a blank line."""
    assert fields(link("telegram", Message(PAGE, "Mug", "One\r\ntwo")))["text"] == "One\ntwo"


def test_hashtags_and_account_take_each_networks_form() -> None:
    """X: commas without ``#`` and an account without ``@``; Facebook: one, with ``#``; Threads: one, plain."""
    message = MUG._replace(hashtags=("#clay", "hand made", " ", "#"), via="@shop")
    assert fields(link("x", message)) | {"text": ""} == {
        "text": "",
        "url": tracked("x"),
        "hashtags": "clay,handmade",
        "via": "shop",
    }
    assert fields(link("facebook", message))["hashtag"] == "#clay"
    assert fields(link("threads", message))["tag"] == "clay"
    assert fields(link("tumblr", message))["tags"] == "clay,handmade"
    assert "via" not in link("tumblr", message)


def test_threads_topics_are_cleaned_and_short() -> None:
    """At most 50 characters, neither point nor ampersand."""
    assert fields(link("threads", MUG._replace(hashtags=("R&B." + "x" * 60,))))["tag"] == "RB" + "x" * 48
    assert "tag=" not in link("threads", MUG._replace(hashtags=("&.",)))


def test_a_single_hashtag_may_be_text() -> None:
    """A plain word is not taken letter by letter."""
    assert fields(link("x", MUG, hashtags="clay"))["hashtags"] == "clay"


def test_text_image_and_hashtags_can_be_given_for_one_network() -> None:
    """The same text everywhere is the classic mistake; the builder's message is untouched by it."""
    builder = LinkBuilder(MUG._replace(hashtags=("clay",)))
    pinterest = NETWORKS.get("pinterest")
    first = builder.link(pinterest, ID)
    special = fields(builder.link(pinterest, ID, text="Look!", image="https://shop.example/tall.jpg"))
    assert special["description"] == "Look!"
    assert special["media"] == "https://shop.example/tall.jpg"
    assert "media" not in fields(builder.link(pinterest, ID, image=""))
    assert "hashtags" not in fields(builder.link(NETWORKS.get("x"), ID, hashtags=()))
    assert builder.link(pinterest, ID) == first


def test_a_text_of_its_own_is_the_title_where_only_a_title_is_taken() -> None:
    """Whoever writes a text for Reddit means what Reddit shows."""
    assert fields(link("reddit", MUG, text="A mug I made"))["title"] == "A mug I made"
    assert fields(link("reddit", MUG._replace(text="General words")))["title"] == "Stoneware mug"


@pytest.mark.parametrize("missing", [{}, {"app_id": "1"}, {"redirect_uri": "https://shop.example/"}])
def test_messenger_asks_for_its_options(missing: dict[str, str]) -> None:
    """The error names the setting and the options."""
    with pytest.raises(InvalidValueError, match=r"network_options=\{'messenger'"):
        link("messenger", options=missing)


def test_options_of_the_shops_stand_in_the_link() -> None:
    """Fixed values, encoded like everything else."""
    options = {"app_id": "123", "redirect_uri": "https://shop.example/thanks?a=1&b=2"}
    assert fields(link("messenger", options=options)) == {"link": tracked("messenger")} | options
    assert fields(link("x", MUG._replace(via="a"), options={"via": "@b", "related": "c"}))["via"] == "b"
    assert fields(link("whatsapp", options={"phone": "+4930"}))["phone"] == "+4930"
    assert link("sms", options={"phone": "+4930123"}).startswith("sms:+4930123?body=")


@pytest.mark.parametrize(
    ("network", "options", "reason"),
    [
        ("messenger", {"appid": "1"}, "Did you mean 'app_id'"),
        ("x", {"url": "https://evil.example"}, "unknown option 'url'"),
        ("x", {"related": ""}, "pass text"),
        ("x", {"related": 7}, "pass text"),
        ("sms", {"phone": "1?body=x&y"}, "cannot stand inside an address"),
        ("mastodon", {"instance": "localhost"}, "instance"),
    ],
)
def test_options_that_cannot_work_are_refused(network: str, options: dict[str, Any], reason: str) -> None:
    """Near names are offered, and what is shared cannot be replaced."""
    with pytest.raises(InvalidValueError, match=reason.replace("?", r"\?")):
        link(network, options=options)


def test_mastodon_links_lead_to_the_server_given() -> None:
    """The chooser asks for it; a shop may also fix one."""
    with pytest.raises(InvalidValueError, match="instance"):
        link("mastodon")
    address = link("mastodon", options={"instance": "@ann@Mastodon.social"})
    assert address.startswith("https://mastodon.social/share?text=Stoneware%20mug%20https%3A%2F%2F")


def test_a_network_that_is_gone_has_no_link() -> None:
    """Not even when its row is handed over."""
    row = next(row for row in NETWORKS if row.key == "pocket")
    with pytest.raises(InvalidValueError, match="no share address"):
        LinkBuilder(MUG).link(row, ID)


def test_the_body_is_the_text_with_the_link() -> None:
    """What the fediverse chooser shows and sends."""
    builder = LinkBuilder(MUG._replace(text="By hand"))
    assert builder.body(NETWORKS.get("mastodon"), ID) == f"By hand {tracked('mastodon')}"
    assert builder.body(NETWORKS.get("mastodon"), ID, text="Look") == f"Look {tracked('mastodon')}"


def test_a_link_longer_than_the_limit_stands_alone() -> None:
    """A link is never cut; the text gives way."""
    page = "https://shop.example/" + "x" * 400
    message = Message(page, "Mug")
    assert fields(link("bluesky", message)) == {"text": tracked("bluesky", page)}
    assert LinkBuilder(message).body(NETWORKS.get("bluesky"), ID) == tracked("bluesky", page)


def test_on_x_a_long_link_counts_23() -> None:
    """So it takes nothing away from the text."""
    page = "https://shop.example/" + "x" * 400
    text = "word " * 51  # 255 characters, and 24 for the link with its space
    assert fields(link("x", Message(page, "Mug", text)))["text"] == text


def test_in_x_the_network_omits_the_text_when_tags_take_all_room() -> None:
    """What is left out entirely leaves no empty parameter."""
    pairs = fields(link("x", MUG._replace(hashtags=("t" * 300,))))
    assert "text" not in pairs


def test_titles_are_cut_where_the_limit_is_the_titles() -> None:
    """Reddit takes 300 characters of title, Hacker News 80, whatever the link's length."""
    message = Message("https://shop.example/" + "x" * 400, "word " * 100)
    assert len(fields(link("reddit", message))["title"]) <= 300
    title = fields(link("hackernews", message))["t"]
    assert len(title) <= 80
    assert title.endswith("word…")


LIMITED = [row for row in NETWORKS.live() if row.limit is not None and not row.needs_instance]


@given(title=TEXTS.filter(bool), text=TEXTS, tags=st.lists(TEXTS, max_size=3), via=TEXTS, long=st.booleans())
@settings(deadline=None)
def test_no_limit_is_ever_passed(title: str, text: str, tags: list[str], via: str, long: bool) -> None:
    """Measured at the far end: what a network decodes fits, link, hashtags and account included."""
    page = PAGE + "/" * (150 if long else 0)
    builder = LinkBuilder(Message(page, title, text, hashtags=tags, via=via))
    for network in LIMITED:
        assert network.limit is not None
        pairs = fields(builder.link(network, ID))
        shared = tracked(network.key, page)
        if network.text == "title_only":
            assert measure(pairs.get(network.params["title"], ""), network.counts) <= network.limit
            continue
        said = pairs.get(network.params["text"], "")
        if network.text == "in_body":
            assert said.endswith(shared)
            said = said.removesuffix(shared)
        if said:
            link_size = 23 if network.counts == "x" else len(shared)
            size = measure(said, network.counts) + link_size
            if network.counts == "x":
                size += sum(measure(f" #{tag}", "x") for tag in pairs.get("hashtags", "").split(",") if tag)
                size += measure(f" via @{pairs['via']}", "x") if "via" in pairs else 0
            assert size <= network.limit


@given(title=TEXTS.filter(bool), text=TEXTS, image=TEXTS)
@settings(deadline=None)
def test_hostile_text_stays_inside_its_parameter(title: str, text: str, image: str) -> None:
    """No text adds a parameter, ends the address, or carries a character that HTML reads."""
    builder = LinkBuilder(Message(PAGE, title, text, image))
    plain = LinkBuilder(Message(PAGE, "t", "t" if text else "", "t" if image else ""))
    for network in NETWORKS.live():
        options = {name: "social.coop" for name in network.required if name in network.options}
        address = builder.link(network, ID, options=options)
        assert set(address) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%:/?&=+")
        names = [pair.partition("=")[0] for pair in urlsplit(address).query.split("&")]
        known = [pair.partition("=")[0] for pair in urlsplit(plain.link(network, ID, options=options)).query.split("&")]
        assert names == known


@given(title=TEXTS.filter(bool), text=TEXTS)
@settings(deadline=None)
def test_what_is_written_is_what_arrives(title: str, text: str) -> None:
    """Where nothing is cut, the network decodes exactly the text."""
    pairs = parse_qs(urlsplit(LinkBuilder(Message(PAGE, title, text)).link(NETWORKS.get("pinterest"), ID)).query)
    line_end = "\n" if text else " "
    assert pairs["description"] == [(text or title).replace("\r\n", "\n").replace("\r", "\n").replace("\n", line_end)]


@pytest.mark.parametrize("network", ["email", "reddit", "tumblr", "telegram"])
def test_a_title_is_one_line(network: str) -> None:
    """A second line in a mail's subject could be read as another header."""
    message = Message(PAGE, "Mug\r\nBcc: everybody@example.org")
    for address in (link(network, message), link(network, MUG, text="Mug\nBcc: everybody@example.org")):
        title = next((fields(address)[name] for name in ("subject", "title") if name in fields(address)), "")
        assert "\n" not in title
    assert "Mug%20Bcc" in link(network, message)


def test_own_networks_take_everything_through_their_own_words() -> None:
    """A row of the shop's own with placeholders, fixed values and percent signs."""
    own = Network(
        key="club",
        label="Club",
        base_url="https://{host}.club.example/a%20b?in=1",
        params={"text": "t", "url": "u"},
        fixed={"mode": "50%"},
        required=("host",),
    )
    with pytest.raises(InvalidValueError, match="Club needs host"):
        LinkBuilder(MUG).link(own, ID)
    assert LinkBuilder(MUG).link(own, ID, options={"host": "de"}) == (
        f"https://de.club.example/a%20b?in=1&mode=50%25&t=Stoneware%20mug&u={quote(tracked('club'), safe='')}"
    )


def test_half_a_character_is_refused_with_a_reason() -> None:
    """UTF-8 cannot say a lone surrogate."""
    with pytest.raises(InvalidValueError, match="half a character"):
        LinkBuilder(Message(PAGE, "mug \ud800"))
