"""What is wrong with tagged pictures, looks and videos, before a shopper sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sharekit.products.look import Look
    from sharekit.products.picture import Picture
    from sharekit.products.video import Video

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Parameters:
        code: its name, such as ``"targets-collide"``.
        where: the place, such as ``"Picture.tags[2]"`` (numbers as on the markers, from 1).
        problem: what is wrong and what to do, as a sentence.
        severity: ``"error"`` when people or the law are let down, ``"warning"`` when something is lost.
    """

    code: str
    where: str
    problem: str
    severity: Severity

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.problem} [{self.code}]"


def lint_picture(picture: Picture, at: datetime | None = None) -> list[Problem]:
    """Problems of a picture and its tags."""
    return []


def lint_look(look: Look, at: datetime | None = None) -> list[Problem]:
    """Problems of a look."""
    return []


def lint_video(video: Video, at: datetime | None = None) -> list[Problem]:
    """Problems of a video."""
    return []
