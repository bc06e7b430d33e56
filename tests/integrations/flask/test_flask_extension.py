"""The Flask extension: one kit for each app, the words in templates, the app's own templates, language and nonce."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, g, render_template_string
from flask_babel import Babel
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from sharekit import Picture, Product, ProductTag, ShareKit, Video
from sharekit.exceptions import ConfigError
from sharekit.integrations.flask import FlaskShareKit, current_kit
from sharekit.web.http import MAX_BODY

MakeApp = Callable[..., Flask]
CLICK = {"name": "click", "network": "x", "product_id": "mug-1"}


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[MakeApp]:
    """A function that makes a shop with a kit; every kit has a data directory of its own and is closed afterwards."""
    made: list[Flask] = []

    def make(name: str = "shop", *, extend: FlaskShareKit | None = None, **config: Any) -> Flask:
        folder = tmp_path / f"{name}-{len(made)}"
        (folder / "templates").mkdir(parents=True)
        app = Flask(name, root_path=str(folder))
        app.testing = True
        app.secret_key = "only for this test"
        app.config.update(
            {"SHAREKIT_BASE_URL": "https://shop.example", "SHAREKIT_DATA_DIR": str(folder / "data")} | config
        )
        (extend or FlaskShareKit()).init_app(app)
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions["sharekit"].close()


def show(app: Flask, template: str, path: str = "/", **values: Any) -> str:
    """A template, rendered in a request."""
    with app.test_request_context(path):
        return render_template_string(template, **values)


def post(app: Flask, agent: str, body: Any, **headers: str) -> Any:
    """Post events as a browser would."""
    data = body if isinstance(body, bytes) else json.dumps(body)
    headers = {"User-Agent": agent, "Content-Type": "text/plain;charset=UTF-8"} | headers
    return app.test_client().post("/sharekit/events", data=data, headers=headers)


def test_templates_know_the_words(make_app: MakeApp, mug: Product) -> None:
    """share_buttons, sharekit_meta, sharekit_assets and share_counts, also inside imported macros."""
    app = make_app()
    html = show(
        app, "{{ sharekit_assets() }}{{ sharekit_meta(p) }}{{ share_buttons(p, networks=['x', 'copy']) }}", p=mug
    )
    assert '<script src="/sharekit/static/sharekit.' in html
    assert 'property="og:title"' in html
    assert 'data-sk-network="x"' in html
    assert show(app, "{{ share_counts(p) }}", p=mug) == "{}"
    (Path(app.root_path) / "templates" / "macros.html").write_text(
        "{% macro bar(p) %}{{ share_buttons(p) }}{% endmacro %}"
    )
    assert "sk-share" in show(app, "{% import 'macros.html' as m %}{{ m.bar(p) }}", p=mug)


def test_templates_know_tagged_pictures(make_app: MakeApp, mug: Product) -> None:
    """product_tags, gallery and video, with the mount and the language of the request."""
    app = make_app()
    picture = Picture("/look.jpg", 1200, 800, "A table", tags=[ProductTag(mug, 0.5, 0.5)])
    film = Video("/v.mp4", Picture("/v.jpg", 10, 10), title="A day", tags=[ProductTag(mug, 0.5, 0.5, start=3)])
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/shop"}):
        g.locale = "de"
        for call in ("product_tags(p, links='redirect')", "gallery([p], links='redirect')", "video(f)"):
            html = render_template_string("{{ " + call + " }}", p=picture, f=film)
            assert 'aria-label="1, Stoneware mug, 19,90' in html
            assert "Schließen" in html
            assert 'href="/shop/sharekit/static/looks.' in html
            assert ('href="/shop/sharekit/go/' in html) == ("redirect" in call)


def test_settings_come_from_the_app_and_keywords_win(make_app: MakeApp, mug: Product) -> None:
    """SHAREKIT_ names of the configuration; keywords of the extension above them."""
    app = make_app(
        extend=FlaskShareKit(site_name="Keyword"), SHAREKIT_NETWORKS=["bluesky"], SHAREKIT_SITE_NAME="Config"
    )
    kit = app.extensions["sharekit"]
    assert kit.settings.site_name == "Keyword"
    html = show(app, "{{ share_buttons(p) }}", p=mug)
    assert "sk-net-bluesky" in html
    assert "sk-net-whatsapp" not in html


def test_a_misspelt_setting_is_named(make_app: MakeApp) -> None:
    """The error says which name is wrong and which one was meant."""
    with pytest.raises(ConfigError, match=r"SHAREKIT_NETWORK'.*'networks'"):
        make_app(SHAREKIT_NETWORK=["x"])


def test_an_app_takes_one_kit(make_app: MakeApp) -> None:
    """A second init_app is refused in words, before anything is registered twice."""
    app = make_app()
    with pytest.raises(ConfigError, match="already"):
        FlaskShareKit(app)


def test_an_app_without_a_kit_says_so() -> None:
    """current_kit names the missing line."""
    with Flask("bare").app_context(), pytest.raises(ConfigError, match=r"FlaskShareKit\(app\)"):
        current_kit()


def test_one_extension_serves_several_apps(make_app: MakeApp, mug: Product, browser_agent: str) -> None:
    """Each app has its own kit, settings, routes and data."""
    extension = FlaskShareKit()
    first = make_app("first", extend=extension, SHAREKIT_NETWORKS=["x"])
    second = make_app("second", extend=extension, SHAREKIT_NETWORKS=["email"], SHAREKIT_MOUNT="/share")
    assert first.extensions["sharekit"] is not second.extensions["sharekit"]
    assert "sk-net-x" in show(first, "{{ share_buttons(p) }}", p=mug)
    assert 'data-sk-mount="/share"' in show(second, "{{ share_buttons(p) }}", p=mug)
    with second.app_context():
        assert extension.kit is second.extensions["sharekit"]
    assert post(first, browser_agent, CLICK).status_code == 202
    assert second.test_client().get("/sharekit/events").status_code == 404
    kit: ShareKit = first.extensions["sharekit"]
    assert kit.flush(10)
    assert kit.report.totals().clicks == 1
    assert not (second.extensions["sharekit"].settings.data_dir / "events.db").exists()


def test_events_are_kept(make_app: MakeApp, browser_agent: str) -> None:
    """A beacon through Flask is in the report."""
    app = make_app()
    answer = post(app, browser_agent, [CLICK, CLICK])
    assert (answer.status_code, answer.json) == (202, {"accepted": 2})
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    assert kit.report.totals().clicks == 2
    assert [event.visitor != "" for event in kit.report._store.events()] == [True, True]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"name": "purchase"}', 400),
        (b"x" * (MAX_BODY + 1), 413),
        (b"x" * (40 * MAX_BODY), 413),
        (b"\xff\xfe", 400),
    ],
)
def test_bad_posts_are_refused_by_the_kit(make_app: MakeApp, browser_agent: str, body: bytes, status: int) -> None:
    """A short JSON reason, whatever Flask would have said."""
    answer = post(make_app(), browser_agent, body)
    assert answer.status_code == status
    assert answer.json["reason"]


def test_methods_and_unknown_paths_are_the_kits_business(make_app: MakeApp) -> None:
    """405 names what is allowed; 404 below the mount; HEAD has no body."""
    client = make_app().test_client()
    answer = client.put("/sharekit/events")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert client.get("/sharekit/nothing").status_code == 404
    assert client.get("/sharekit/static/..%2f..%2fkit.py").status_code == 404
    head = client.head("/sharekit/static/sharekit.css")
    assert (head.status_code, head.data) == (200, b"")


def test_static_files_keep_their_headers(make_app: MakeApp) -> None:
    """Hashed names are immutable, compressed files say so, and an unchanged file is not sent again."""
    app = make_app()
    address = show(app, "{{ sharekit_assets() }}").split('href="')[1].split('"')[0]
    client = app.test_client()
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert "immutable" in answer.headers["Cache-Control"]
    again = client.get(address, headers={"Accept-Encoding": "br", "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_prefix_in_front_of_the_app_is_kept(make_app: MakeApp, mug: Product, browser_agent: str) -> None:
    """Under SCRIPT_NAME every address the kit writes works, and posts arrive."""
    app = make_app()
    app.add_url_rule(
        "/page",
        view_func=lambda: render_template_string(
            "{{ sharekit_assets() }}{{ share_buttons(p, networks='mastodon qr x') }}", p=mug
        ),
    )
    client = Client(DispatcherMiddleware(Flask("none"), {"/outer/shop": app}))
    html = client.get("/outer/shop/page").text
    assert 'data-sk-mount="/outer/shop/sharekit"' in html
    addresses = [part.split('"')[0].split("#")[0] for part in html.replace('href="', 'src="').split('src="')[1:]]
    own = {address for address in addresses if address.startswith("/")}
    assert len(own) >= 4
    for address in own:
        assert address.startswith("/outer/shop/sharekit/")
        answer = client.get(address, headers={"User-Agent": browser_agent}, follow_redirects=True)
        assert answer.status_code == 200, address
    answer = client.post("/outer/shop/sharekit/events", json=CLICK, headers={"User-Agent": browser_agent})
    assert answer.status_code == 202


def test_templates_of_the_app_win(make_app: MakeApp, mug: Product) -> None:
    """templates/sharekit/share.html.jinja of the app takes the place of the library's."""
    app = make_app()
    own = Path(app.root_path) / "templates" / "sharekit"
    own.mkdir()
    (own / "share.html.jinja").write_text("<b>own</b>")
    assert show(app, "{{ share_buttons(p) }}", p=mug) == "<b>own</b>"


