"""The commands and their options."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import get_args

import sharekit
from sharekit.cli import commands, dead_letters, lint, services, sinks
from sharekit.cli.options import Parser
from sharekit.cli.options import add_choice as _choice
from sharekit.cli.options import add_data as _data
from sharekit.cli.output import USAGE_ERROR
from sharekit.cli.reviews_parser import REVIEWS, add_reviews
from sharekit.exceptions import did_you_mean
from sharekit.reports.report import MAX_DAYS, By
from sharekit.reports.tables import Format

PROGRAM = "sharekit-web"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a command; ``run`` among them is the function that carries it out.

    Raises:
        SystemExit: help or the version was asked for (0), or an option is wrong (2).
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser, names = make_parser()
    if not words:
        parser.print_help(sys.stderr)
        raise SystemExit(USAGE_ERROR)
    _check_command(parser, words, names)
    return parser.parse_args(words)


def _check_command(parser: Parser, words: Sequence[str], names: Mapping[str, Parser]) -> None:
    """Meet a misspelt command, or command of a command, with the nearest right one."""
    begun = ""
    for word in words[:2]:
        known = [name.removeprefix(begun) for name in names if name.startswith(begun)]
        known = [name for name in known if name and " " not in name]
        if not known or word.startswith("-"):
            return
        if word not in known:
            names.get(begun.strip(), parser).error(f"unknown command {begun + word!r}.{did_you_mean(word, known)}")
        begun += f"{word} "


def make_parser() -> tuple[Parser, dict[str, Parser]]:
    """The parser of everything, and that of each command by its name (``"report"``, ``"reviews import"``)."""
    parser = Parser(prog=PROGRAM, description="Share buttons for shop pages, and what came of them.")
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {sharekit.__version__}")
    places = parser.add_subparsers(metavar="command", title="commands", required=True)
    names: dict[str, Parser] = {}

    def command(name: str, summary: str, run: Callable[[argparse.Namespace], int]) -> Parser:
        made: Parser = places.add_parser(name, help=summary, description=summary)
        made.set_defaults(run=run)
        names[name] = made
        return made

    _demo(command("demo", "Serve a demo shop, or your own catalogue as one.", services.demo))
    _report(command("report", "Shares, visits, orders and revenue of the last days.", commands.report))
    _export(command("export", "Every stored event, one a line, oldest first.", commands.export))
    _networks(command("networks", "Networks to share to, and what an item would lose on each.", commands.networks))
    _lint(command("lint", "What is wrong with pictures, looks and videos that have product tags.", lint.lint))
    _data(command("doctor", "Look for what is wrong with the installation, settings and data.", commands.doctor))
    _tag(command("tag", "Place product tags on a picture, in the browser.", services.tag))
    _deliver(command("deliver", "Deliver recorded events to the sinks, as a service.", services.deliver))
    _sinks(command("sinks", "How each sink is doing; pause and resume one.", sinks.sinks))
    _dead_letters(
        command(
            "dead-letters", "Events that sinks refused: list, try again, drop or export.", dead_letters.dead_letters
        )
    )
    reviews: Parser = places.add_parser("reviews", help=REVIEWS, description=REVIEWS)
    names |= {"reviews": reviews} | add_reviews(reviews)
    return parser, names


def _demo(parser: Parser) -> None:
    parser.add_argument("--port", type=_port, default=8000, help="port to listen at, 0 for a free one (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (127.0.0.1)")
    parser.add_argument(
        "--catalog",
        type=Path,
        metavar="FILE",
        help="your own shop: a Shopify product CSV, a Google Merchant feed (TSV or XML), or a JSON list",
    )
    _data(parser)


def _report(parser: Parser) -> None:
    _data(parser)
    _choice(parser, "--by", (*get_args(By), "reviews"), "network", "what the rows are by")
    parser.add_argument("--days", type=_days, default=30, metavar="N", help="how many days, today included (30)")
    _choice(parser, "--format", get_args(Format), "table", "form of the answer")


def _export(parser: Parser) -> None:
    _data(parser)
    _choice(parser, "--format", ("jsonl", "csv"), "jsonl", "form of the lines")


def _networks(parser: Parser) -> None:
    parser.add_argument("network", nargs="*", help="only these (all)")
    _choice(parser, "--format", ("table", "json"), "table", "form of the answer")
    group = parser.add_argument_group("lint", "say what an item would lose on each network")
    group.add_argument("--lint", action="store_true", help="lint the item described by the options below")
    group.add_argument("--title", default="", help="the item's title")
    group.add_argument("--url", default="", help="address of its page")
    group.add_argument("--image", default="", help="address of its picture")
    group.add_argument("--text", default="", help="what would be said beside the link")
    group.add_argument("--hashtags", default="", metavar="LIST", help="separated by commas")
    group.add_argument("--base-url", default="", metavar="URL", help="the shop's address, if the others are relative")


def _lint(parser: Parser) -> None:
    parser.add_argument(
        "file", nargs="+", type=Path, metavar="FILE", help="JSON of a picture, a look, a video, or a list of them"
    )
    parser.add_argument(
        "--catalog", type=Path, metavar="FILE", help="the products of the tags, as for the demo, or as a JSON list"
    )
    _choice(parser, "--format", ("table", "json"), "table", "form of the answer")
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings, too")


def _deliver(parser: Parser) -> None:
    _data(parser)
    parser.add_argument("--once", action="store_true", help="deliver what is there, then end")
    parser.add_argument(
        "--timeout", type=_seconds, default=60.0, metavar="SECONDS", help="longest time --once may take (60)"
    )
    parser.add_argument(
        "--forget",
        action="append",
        default=[],
        metavar="SINK",
        help="a sink that was removed from the settings and need not get what is left; may be repeated",
    )

    group = parser.add_argument_group("history", "deliver events of the past to a sink that came later, then end")
    group.add_argument("--replay", default="", metavar="SINK", help="name of the sink")
    group.add_argument("--since", default="", metavar="DATE", help="oldest event that it gets; needed with --replay")
    group.add_argument(
        "--until", default="", metavar="DATE", help="first event that it does not get (when it was first delivered to)"
    )


def _sinks(parser: Parser) -> None:
    _action(parser, ("list", "pause", "resume"))
    parser.add_argument("sink", nargs="?", default="", metavar="SINK", help="name of the sink to pause or resume")
    _data(parser)


def _dead_letters(parser: Parser) -> None:
    _action(parser, ("list", "retry", "drop", "export"))
    _data(parser)
    parser.add_argument("--sink", default="", metavar="SINK", help="only those of this sink")
    parser.add_argument("--id", default="", metavar="ID", help="only this one: id of the event, or number in the list")
    parser.add_argument("--reason", default="", metavar="WORDS", help="only those whose reason has these words")
    parser.add_argument("--all", action="store_true", help="with drop: really all of them")


def _action(parser: Parser, known: Sequence[str]) -> None:
    def check(text: str) -> str:
        if text not in known:
            raise argparse.ArgumentTypeError(f"unknown action {text!r}.{did_you_mean(text, known)}")
        return text

    parser.add_argument("action", type=check, metavar="|".join(known), help="what to do")


def _tag(parser: Parser) -> None:
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="the picture: JPEG, PNG, WebP, AVIF, GIF or SVG")
    parser.add_argument(
        "--catalog",
        type=Path,
        metavar="FILE",
        help="products to choose from: a Shopify product CSV, a Google Merchant feed (TSV or XML), or a JSON list",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where the tags are kept, loaded when it is there (PICTURE.tags.json)"
    )
    parser.add_argument("--src", default="", metavar="URL", help="the picture's address in the shop (its file name)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen at (a free one)")
    parser.add_argument("--no-open", action="store_true", help="do not open the browser")


def _days(text: str) -> int:
    days = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= days <= MAX_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MAX_DAYS:,}.")
    return days


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a whole number from 0 to 65535.")
    return port


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 86,400.")
    return seconds
