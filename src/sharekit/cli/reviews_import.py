"""``sharekit-web reviews import``: another tool's file into the store, or a dry run of it."""

from __future__ import annotations

import csv
import io
import secrets
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, get_args

from sharekit.cli.lint import read_catalogue
from sharekit.cli.output import note, say
from sharekit.cli.progress import Progress
from sharekit.cli.reviews import many, open_kit
from sharekit.cli.tag_files import write_atomically
from sharekit.config import Settings
from sharekit.events.signing import KEY_FILE, secret_keys
from sharekit.exceptions import ConfigError
from sharekit.reports.cells import csv_text, shown
from sharekit.reviews.importers import (
    Outcome,
    ProductIndex,
    Reader,
    Remark,
    Vendor,
    import_reviews,
    look_at,
    read_mapping,
    vendor_of,
)
from sharekit.reviews.importers.files import ReviewFile
from sharekit.reviews.model import Status
from sharekit.reviews.people import People

SHOWN = 20
"""Rows of refused lines on standard output, each of lines that follow each other and are refused alike; ``--report``
has every line."""
_MAX_MAP_BYTES = 32 * 1024 * 1024
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ENCODINGS = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}
_ORDERS = {"dmy": "the day first", "mdy": "the month first"}


def bring(options: Namespace) -> int:
    """``sharekit-web reviews import``: 1 when the file has lines and none of them could be used."""
    with ExitStack() as stack:
        kit = stack.enter_context(open_kit(options.data, make=True))
        bytes_ = stack.enter_context(_opened(options.file))
        file = look_at(bytes_)
        vendor = vendor_of(file, vars(options)["from"] or "", meta=options.meta is not None)

        @cache
        def people() -> People:
            return People(_keys(kit.settings, options.dry_run))  # only now, so that mistakes leave nothing behind

        products = _products(options)
        reader = Reader(
            file=file,
            vendor=vendor,
            products=products,
            person_of=lambda email: people().of_email(email).id,
            is_staff=kit.policy.is_staff,
            order=options.dates,
            zone=kit.settings.zone(),
            syndicated=options.syndicated,
            meta=look_at(stack.enter_context(_opened(options.meta))) if options.meta else None,
        )
        say(_heading(options.file, file, vendor, reader))
        progress = Progress(options.file.stat().st_size)
        try:
            outcome = import_reviews(
                reader,
                kit.review_store,
                dry_run=options.dry_run,
                unique=kit.policy.one_per_product,
                progress=lambda lines: progress.show(bytes_.tell(), f"{lines:,} lines"),
            )
        finally:
            progress.end()
    _tell(outcome, products, options)
    return 1 if outcome.lines and not outcome.kept and not outcome.already else 0


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise ConfigError(f"{str(path)!r} cannot be read ({error.strerror}). Pass a file of reviews.") from None
    with file:
        yield file


def _keys(settings: Settings, dry_run: bool) -> Sequence[str]:
    """The shop's secrets. A dry run makes none: where there is no secret yet, nobody is known by one."""
    if dry_run and not settings.secret_key and not (settings.data_dir / KEY_FILE).exists():
        return (secrets.token_urlsafe(16),)
    return secret_keys(settings)


def _products(options: Namespace) -> ProductIndex:
    known = read_catalogue(options.products).values() if options.products else ()
    mapping = {}
    if options.map:
        with _opened(options.map) as file:
            mapping = read_mapping(file.read(_MAX_MAP_BYTES))
    return ProductIndex(known, mapping, nameless=options.product)


def _heading(path: Path, file: ReviewFile, vendor: Vendor, reader: Reader) -> str:
    what = "JSON Lines" if file.form == "jsonl" else f"CSV with {_MARKS.get(file.delimiter, file.delimiter)}"
    encoding = _ENCODINGS.get(file.encoding, "UTF-16")
    order = f", dates with {_ORDERS[reader.dates.order]}" if reader.dates.order else ""
    return f"{shown(path.name)}: {vendor.title or 'reviews'}, {what}, {encoding}{order}."


def _tell(outcome: Outcome, products: ProductIndex, options: Namespace) -> None:
    kept = outcome.kept.total()
    verb = "Would import" if options.dry_run else "Imported"
    about = many(len(outcome.products), "product")
    say(f"{verb} {kept:,} of {many(outcome.lines, 'line')} as reviews of {about}.")
    if kept:
        statuses = ", ".join(
            f"{outcome.kept[status]:,} {status}" for status in get_args(Status) if outcome.kept[status]
        )
        stars = ", ".join(f"{star}★ {outcome.stars[star]:,}" for star in range(5, 0, -1))
        say(f"  {statuses}; {outcome.answers:,} with the shop's answer")
        say(f"  {stars}")
    if outcome.already:
        say(f"Already there: {outcome.already:,}.")
    _tell_refused(outcome.refused, options.report)
    if products.unknown:
        worst = ", ".join(f"{shown(name[:60])} ({count:,})" for name, count in products.unknown.most_common(5))
        say(f"Products that are not in the shop: {len(products.unknown):,}, most often {worst}.")
        say("  To name the right ones, pass --map FILE with two columns: the name in the file, the shop's product id.")
    if outcome.notes:
        where = options.report or "--report FILE"
        say(f"Taken over with something left out: {len(outcome.notes):,} (see {where}).")
    if not products.checked:
        note("note: whether the shop has these products was not checked. To have it checked, pass --products FILE")
    if options.report:
        write_atomically(options.report, _report(outcome))
    if options.dry_run:
        say("Nothing was kept: this was a dry run.")


def _tell_refused(refused: Sequence[Remark], report: Path | None) -> None:
    if not refused:
        return
    say(f"Refused: {len(refused):,}.")
    runs: list[list[Remark]] = []
    for remark in refused:
        if runs and (runs[-1][-1].line + 1, runs[-1][-1].reason) == (remark.line, remark.reason):
            runs[-1].append(remark)
        else:
            runs.append([remark])
    for run in runs[:SHOWN]:
        first, last = run[0].line, run[-1].line
        where = f"line {first}" if first == last else f"lines {first}-{last}"
        say(f"  {where}: {shown(run[0].reason)}")
    more = sum(map(len, runs[SHOWN:]))
    if more:
        say(f"  … and {more:,} more (see {report or '--report FILE'})")


def _report(outcome: Outcome) -> str:
    """Refused lines and what was left out of others, by line, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["line", "outcome", "reason"])
    rows = [(remark.line, "refused", remark.reason) for remark in outcome.refused]
    rows += [(remark.line, "left out", remark.reason) for remark in outcome.notes]
    for line, what, reason in sorted(rows):
        writer.writerow([line, what, csv_text(reason)])
    return out.getvalue()
