"""Run by hand and by CI in an environment with the wheel and its three core dependencies only.

It imports every module that needs no extra, walks the main road once, and asks for what is missing, to see the
message that says how to get it.
"""

import contextlib
import importlib
import importlib.util
import pkgutil
import sys
import tempfile
from functools import partial
from pathlib import Path

import sharekit
from sharekit import Product, ShareKit
from sharekit.exceptions import MissingExtraError
from sharekit.reviews.stores import open_review_store
from sharekit.sinks.registry import SINKS
from sharekit.web.http import Request

ABSENT = [
    "flask", "django", "itsdangerous", "babel", "segno", "crawleruseragents", "PIL", "psycopg", "pymysql",
    "clickhouse_connect", "confluent_kafka", "redis", "nats", "pika", "boto3", "multipart",
]  # fmt: skip
NEEDS_A_FRAMEWORK = ("sharekit.integrations.", "sharekit.demo")
MAY_NEED_A_DRIVER = ("sharekit.sinks.", "sharekit.testing.", "sharekit.reviews.postgres")
"""Sinks and stores are imported when their URL is used, contracts by tests."""


def main() -> None:
    """Raise at the first thing that is not as promised."""
    present = [name for name in ABSENT if importlib.util.find_spec(name)]
    if present:
        sys.exit(f"not a bare install: {', '.join(present)} can be imported")
    for module in pkgutil.walk_packages(sharekit.__path__, "sharekit."):
        if not module.name.startswith(NEEDS_A_FRAMEWORK) and not module.name.endswith("__main__"):
            try:
                importlib.import_module(module.name)
            except ImportError as error:
                if not module.name.startswith(MAY_NEED_A_DRIVER) or (error.name or "sharekit").startswith("sharekit"):
                    raise
    with tempfile.TemporaryDirectory() as folder:
        kit = ShareKit("https://shop.example", data_dir=Path(folder) / "data")
        mug = Product(
            id="mug-1", title="Stoneware mug", url="/p/mug-1", image="/mug.jpg", price="19.90", currency="EUR"
        )
        assert "api.whatsapp.com" in kit.share_buttons(mug)
        assert "og:title" in kit.meta(mug)
        assert "stylesheet" in kit.assets()
        assert kit.rating(mug) == ""
        body = b'{"name": "share", "product_id": "mug-1", "network": "whatsapp"}'
        agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
        answer = kit.handle(Request(method="POST", path="/events", headers={"user-agent": agent}, body=body))
        assert answer.status // 100 == 2, answer
        kit.record_purchase(order_id="1001", value="39.80", currency="EUR")
        assert kit.flush()
        totals = kit.report.totals()
        assert (totals.shares, totals.purchases) == (1, 1), totals
        for ask in (
            lambda: kit.share_buttons(mug, networks=["mastodon"]),
            lambda: kit.share_buttons(mug, networks=["qr"]),
            lambda: kit.reviews(mug),
            lambda: open_review_store("postgres://host/shop", Path(folder)).summary("mug-1"),
            *(partial(SINKS.load, name) for name in ("postgres", "mysql", "clickhouse")),
        ):
            with contextlib.suppress(MissingExtraError):
                ask()
                raise AssertionError("expected an error that names the extra")
        kit.close()
    print("bare install: fine")


if __name__ == "__main__":
    main()
