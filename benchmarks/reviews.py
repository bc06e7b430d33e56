"""The reviews of a product with 10,000 of them: summary, histogram, 20 reviews, structured data.

    python benchmarks/reviews.py                        # 10,000 reviews, under a minute
    python benchmarks/reviews.py --reviews 200

Rows:

- ``sharekit``: the section and the page's JSON-LD out of one reading of the store, uncached, as a page calls them;
- ``sharekit over HTTP``: what its script loads, through the kit's WSGI app;
- ``sharekit, 24 cards``: the stars of a list of products;
- ``floor``: two statements of ``sqlite3`` and a Jinja2 loop of 20 reviews with name, headline, text and day, no more;
- ``django-oscar, list page``: its page of 20 reviews through Django's test client, as it comes. It is a whole page, but
  has no histogram, no structured data, no filters;
- ``django-oscar, reviews alone``: the same queryset and the template of a review, without the page around them.

Both have the same texts in SQLite on the same disk. Figures are medians of one process. "ratio" is against sharekit.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment

from sharekit import Product, ShareKit
from sharekit.reviews.model import Provenance, Review
from sharekit.reviews.sqlite import SQLiteReviewStore

TITLE = "Sits well in the hand"
BODY = "We use it every morning. The glaze has a fine grain, and it keeps its heat."
NAME = "Ann N."
START = datetime(2026, 11, 1, tzinfo=UTC)
CALLS = 200
MUG = Product(id="mug", title="Stoneware mug", url="/p/mug", image="/img/mug.jpg", price="19.90", currency="EUR")
LOOP = Environment(autoescape=True).from_string(
    "<p>{{ mean }} ({{ count }})</p><ul>{% for r in rows %}<li><h3>{{ r[1] }}</h3><p>{{ r[3] }} {{ r[4] }}</p>"
    "<p>{{ r[2] }}</p></li>{% endfor %}</ul>"
)


def ratings(count: int) -> Iterator[int]:
    """Stars, as shops have them: most of them good."""
    dice = random.Random(count)
    return (dice.choices((1, 2, 3, 4, 5), (4, 3, 8, 25, 60))[0] for _ in range(count))


def milliseconds(call: Callable[[], object], calls: int) -> float:
    """Median of so many calls, after three to warm up."""
    for _ in range(3):
        call()
    spent = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return statistics.median(spent) * 1e3


def sharekit(folder: Path, count: int) -> dict[str, tuple[float, int, int]]:
    """Milliseconds, queries and bytes of our rows, by name."""
    kit = ShareKit(base_url="https://shop.example", data_dir=folder, deliver=False, secret_key="a secret long enough")
    kit.review_store.add_many(
        [
            Review(
                product_id="mug", rating=stars, title=TITLE, body=BODY, author=NAME, status="published",
                created_at=START - timedelta(minutes=number), published_at=START,
                provenance=Provenance(evidence="order", order_id=str(number)) if number % 2 else Provenance(),
            )
            for number, stars in enumerate(ratings(count))
        ],
        unique=False,
    )  # fmt: skip
    cards = [MUG, *(Product(id=f"p{number}", title="P", url="/p") for number in range(23))]
    kit.review_store.add_many([Review(product_id=card.id, rating=4, status="published") for card in cards[1:]])

    def page() -> str:
        found = kit.read_reviews(MUG)
        return str(kit.reviews(MUG, found=found)) + str(kit.meta(MUG, reviews=found))

    token = kit._form_signer.sign({"p": MUG.id, "t": MUG.title, "u": MUG.url})
    environ = {
        "REQUEST_METHOD": "GET", "SCRIPT_NAME": "/sharekit", "PATH_INFO": f"/reviews/list/{MUG.id}",
        "QUERY_STRING": f"f={token}", "SERVER_NAME": "shop.example", "SERVER_PORT": "443",
        "wsgi.url_scheme": "https", "REMOTE_ADDR": "127.0.0.1", "wsgi.input": None,
    }  # fmt: skip

    def fragment() -> bytes:
        return b"".join(kit.wsgi_app(dict(environ), lambda *_: lambda _: None))

    def stars() -> str:
        return "".join(kit.ratings(cards).values())

    section = len(str(kit.reviews(MUG)).encode())
    assert b"sk-review" in fragment()
    found = {
        "sharekit": (milliseconds(page, CALLS), queries(page), section),
        "sharekit over HTTP": (milliseconds(fragment, CALLS), queries(fragment), len(fragment())),
        "sharekit, 24 cards": (milliseconds(stars, CALLS), queries(stars), len(stars())),
    }
    kit.close()
    return found


def queries(call: Callable[[], object]) -> int:
    """How often a call asks the store."""
    asked = 0
    originals = {name: getattr(SQLiteReviewStore, name) for name in ("page", "summaries", "answers", "skew", "get")}

    def counted(original: Any) -> Any:
        def ask(*args: Any, **options: Any) -> Any:
            nonlocal asked
            asked += 1
            return original(*args, **options)

        return ask

    for name, original in originals.items():
        setattr(SQLiteReviewStore, name, counted(original))
    call()
    for name, original in originals.items():
        setattr(SQLiteReviewStore, name, original)
    return asked


def floor(folder: Path, count: int) -> dict[str, tuple[float, int, int]]:
    """SQLite and Jinja2 by hand."""
    database = sqlite3.connect(folder / "floor.db")
    database.execute("CREATE TABLE summary (product TEXT PRIMARY KEY, count INTEGER, stars INTEGER)")
    database.execute("CREATE TABLE review (product TEXT, title TEXT, body TEXT, author TEXT, day TEXT, id INTEGER)")
    database.execute("CREATE INDEX newest ON review (product, day, id)")
    rows = [("mug", TITLE, BODY, NAME, (START - timedelta(minutes=n)).isoformat(), n) for n in range(count)]
    database.executemany("INSERT INTO review VALUES (?, ?, ?, ?, ?, ?)", rows)
    database.execute("INSERT INTO summary VALUES ('mug', ?, ?)", (count, sum(ratings(count))))

    def page() -> str:
        number, stars = database.execute("SELECT count, stars FROM summary WHERE product = 'mug'").fetchone()
        newest = "SELECT * FROM review WHERE product = 'mug' ORDER BY day DESC, id DESC LIMIT 20"
        return LOOP.render(rows=database.execute(newest).fetchall(), count=number, mean=f"{stars / number:.1f}")

    found = {"floor": (milliseconds(page, CALLS), 2, len(page()))}
    database.close()
    return found


def oscar(folder: Path, count: int) -> dict[str, tuple[float, int, int]]:
    """django-oscar's page of reviews."""
    import django
    from django.conf import settings
    from oscar import defaults
    from PIL import Image

    media = folder / "media"  # with the picture that stands for a missing one
    media.mkdir()
    Image.new("RGB", (200, 200)).save(media / "image_not_found.jpg")
    settings.configure(
        **{name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")},
        SECRET_KEY="x", ALLOWED_HOSTS=["*"], SITE_ID=1, USE_TZ=True, ROOT_URLCONF="bench_oscar_urls",
        STATIC_URL="/static/",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "oscar.db",
                               "ATOMIC_REQUESTS": True}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
        MIGRATION_MODULES=NoMigrations(), MEDIA_ROOT=media, MEDIA_URL="/media/",
        AUTHENTICATION_BACKENDS=["django.contrib.auth.backends.ModelBackend"],
        INSTALLED_APPS=[
            "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.sites", "django.contrib.flatpages",
            "oscar.config.Shop", "oscar.apps.analytics.apps.AnalyticsConfig",
            "oscar.apps.checkout.apps.CheckoutConfig", "oscar.apps.address.apps.AddressConfig",
            "oscar.apps.shipping.apps.ShippingConfig", "oscar.apps.catalogue.apps.CatalogueConfig",
            "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
            "oscar.apps.communication.apps.CommunicationConfig", "oscar.apps.partner.apps.PartnerConfig",
            "oscar.apps.basket.apps.BasketConfig", "oscar.apps.payment.apps.PaymentConfig",
            "oscar.apps.offer.apps.OfferConfig", "oscar.apps.order.apps.OrderConfig",
            "oscar.apps.customer.apps.CustomerConfig", "oscar.apps.search.apps.SearchConfig",
            "oscar.apps.voucher.apps.VoucherConfig", "oscar.apps.wishlists.apps.WishlistsConfig",
            "oscar.apps.dashboard.apps.DashboardConfig",
            "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
            "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
            "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
            "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
            "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
            "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
            "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
            "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
            "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
            "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
            "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
            "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
            "widget_tweaks", "haystack", "treebeard", "sorl.thumbnail", "django_tables2",
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "oscar.apps.basket.middleware.BasketMiddleware",
        ],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": [
                "django.template.context_processors.debug", "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth", "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]},
        }],
    )  # fmt: skip
    django.setup()
    urls()
    from django.core.management import call_command
    from django.db import connections
    from django.template.loader import get_template
    from django.test import Client, RequestFactory
    from django.urls import reverse

    call_command("migrate", run_syncdb=True, verbosity=0)
    product = oscar_data(count)
    address = reverse("catalogue:reviews-list", args=[product.slug, product.pk])
    client = Client()
    template = get_template("oscar/catalogue/partials/review.html")
    from django.contrib.auth.models import AnonymousUser
    from oscar.apps.catalogue.reviews.models import ProductReview

    request = RequestFactory().get(address)
    request.user = AnonymousUser()

    def page() -> bytes:
        return client.get(address).content

    def alone() -> str:
        found = ProductReview.objects.approved().filter(product=product.pk).order_by("-score")[:20]
        return "".join(template.render({"review": review, "product": product, "request": request}) for review in found)

    assert page().count(b"<article") >= 20 or page().count(TITLE.encode()) >= 20
    asked: list[str] = []

    def count_queries(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    rows = {}
    for name, call in (("django-oscar, list page", page), ("django-oscar, reviews alone", alone)):
        spent = milliseconds(call, 20)  # it warms up, too
        asked.clear()
        connections["default"].execute_wrappers.append(count_queries)
        size = len(call())
        connections["default"].execute_wrappers.clear()
        rows[name] = (spent, len(asked), size)
    return rows


def urls() -> None:
    """The addresses of the shop, as a module of its own."""
    import sys

    from django.apps import apps
    from django.urls import include, path

    patterns = [
        path("i18n/", include("django.conf.urls.i18n")),
        path("", include(apps.get_app_config("oscar").urls[0])),
    ]
    sys.modules["bench_oscar_urls"] = SimpleNamespace(urlpatterns=patterns)  # type: ignore[assignment]


def oscar_data(count: int) -> Any:
    """A product with so many reviews, each by somebody else."""
    from django.contrib.auth.models import User
    from django.contrib.sites.models import Site
    from django.utils import timezone
    from oscar.apps.catalogue.models import Product as OscarProduct
    from oscar.apps.catalogue.models import ProductClass
    from oscar.apps.catalogue.reviews.models import ProductReview

    Site.objects.get_or_create(pk=1, defaults={"domain": "shop.example", "name": "Shop"})
    kind = ProductClass.objects.create(name="Mugs", track_stock=False)
    product = OscarProduct.objects.create(title="Stoneware mug", slug="mug", product_class=kind, structure="standalone")
    people = [User(username=f"u{number}", first_name="Ann", email=f"u{number}@shop.example") for number in range(count)]
    User.objects.bulk_create(people, batch_size=2_000)
    users = list(User.objects.values_list("pk", flat=True))
    written = [
        ProductReview(product=product, score=stars, title=TITLE, body=BODY, user_id=user, status=1,
                      date_created=timezone.now() - timedelta(minutes=number))
        for number, (stars, user) in enumerate(zip(ratings(count), users, strict=True))
    ]  # fmt: skip
    ProductReview.objects.bulk_create(written, batch_size=2_000)
    product.update_rating()
    return product


class NoMigrations(dict[str, None]):
    """Makes tables straight from the models, which takes seconds instead of a minute."""

    def __contains__(self, _: object) -> bool:
        return True

    def __missing__(self, _: str) -> None:
        return None


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reviews", type=int, default=10_000, help="reviews of the product (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = sharekit(Path(folder) / "sharekit", given.reviews) | floor(Path(folder), given.reviews)
        try:
            rows |= oscar(Path(folder), given.reviews)
        except ImportError as error:
            print(f"django-oscar is left out: {error}. Install it with: pip install 'django-oscar>=4.2'")
    if given.json:
        print(json.dumps(rows))
        return
    own = rows["sharekit"][0]
    print(f"{given.reviews:,} reviews")
    print(f"{'what':30}{'median ms':>11}{'queries':>9}{'HTML bytes':>12}{'ratio':>10}")
    for name, (spent, asked, size) in rows.items():
        print(f"{name:30}{spent:>11.3f}{asked:>9}{size:>12}{spent / own:>8.2f} x")


if __name__ == "__main__":
    main()