def test_templates_of_a_blueprint_win_too(make_app: MakeApp, mug: Product, tmp_path: Path) -> None:
    """Also of one registered after the extension."""
    app = make_app()
    folder = tmp_path / "theme"
    (folder / "sharekit").mkdir(parents=True)
    (folder / "sharekit" / "share.html.jinja").write_text("<i>theme</i>")
    app.register_blueprint(Blueprint("theme", "theme", root_path=str(tmp_path), template_folder="theme"))
    assert show(app, "{{ share_buttons(p) }}", p=mug) == "<i>theme</i>"


@pytest.mark.parametrize("nonce", ["abc123", lambda: "abc123"])
def test_the_nonce_of_g_is_used(make_app: MakeApp, nonce: Any) -> None:
    """A value or a function in g.csp_nonce reaches style and script."""
    app = make_app()
    with app.test_request_context("/"):
        g.csp_nonce = nonce
        assert render_template_string("{{ sharekit_assets() }}").count('nonce="abc123"') == 2
    assert "nonce" not in show(app, "{{ sharekit_assets() }}")


def test_talismans_nonce_is_used(make_app: MakeApp) -> None:
    """With Flask-Talisman's nonce the tags pass its policy, whichever extension came first."""
    app = make_app()
    Talisman(
        app,
        force_https=False,
        content_security_policy={"default-src": "'none'", "script-src": "'self'"},
        content_security_policy_nonce_in=["script-src"],
    )
    app.add_url_rule("/page", view_func=lambda: render_template_string("{{ sharekit_assets() }}"))
    answer = app.test_client().get("/page")
    nonce = answer.text.split('nonce="')[1].split('"')[0]
    assert f"'nonce-{nonce}'" in answer.headers["Content-Security-Policy"]


