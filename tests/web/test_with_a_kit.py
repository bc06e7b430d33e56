"""The app of a real kit: what it renders can be followed, and what is posted is in the store."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from sharekit import Product, ShareKit
from sharekit.networks.links import tracked_url
from sharekit.pipeline.delivery import JOURNAL
from sharekit.web.http import Request, Response
from sharekit.web.qr import _draw

CLICK = b'{"name":"click","product_id":"mug-1","network":"x","placement":"product"}'


def ask(kit: ShareKit, agent: str, method: str, address: str, body: bytes = b"") -> Response:
    """The answer to a request for an address of the page."""
    path, _, query = address.partition("?")
    return kit.handle(
        Request(
            method=method,
            path=path.removeprefix("/sharekit"),
            query=query,
            headers={"user-agent": agent, "sec-fetch-site": "same-origin", "content-type": "text/plain"},
            body=body,
            client="203.0.113.9",
            host="shop.example",
            mount="/sharekit",
        )
    )


@pytest.mark.parametrize("shell", ["wsgi", "asgi"])
def test_what_is_posted_is_in_the_report(
    kit: ShareKit,
    shell: str,
    serve_wsgi: Callable[[Any], Any],
    serve_asgi: Callable[..., Any],
) -> None:
    """Posts to a real server, of either kind, are in the store under the ids that were acknowledged."""
    server = serve_wsgi(kit.wsgi_app) if shell == "wsgi" else serve_asgi(kit.asgi_app)
    for _ in range(20):
        status, _, body = server.ask("POST", "/sharekit/events", CLICK, Content_Type="text/plain")
        assert (status, json.loads(body)) == (202, {"accepted": 1})
    assert kit.flush(20)
    assert kit.report.totals().clicks == 20


def test_every_rendered_link_leads_to_its_network(kit: ShareKit, mug: Product, browser_agent: str) -> None:
    """With ``links="redirect"`` each link of a share bar is counted once and leads on; reports show them by network."""
    hosts = {"whatsapp": "api.whatsapp.com", "x": "x.com", "pinterest": "www.pinterest.com", "bluesky": "bsky.app"}
    bar = str(kit.share_buttons(mug, networks=list(hosts), links="redirect", placement="product", text="Look & see"))
    links = [html.unescape(link) for link in re.findall(r'href="(/sharekit/go/[^"]+)"', bar)]
    assert len(links) == len(hosts)
    for link, host in zip(links, hosts.values(), strict=True):
        response = ask(kit, browser_agent, "GET", link)
        assert response.status == 303
        assert urlsplit(dict(response.headers)["location"]).hostname == host
    assert kit.flush(20)
    rows = {row.key: (row.clicks, row.shares) for row in kit.report.funnel(by="network")}
    assert rows == dict.fromkeys(hosts, (1, 1))


def test_the_rendered_fediverse_link_opens_the_page(kit: ShareKit, mug: Product, browser_agent: str) -> None:
    """The chooser's page speaks the language of the buttons, and its form leads to the server that was named."""
    bar = str(kit.share_buttons(mug, networks=["mastodon"], locale="de"))
    link = html.unescape(re.findall(r'href="(/sharekit/fediverse/[^"]+)"', bar)[0])
    page = ask(kit, browser_agent, "GET", link).body.decode()
    assert '<html lang="de"' in page
    action = html.unescape(re.findall(r'action="([^"]+)"', page)[0])
    response = ask(kit, browser_agent, "POST", action, b"instance=fosstodon.org")
    assert response.status == 303
    assert dict(response.headers)["location"].startswith("https://fosstodon.org/share?text=Stoneware%20mug")


def test_the_rendered_qr_code_holds_the_share_of_its_control(kit: ShareKit, mug: Product, browser_agent: str) -> None:
    """The picture is the tracked address with the very share id that the control carries."""
    bar = str(kit.share_buttons(mug, networks=["qr"], placement="label"))
    link = html.unescape(re.findall(r'src="(/sharekit/qr/[^"]+)"', bar)[0])
    share_id = re.findall(r'data-sk-share="([^"]+)"', bar)[0]
    address = tracked_url("https://shop.example/p/mug-1", source="qr", share_id=share_id)
    assert ask(kit, browser_agent, "GET", link).body == _draw(address)


def test_a_journal_that_cannot_be_written_acknowledges_nothing(kit: ShareKit, mug: Product, browser_agent: str) -> None:
    """Where the journal has no room the collector answers 503, and the shopper's redirect still works."""
    bar = str(kit.share_buttons(mug, networks=["x"], links="redirect"))
    kit.settings.data_dir.mkdir(exist_ok=True)
    (kit.settings.data_dir / JOURNAL).write_text("a file where the journal's folder should be")
    response = ask(kit, browser_agent, "POST", "/sharekit/events", CLICK)
    assert (response.status, json.loads(response.body)["error"]) == (503, "not_kept")
    assert int(dict(response.headers)["retry-after"]) > 0
    link = html.unescape(re.findall(r'href="(/sharekit/go/[^"]+)"', bar)[0])
    assert ask(kit, browser_agent, "GET", link).status == 303
