"""The table of networks this library knows: posting places, messengers, reading lists, and the dead.

The facts were read on 21 November 2026 in the networks' own documents where they have any, and in the source of share
libraries otherwise (``Network.source`` says which); no endpoint was called.
"""

from __future__ import annotations

from sharekit.networks.dead import DEAD, RENAMED
from sharekit.networks.messengers import MESSENGERS
from sharekit.networks.posting import POSTING
from sharekit.networks.reading import READING

ROWS = (*POSTING, *MESSENGERS, *READING, *DEAD)
"""Every built-in network, live ones first."""

__all__ = ["RENAMED", "ROWS"]
