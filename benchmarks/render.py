"""How long a share bar of six networks takes to render, beside what it could be compared with.

    python benchmarks/render.py

Cases, all for the same product and networks, none of them remembering the product's bar:

- ``f-string, by hand``: the same bytes, written as one f-string: every value quoted and escaped where it stands.
- ``f-string, tuned``: the same bytes, every value quoted and escaped once. The least that Python needs.
- ``Jinja2 loop``: a template that loops over the networks, links made beforehand by the same code.
- ``django-social-share``: its six tags, which do less (no labels for screen readers, no tracking, no pictures).

Samples of all cases are taken in turn, so that a busy moment of the machine hits them alike. Needs the ``bench`` group.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup, escape

from sharekit.config import Settings
from sharekit.events.ids import page_share_id
from sharekit.networks.links import LinkBuilder, Message
from sharekit.networks.registry import Networks
from sharekit.products import Product
from sharekit.rendering.assets import Assets
from sharekit.rendering.environment import make_environment
from sharekit.widgets.context import WidgetContext
from sharekit.widgets.share import share_buttons

BASE = "https://shop.example"
KEY = b"k" * 32
NETWORKS = ("whatsapp", "facebook", "x", "pinterest", "telegram", "email")
SAMPLES = 150
SAMPLE_SECONDS = 0.006
ITEMS = [
    Product(
        id=f"mug-{number}",
        title=f"Stoneware mug “Tide” & saucer, no. {number}",
        url=f"/p/mug-{number}",
        image=f"/img/mug-{number}.jpg",
        price="19.90",
        currency="EUR",
    )
    for number in range(64)
]

SETTINGS = Settings.load(base_url=BASE)
CONTEXT = WidgetContext(
    settings=SETTINGS,
    networks=Networks(),
    environment=make_environment(),
    assets=Assets(SETTINGS.mount),
    share_key=KEY,
    sign=lambda payload: "",
    counts=lambda product_id: {},
)
ICONS = CONTEXT.assets.icons_url()


def ours(item: Product) -> str:
    """The library."""
    return share_buttons(CONTEXT, item, networks=NETWORKS, placement="product")


def by_hand(item: Product) -> str:
    """What one would write without a library: each value quoted and escaped where it is used."""
    url = f"{BASE}{item.url}"

    def share_id(network: str) -> str:
        return page_share_id(KEY, item.id, network, "product")

    def tracked(network: str) -> str:
        return f"{url}?utm_source={network}&utm_medium=social&sk={share_id(network)}"

    def link(network: str, label: str, name: str, href: str, target: str) -> str:
        return (
            f'<li><a class="sk-share__control sk-net-{network}" aria-label="{name}" data-sk-network="{network}" '
            f'data-sk-share="{share_id(network)}" href="{escape(href)}"{target}><svg class="sk-icon" width="20" '
            f'height="20" aria-hidden="true" focusable="false"><use href="{ICONS}#{network}"></use></svg>'
            f'<span class="sk-share__label">{label}</span></a></li>'
        )

    new = ' target="_blank" rel="noopener noreferrer"'
    title = item.title
    body = f"{title} {tracked('whatsapp')}"
    mail = f"{title}\r\n\r\n{tracked('email')}"
    picture = f"{BASE}{item.image}"
    whatsapp = f"https://api.whatsapp.com/send?text={quote(body, safe='')}"
    facebook = f"https://www.facebook.com/sharer/sharer.php?u={quote(tracked('facebook'), safe='')}"
    x = f"https://x.com/intent/tweet?text={quote(title, safe='')}&url={quote(tracked('x'), safe='')}"
    pinterest = (
        f"https://www.pinterest.com/pin/create/button/?url={quote(tracked('pinterest'), safe='')}"
        f"&media={quote(picture, safe='')}&description={quote(title, safe='')}"
    )
    telegram = f"https://t.me/share/url?url={quote(tracked('telegram'), safe='')}&text={quote(title, safe='')}"
    email = f"mailto:?subject={quote(title, safe='')}&body={quote(mail, safe='')}"
    return Markup(
        f'<div class="sk sk-share sk-share--bar sk-theme-quiet" role="group" aria-label="Share {escape(title)}" '
        f'data-sk-widget="share" data-sk-product="{escape(item.id)}" data-sk-placement="product" '
        f'data-sk-mount="/sharekit" data-sk-title="{escape(title)}" data-sk-text=""><ul class="sk-share__list" '
        f'role="list">{link("whatsapp", "WhatsApp", "Share on WhatsApp", whatsapp, new)}'
        f"{link('facebook', 'Facebook', 'Share on Facebook', facebook, new)}"
        f"{link('x', 'X', 'Share on X', x, new)}"
        f"{link('pinterest', 'Pinterest', 'Share on Pinterest', pinterest, new)}"
        f"{link('telegram', 'Telegram', 'Share on Telegram', telegram, new)}"
        f"{link('email', 'Email', 'Share by email', email, '')}"
        f'</ul><p class="sk-share__status" role="status"></p></div>'
    )


def tuned(item: Product) -> str:
    """The same with every value quoted and escaped once, and nothing called twice."""
    title, image, product = quote(item.title, safe=""), quote(BASE + str(item.image), safe=""), escape(item.id)
    url = quote(BASE + item.url, safe="") + "%3Futm_source%3D"
    shown = escape(item.title)
    whatsapp, facebook, x, pinterest, telegram, email = (
        page_share_id(KEY, item.id, network, "product") for network in NETWORKS
    )
    svg = '<svg class="sk-icon" width="20" height="20" aria-hidden="true" focusable="false"><use href="'
    new = ' target="_blank" rel="noopener noreferrer">'
    return Markup(
        f'<div class="sk sk-share sk-share--bar sk-theme-quiet" role="group" aria-label="Share {shown}" '
        f'data-sk-widget="share" data-sk-product="{product}" data-sk-placement="product" '
        f'data-sk-mount="/sharekit" data-sk-title="{shown}" data-sk-text=""><ul class="sk-share__list" role="list">'
        f'<li><a class="sk-share__control sk-net-whatsapp" aria-label="Share on WhatsApp" data-sk-network="whatsapp" '
        f'data-sk-share="{whatsapp}" href="https://api.whatsapp.com/send?text={title}%20{url}whatsapp%26utm_medium'
        f'%3Dsocial%26sk%3D{whatsapp}"{new}{svg}{ICONS}#whatsapp"></use></svg><span class="sk-share__label">WhatsApp'
        f'</span></a></li><li><a class="sk-share__control sk-net-facebook" aria-label="Share on Facebook" '
        f'data-sk-network="facebook" data-sk-share="{facebook}" href="https://www.facebook.com/sharer/sharer.php?u='
        f'{url}facebook%26utm_medium%3Dsocial%26sk%3D{facebook}"{new}{svg}{ICONS}#facebook"></use></svg>'
        f'<span class="sk-share__label">Facebook</span></a></li><li><a class="sk-share__control sk-net-x" '
        f'aria-label="Share on X" data-sk-network="x" data-sk-share="{x}" href="https://x.com/intent/tweet?text='
        f'{title}&amp;url={url}x%26utm_medium%3Dsocial%26sk%3D{x}"{new}{svg}{ICONS}#x"></use></svg>'
        f'<span class="sk-share__label">X</span></a></li><li><a class="sk-share__control sk-net-pinterest" '
        f'aria-label="Share on Pinterest" data-sk-network="pinterest" data-sk-share="{pinterest}" '
        f'href="https://www.pinterest.com/pin/create/button/?url={url}pinterest%26utm_medium%3Dsocial%26sk%3D'
        f'{pinterest}&amp;media={image}&amp;description={title}"{new}{svg}{ICONS}#pinterest"></use></svg>'
        f'<span class="sk-share__label">Pinterest</span></a></li><li><a class="sk-share__control sk-net-telegram" '
        f'aria-label="Share on Telegram" data-sk-network="telegram" data-sk-share="{telegram}" '
        f'href="https://t.me/share/url?url={url}telegram%26utm_medium%3Dsocial%26sk%3D{telegram}&amp;text={title}"'
        f'{new}{svg}{ICONS}#telegram"></use></svg><span class="sk-share__label">Telegram</span></a></li>'
        f'<li><a class="sk-share__control sk-net-email" aria-label="Share by email" data-sk-network="email" '
        f'data-sk-share="{email}" href="mailto:?subject={title}&amp;body={title}%0D%0A%0D%0A{url}email%26utm_medium'
        f'%3Dsocial%26sk%3D{email}">{svg}{ICONS}#email"></use></svg><span class="sk-share__label">Email</span></a></li>'
        f'</ul><p class="sk-share__status" role="status"></p></div>'
    )


_LOOP = Environment(autoescape=True).from_string(
    '<div class="sk sk-share sk-share--bar sk-theme-quiet" role="group" aria-label="Share {{ item.title }}" '
    'data-sk-widget="share" data-sk-product="{{ item.id }}" data-sk-placement="product" '
    'data-sk-mount="/sharekit" data-sk-title="{{ item.title }}" data-sk-text=""><ul class="sk-share__list" '
    'role="list">{% for key, label, name, share_id, href, new in controls %}<li><a class="sk-share__control '
    'sk-net-{{ key }}" aria-label="{{ name }}" data-sk-network="{{ key }}" data-sk-share="{{ share_id }}" '
    'href="{{ href }}"{% if new %} target="_blank" rel="noopener noreferrer"{% endif %}><svg class="sk-icon" '
    'width="20" height="20" aria-hidden="true" focusable="false"><use href="{{ icons }}#{{ key }}"></use></svg>'
    '<span class="sk-share__label">{{ label }}</span></a></li>{% endfor %}</ul><p class="sk-share__status" '
    'role="status"></p></div>'
)
_ROWS = [CONTEXT.networks.get(key) for key in NETWORKS]


def jinja_loop(item: Product) -> str:
    """A plain template with a loop, fed by our own links."""
    builder = LinkBuilder(Message(BASE + item.url, item.title, "", BASE + str(item.image)))
    controls = []
    for row in _ROWS:
        share_id = page_share_id(KEY, item.id, row.key, "product")
        label = "Email" if row.key == "email" else row.label
        name = "Share by email" if row.key == "email" else f"Share on {label}"
        controls.append((row.key, label, name, share_id, builder.link(row, share_id), row.key != "email"))
    return _LOOP.render(item=item, controls=controls, icons=ICONS)


def django_social_share() -> Callable[[Product], str]:
    """The six tags of django-social-share, in a template compiled beforehand."""
    import django
    from django.conf import settings
    from django.template import Context, engines
    from django.test import RequestFactory

    settings.configure(
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["django_social_share"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )
    django.setup()
    template = (
        engines["django"]
        .from_string(
            "{% load social_share %}{% post_to_whatsapp url 'WhatsApp' %}{% post_to_facebook url 'Facebook' %}"
            "{% post_to_twitter text url 'X' %}{% save_to_pinterest url %}{% post_to_telegram text url 'Telegram' %}"
            "{% send_email text text url 'Email' %}"
        )
        .template
    )
    request = RequestFactory().get("/", HTTP_HOST="shop.example")

    def render(item: Product) -> str:
        return str(template.render(Context({"request": request, "text": item.title, "url": item.url})))

    return render


def main() -> None:
    """Measure and print the table."""
    cases: dict[str, Callable[[Product], str]] = {
        "sharekit": ours,
        "f-string, by hand": by_hand,
        "f-string, tuned": tuned,
        "Jinja2 loop": jinja_loop,
        "django-social-share": django_social_share(),
    }
    expected = [ours(item) for item in ITEMS]
    for name in ("f-string, by hand", "f-string, tuned", "Jinja2 loop"):
        if [cases[name](item) for item in ITEMS] != expected:
            raise SystemExit(f"{name}: its output differs from the library's; bring it up to date.")
    times: dict[str, list[float]] = {name: [] for name in cases}
    rounds = {name: max(1, round(SAMPLE_SECONDS / _sample(case, 20))) for name, case in cases.items()}
    gc.disable()
    for _ in range(SAMPLES):
        for name, case in cases.items():
            times[name].append(_sample(case, rounds[name]))
    gc.enable()
    own = statistics.median(times["sharekit"])
    print(f"{'case':22}{'median us':>11}{'fastest us':>12}{'sharekit is':>15}{'bytes':>8}")
    for name, samples in times.items():
        median = statistics.median(samples)
        size = len(cases[name](ITEMS[0]).encode())
        print(f"{name:22}{median * 1e6:11.1f}{min(samples) * 1e6:12.1f}{own / median:11.2f} x  {size:6}")


def _sample(case: Callable[[Product], str], rounds: int) -> float:
    """Seconds per bar, over ``rounds`` bars of changing products."""
    items = [ITEMS[number % len(ITEMS)] for number in range(rounds)]
    start = time.perf_counter()
    for item in items:
        case(item)
    return (time.perf_counter() - start) / rounds


if __name__ == "__main__":
    main()
