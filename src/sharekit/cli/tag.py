"""``sharekit-web tag``: the tag editor for one picture, until it is stopped."""

from __future__ import annotations

import secrets
import sys
import threading
import webbrowser
from argparse import Namespace

from sharekit.cli.output import note, say
from sharekit.cli.tag_files import Desk
from sharekit.cli.tag_server import TagApp, make_tag_server
from sharekit.demo.catalog_files import load_catalog


def tag(options: Namespace) -> int:
    """``sharekit-web tag``: until Ctrl+C."""
    desk = Desk(options.picture, options.out, options.src)
    catalog = load_catalog(options.catalog) if options.catalog else None
    app = TagApp(desk, catalog, token=secrets.token_urlsafe(24), say=_tell)
    app.page()  # a file that cannot be read is told here, not in the browser
    with make_tag_server(app, options.port) as server:
        if catalog is not None:
            skipped = f", {len(catalog.skipped)} rows skipped" if catalog.skipped else ""
            _tell(f"{catalog.name}: {len(catalog.wares)} products ({catalog.form}{skipped})")
        _tell(f"  Editor  {app.address}")
        _tell(f"  Tags    {desk.out}{'' if desk.out.exists() else ' (when you save)'}")
        _tell("Only this computer can open it, and only by that address. Press Ctrl+C to stop.")
        if not options.no_open:
            # Some browsers stay in the foreground until they are closed, and wait for the page meanwhile.
            threading.Thread(target=webbrowser.open, args=(app.address,), daemon=True).start()
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            note("\nStopped.")
    return 0


def _tell(text: str) -> None:
    """A line at once, also into a pipe: whoever waits for the address must see it."""
    say(text)
    sys.stdout.flush()
