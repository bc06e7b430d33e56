"""``flask sharekit report`` and ``flask sharekit doctor``: the commands of ``sharekit-web``, for the app's own kit."""

from __future__ import annotations

import click

from sharekit.kit import ShareKit


def make_commands(kit: ShareKit) -> click.Group:
    """The group ``sharekit`` for an app's command line."""
    group = click.Group("sharekit", help="Share buttons and what came of them.")
    return group
