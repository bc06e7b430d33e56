"""The commands that answer and end: report, export, networks, doctor."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from sharekit import doctor as examination
from sharekit.cli.data import catch_up, load_settings, open_data
from sharekit.cli.output import coloured, say, terminal_width
from sharekit.config import PREFIX
from sharekit.exceptions import ConfigError
from sharekit.networks.lint import lint
from sharekit.networks.registry import Networks
from sharekit.networks.report import lint_table, networks_table
from sharekit.products import Shareable
from sharekit.reports.cells import shown
from sharekit.reports.export import export_csv, export_jsonl
from sharekit.reports.report import Report
from sharekit.reports.review_tables import format_reviews
from sharekit.reports.tables import format_report


def report(options: Namespace) -> int:
    """``sharekit-web report``."""
    data = open_data(options.data)
    catch_up(data)
    answers = Report(data.store, timezone=data.zone, attribution_days=data.settings.attribution_days)
    if options.by == "reviews":
        found = answers.reviews(days=options.days)
        sys.stdout.write(format_reviews(found, format=options.format, columns=terminal_width()))
        return 0
    rows, totals = answers.funnel(by=options.by, days=options.days), answers.totals(days=options.days)
    text = format_report(rows, totals, by=options.by, format=options.format, columns=terminal_width())
    sys.stdout.write(text)
    return 0


def export(options: Namespace) -> int:
    """``sharekit-web export``."""
    data = open_data(options.data)
    catch_up(data)
    lines = export_csv if options.format == "csv" else export_jsonl
    for line in lines(data.store.events()):
        sys.stdout.write(line)
    return 0


def networks(options: Namespace) -> int:
    """``sharekit-web networks``."""
    known = Networks()
    wanted = [known.get(name) for name in options.network] if options.network else list(known)
    if not options.lint:
        say(networks_table(wanted, options.format))
        return 0
    if not options.title or not options.url:
        raise ConfigError(
            "--lint needs to know the item: pass --title and --url, and --image and --text as they apply."
        )
    item = Shareable(title=options.title, url=options.url, image=options.image or None, text=options.text)
    base_url = options.base_url or os.environ.get(f"{PREFIX}BASE_URL", "")
    hashtags = [tag.strip() for tag in options.hashtags.split(",") if tag.strip()]
    living = [network for network in wanted if network.live]
    say(lint_table(lint(item, living, base_url=base_url, hashtags=hashtags), options.format))
    return 0


def doctor(options: Namespace) -> int:
    """``sharekit-web doctor``."""
    try:
        settings = load_settings(options.data)
    except ConfigError as error:
        findings = [examination.Finding("settings", "FAIL", str(error)), *examination.examine_installation()]
    else:
        findings = [*examination.examine_installation(), *examination.examine(settings)]
    for finding in findings:
        verdict = coloured(finding.verdict) + " " * (4 - len(finding.verdict))
        say(f"{verdict}  {finding.what}: {shown(finding.message)}")
    return 1 if any(finding.verdict == "FAIL" for finding in findings) else 0
