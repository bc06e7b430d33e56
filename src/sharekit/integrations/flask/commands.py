"""``flask sharekit report`` and ``flask sharekit doctor``: the commands of ``sharekit-web``, for the app's own kit."""

from __future__ import annotations

import os
import shutil
from typing import Literal, get_args

import click

from sharekit.exceptions import ShareKitError
from sharekit.kit import ShareKit
from sharekit.pipeline.delivery import drain
from sharekit.reports.cells import shown
from sharekit.reports.report import MAX_DAYS, By
from sharekit.reports.review_tables import format_reviews
from sharekit.reports.tables import Format, format_report
from sharekit.sinks.registry import make_sink

DRAIN_SECONDS = 10.0


def make_commands(kit: ShareKit) -> click.Group:
    """The group ``sharekit`` for an app's command line."""
    group = click.Group("sharekit", help="Share buttons, and what came of them.")

    @group.command()
    @click.option("--by", type=click.Choice([*get_args(By), "reviews"]), default="network", show_default=True)
    @click.option("--days", type=click.IntRange(1, MAX_DAYS), default=30, show_default=True)
    @click.option("--format", "form", type=click.Choice(get_args(Format)), default="table", show_default=True)
    def report(by: By | Literal["reviews"], days: int, form: Format) -> None:
        """Shares, visits, orders and revenue of the last days."""
        columns = shutil.get_terminal_size().columns if form == "table" else None
        try:
            _deliver_the_rest(kit)
            if by == "reviews":
                text = format_reviews(kit.report.reviews(days=days), format=form, columns=columns)
            else:
                rows, totals = kit.report.funnel(by=by, days=days), kit.report.totals(days=days)
                text = format_report(rows, totals, by=by, format=form, columns=columns)
        except ShareKitError as error:
            raise click.ClickException(str(error)) from None
        click.echo(text, nl=False)

    @group.command()
    def doctor() -> None:
        """Check settings, installation and data directory; exit code 1 when something is at fault."""
        from sharekit.doctor import examine, examine_installation

        findings = [*examine_installation(), *examine(kit.settings)]
        for finding in findings:
            click.echo(f"{finding.verdict:4}  {finding.what}: {shown(finding.message)}")
        if any(finding.verdict == "FAIL" for finding in findings):
            raise click.exceptions.Exit(1)

    return group


def _deliver_the_rest(kit: ShareKit) -> None:
    """Bring what ended processes left in the journal to the store; other sinks still find it there afterwards."""
    settings = kit.settings
    if settings.data_dir.is_dir() and os.access(settings.data_dir, os.W_OK):
        store = make_sink(settings.store, data_dir=settings.data_dir, timezone=settings.zone())
        drain(settings.data_dir, [store], DRAIN_SECONDS, keep=True)
