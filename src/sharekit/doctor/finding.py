"""One thing that was looked at, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["OK", "WARN", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Parameters:
        what: what was looked at, in a word or two.
        verdict: ``"OK"``; ``"WARN"`` for what may become a fault; ``"FAIL"`` for what is one.
        message: what was seen and, unless all is well, what to do.
    """

    what: str
    verdict: Verdict
    message: str