def test_flask_babels_language_is_used(make_app: MakeApp, mug: Product) -> None:
    """Buttons and previews speak the language that Flask-Babel chose for the request."""
    app = make_app()
    Babel(app, locale_selector=lambda: "de_AT")
    html = show(app, "{{ share_buttons(p, networks='copy email') }}{{ sharekit_meta(p) }}", p=mug)
    assert "Link kopieren" in html
    assert 'property="og:locale" content="de' in html
    assert "Copy link" in show(app, "{{ share_buttons(p, networks='copy', locale='en') }}", p=mug)


def test_the_language_of_g_is_used(make_app: MakeApp, mug: Product) -> None:
    """Without Flask-Babel, g.locale says it."""
    app = make_app()
    with app.test_request_context("/"):
        g.locale = "fr"
        assert "Copier le lien" in render_template_string("{{ share_buttons(p, networks='copy') }}", p=mug)


@pytest.mark.parametrize("first", ["csrf", "kit"])
def test_beacons_pass_flask_wtf(make_app: MakeApp, browser_agent: str, tmp_path: Path, first: str) -> None:
    """Beacons have no form token; the app's own forms stay protected, whichever extension was initialised first."""
    if first == "kit":
        app = make_app()
        CSRFProtect(app)
    else:
        app = Flask("csrf-first")
        app.secret_key = "only for this test"
        CSRFProtect(app)
        FlaskShareKit(app, base_url="https://shop.example", data_dir=tmp_path / "data")
    app.add_url_rule("/form", view_func=lambda: "ok", methods=["POST"])
    assert app.test_client().post("/form").status_code == 400
    assert post(app, browser_agent, CLICK).status_code == 202
    assert post(app, browser_agent, CLICK, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    app.extensions["sharekit"].close()


def test_a_hook_that_reads_the_body_does_no_harm(make_app: MakeApp, browser_agent: str) -> None:
    """A logger that read the body first leaves it to the kit."""
    app = make_app()
    seen: list[bytes] = []
    from flask import request

    app.before_request(lambda: seen.append(request.get_data()))
    assert post(app, browser_agent, CLICK).status_code == 202
    assert seen == [json.dumps(CLICK).encode()]


def test_a_purchase_in_a_request_has_its_buyer(make_app: MakeApp, browser_agent: str) -> None:
    """record_purchase knows the visitor of the request, and under GPC knows nobody."""
    extension = FlaskShareKit()
    app = make_app(extend=extension)

    def buy(number: str) -> str:
        assert extension.visitor() == current_kit().visitor(_as_request())
        extension.record_purchase(order_id=number, value="19.90", currency="EUR")
        extension.record("add_to_cart", product_id="mug-1")
        return "thanks"

    app.add_url_rule("/buy/<number>", view_func=buy, methods=["POST"])
    client = app.test_client()
    visit = {"name": "visit", "share_id": "AbCdEf123_-x", "network": "x", "product_id": "mug-1"}
    assert post(app, browser_agent, visit).status_code == 202
    client.post("/buy/1", headers={"User-Agent": browser_agent})
    client.post("/buy/2", headers={"User-Agent": browser_agent, "Sec-GPC": "1"})
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    events = {(event.name, event.order_id, event.gpc): event for event in kit.report._store.events()}
    visitor = events["visit", "", False].visitor
    assert visitor
    assert events["purchase", "1", False].visitor == visitor
    assert events["add_to_cart", "", False].visitor == visitor
    assert events["purchase", "2", True].visitor == ""
    assert events["add_to_cart", "", True].visitor == ""
    rows = {row.key: row for row in kit.report.funnel(by="network")}
    assert rows["x"].purchases == 1


def test_outside_of_a_request_a_purchase_has_no_buyer(make_app: MakeApp) -> None:
    """A job that records orders needs the app at work, and no request."""
    extension = FlaskShareKit()
    app = make_app(extend=extension)
    with app.app_context():
        event = extension.record_purchase(order_id="1", value="5", currency="EUR")
    assert event.visitor == ""


def test_the_address_behind_a_proxy_is_the_apps_to_know(make_app: MakeApp, browser_agent: str) -> None:
    """With ProxyFix, two people behind one proxy are two visitors."""
    app = make_app()
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    for address in ("198.51.100.1", "198.51.100.2"):
        assert post(app, browser_agent, CLICK, **{"X-Forwarded-For": address}).status_code == 202
    kit = app.extensions["sharekit"]
    assert kit.flush(10)
    assert len({event.visitor for event in kit.report._store.events()}) == 2


def _as_request() -> Any:
    from flask import request

    from sharekit.integrations.flask.surroundings import request_of

    return request_of(request)


def test_debug_mode_is_the_apps(tmp_path: Path) -> None:
    """Mistakes in pictures are raised while the app runs in debug mode, unless it says otherwise."""

    def debug_of(debug: bool, **config: Any) -> bool:
        app = Flask(__name__)
        app.debug = debug
        app.config |= {"SHAREKIT_BASE_URL": "https://shop.example", "SHAREKIT_DATA_DIR": tmp_path} | config
        kit = FlaskShareKit().init_app(app)
        kit.close()
        return kit.settings.debug

    assert debug_of(True)
    assert not debug_of(False)
    assert not debug_of(True, SHAREKIT_DEBUG=False)
