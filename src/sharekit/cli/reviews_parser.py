"""The commands below ``sharekit-web reviews`` and their options."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from sharekit.cli import reviews, reviews_files, reviews_import
from sharekit.cli.options import Parser, add_choice, add_data
from sharekit.exceptions import did_you_mean
from sharekit.reviews.importers import VENDORS
from sharekit.reviews.importers.dates import Order
from sharekit.reviews.model import Reason, Status

REVIEWS = "What customers wrote: decide, answer, bring along, hand on."
_STATUSES = (*get_args(Status), "all")
_PRODUCTS = "products: a Shopify product CSV, a Google Merchant feed (TSV or XML), or a JSON list"


def add_reviews(parser: Parser) -> dict[str, Parser]:
    """Add the commands; the parser of each by its name, such as ``"reviews import"``."""
    places = parser.add_subparsers(metavar="command", title="commands", required=True, help="what to do")
    made: dict[str, Parser] = {}

    def command(name: str, summary: str, run: Callable[[Namespace], int]) -> Parser:
        part: Parser = places.add_parser(name, help=summary, description=summary)
        part.set_defaults(run=run)
        add_data(part)
        made[f"reviews {name}"] = part
        return part

    _list(command("list", "Reviews that wait for a decision, or others, oldest first.", reviews.show))
    _decide(command("approve", "Publish reviews.", reviews.approve))
    _reject(command("reject", "Refuse reviews, for a reason that has nothing to do with opinion.", reviews.reject))
    _reply(command("reply", "Answer a review, for everybody or for its author alone.", reviews.reply))
    _import(command("import", "Bring reviews from another tool's file.", reviews_import.bring))
    _export(command("export", "Reviews as CSV or JSON Lines, or all that is kept of a person.", reviews_files.export))
    _erase(command("erase", "Remove everything of a person, or one review.", reviews.erase))
    _feed(command("feed", "Google's product review feed, as XML.", reviews_files.feed))
    return made


def _list(parser: Parser) -> None:
    add_choice(parser, "--status", _STATUSES, "pending", "which reviews")
    parser.add_argument("--reported", action="store_true", help="those with reports of abuse, most reports first")
    parser.add_argument("--product", default="", metavar="ID", help="only of this product")
    parser.add_argument("--limit", type=_count, default=50, metavar="N", help="how many at most (50)")
    add_choice(parser, "--format", ("table", "json"), "table", "form of the answer")


def _decide(parser: Parser) -> None:
    parser.add_argument("review", nargs="+", metavar="ID", help="id of a review, as list shows it")
    parser.add_argument("--note", default="", metavar="TEXT", help="for the log; shown to nobody else")
    _by(parser)


def _reject(parser: Parser) -> None:
    _decide(parser)
    parser.add_argument("--reason", type=_reason, required=True, metavar="REASON", help=f"one of {_REASONS}")


def _reply(parser: Parser) -> None:
    parser.add_argument("review", metavar="ID", help="id of a review, as list shows it")
    parser.add_argument("--text", default="", metavar="TEXT", help="the answer; - reads it from standard input")
    parser.add_argument("--remove", action="store_true", help="take the answer away")
    parser.add_argument("--author", default="", metavar="NAME", help="name shown (the shop's)")
    parser.add_argument("--private", action="store_true", help="for the author of the review alone")
    parser.add_argument("--email", default="", metavar="ADDRESS", help="where a private answer is mailed to")
    _by(parser)


def _import(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV or JSON Lines")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen; keep nothing")
    add_choice(parser, "--from", tuple(VENDORS), None, "whose file it is")
    parser.add_argument(
        "--products", "--catalog", type=Path, metavar="FILE", help=f"the shop's {_PRODUCTS}; others are refused"
    )
    parser.add_argument(
        "--map", type=Path, metavar="FILE", help="CSV: the product as the file calls it, the shop's product id"
    )
    parser.add_argument("--product", default="", metavar="ID", help="the product of reviews that name none")
    add_choice(parser, "--dates", get_args(Order), None, "what comes first in dates such as 05/03/2024")
    parser.add_argument(
        "--syndicated", default="", metavar="SOURCE", help="the website whose reviews these are; shown, never counted"
    )
    parser.add_argument("--meta", type=Path, metavar="FILE", help="WordPress's table commentmeta, when it is a file")
    parser.add_argument("--report", type=Path, metavar="FILE", help="CSV of refused lines and of what was left out")


def _export(parser: Parser) -> None:
    add_choice(parser, "--format", ("csv", "jsonl"), "csv", "form of the lines")
    add_choice(parser, "--status", _STATUSES, "published", "which reviews")
    parser.add_argument("--product", default="", metavar="ID", help="only of this product")
    parser.add_argument("--private", action="store_true", help="with orders, private answers and hashes of people")
    _person(parser, "all that is kept of")


def _erase(parser: Parser) -> None:
    _person(parser, "remove")
    parser.add_argument("--yes", action="store_true", help="do it; without, only what would be removed is told")
    _by(parser)


def _feed(parser: Parser) -> None:
    parser.add_argument("--products", type=Path, required=True, metavar="FILE", help=f"the shop's {_PRODUCTS}")
    parser.add_argument(
        "--product-url", default="", metavar="URL", help="address of a product's page with {id}, if the file tells none"
    )
    parser.add_argument("--publisher", default="", metavar="NAME", help="the shop's name (SHAREKIT_SITE_NAME)")
    parser.add_argument("--base-url", default="", metavar="URL", help="the shop's address (SHAREKIT_BASE_URL)")
    parser.add_argument("--favicon", default="", metavar="URL", help="address of the shop's icon")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to (standard output)")


def _person(parser: Parser, what: str) -> None:
    parser.add_argument("--email", default="", metavar="ADDRESS", help=f"{what} the person with this address")
    parser.add_argument("--customer", default="", metavar="ID", help=f"{what} the customer with this number")
    parser.add_argument("--id", default="", metavar="ID", help=f"{what} one review")


def _by(parser: Parser) -> None:
    parser.add_argument("--by", default="", metavar="NAME", help="who decides, for the log (your login)")


_REASONS = ", ".join(get_args(Reason))


def _reason(text: str) -> str:
    if text not in get_args(Reason):
        raise argparse.ArgumentTypeError(f"unknown reason {text!r}.{did_you_mean(text, get_args(Reason))}")
    return text


def _count(text: str) -> int:
    count = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on.")
    return count
