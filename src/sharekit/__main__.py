"""``python -m sharekit``: the command ``sharekit-web``."""

from __future__ import annotations

import sys

from sharekit.cli import main

if __name__ == "__main__":
    sys.exit(main())
