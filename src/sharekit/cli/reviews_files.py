"""``sharekit-web reviews export`` and ``feed``: reviews as files."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sharekit.cli.lint import read_catalogue
from sharekit.cli.output import complain, note, say
from sharekit.cli.reviews import open_kit, person_of
from sharekit.config import PREFIX
from sharekit.exceptions import ConfigError
from sharekit.reviews.exports import export_csv, export_jsonl, review_to_dict
from sharekit.reviews.feed import MAX_BYTES, FeedCounts, product_review_feed


def export(options: Namespace) -> int:
    """``sharekit-web reviews export``."""
    if options.id and (options.email or options.customer):
        raise ConfigError("Pass a person with --email or --customer, or one review with --id, not both.")
    with open_kit(options.data) as kit:
        store = kit.review_store
        if options.id:
            review = store.get(options.id)
            if review is None:
                complain(f"There is no review {options.id[:60]!r}. See: sharekit-web reviews list --status all")
                return 1
            say(json.dumps(review_to_dict(review, private=True), ensure_ascii=False, indent=2))
        elif options.email or options.customer:
            say(json.dumps(kit.desk.export_person(person_of(kit, options)), ensure_ascii=False, indent=2))
        else:
            status = None if options.status == "all" else options.status
            lines = export_csv if options.format == "csv" else export_jsonl
            for line in lines(store.all(status=status, product_id=options.product), private=options.private):
                sys.stdout.write(line)
    return 0


def feed(options: Namespace) -> int:
    """``sharekit-web reviews feed``."""
    base_url = options.base_url or os.environ.get(f"{PREFIX}BASE_URL", "")
    publisher = options.publisher or os.environ.get(f"{PREFIX}SITE_NAME", "")
    if not base_url.startswith(("https://", "http://")):
        raise ConfigError("The feed needs the shop's address: pass --base-url https://shop.example")
    if not publisher.strip():
        raise ConfigError("The feed needs the shop's name: pass --publisher NAME")
    products, counts = read_catalogue(options.products, page=options.product_url), FeedCounts()
    with open_kit(options.data) as kit:
        lines = product_review_feed(
            kit.review_store.all(status="published"),
            products.get,
            publisher=publisher,
            base_url=base_url,
            favicon=options.favicon,
            counts=counts,
        )
        if options.out:
            _write(options.out, lines)
        else:
            for line in lines:
                sys.stdout.write(line)
    note(f"{counts.reviews:,} reviews in the feed, {counts.size:,} bytes.")
    left = {
        "without a text": counts.without_text,
        "of products that are not in the file": counts.without_product,
        "taken over from other websites": counts.elsewhere,
    }
    for what, count in left.items():
        if count:
            note(f"note: left out {count:,} {what}.")
    if counts.size > MAX_BYTES:
        note(
            f"note: Google takes files of at most {MAX_BYTES // 1024 // 1024} MB; ask it for another way to hand it in."
        )
    return 0


def _write(path: Path, lines: Iterable[str]) -> None:
    """Put the lines into a file, in one step: whoever fetches it meets the old feed or the new one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(lines)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
