"""What must be said about a picture, and whether it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sharekit.products.values import check_choice, check_flag, check_line, check_moment

DisclosureKind = Literal["ad", "gifted", "affiliate", "own_brand"]
"""Why a tag is not disinterested: paid for, product for free, commission on sales, the seller's own brand."""
DISCLOSURES: tuple[str, ...] = get_args(DisclosureKind)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The commercial interest behind a picture or a tag. Whatever carries one is shown with its label, always.

    Rules behind it: FTC 16 CFR 255, the British CAP code, directive 2005/29/EC, annex I, 11.

    Parameters:
        kind: ``"ad"`` (somebody paid), ``"gifted"`` (product for free), ``"affiliate"`` (commission on sales) or
            ``"own_brand"``.
        by: whose interest it is, as text.
    """

    kind: DisclosureKind
    by: str = ""

    def __post_init__(self) -> None:
        check_choice(self.kind, DISCLOSURES, "Disclosure.kind")
        check_line(self.by, "Disclosure.by")

    @property
    def sponsored(self) -> bool:
        """Whether links need ``rel="sponsored"``: money or goods went the other way."""
        return self.kind != "own_brand"


@dataclass(frozen=True, slots=True)
class Rights:
    """The right to show a picture that somebody else made.

    Parameters:
        granted: whether that person said yes.
        by: who, as text; the credit line when the picture has no other.
        until: last moment of the grant; aware.
        withdrawn: moment from which the grant no longer holds; aware.
        source: where the answer can be found again: the post, the mail, the form.
    """

    granted: bool
    by: str = ""
    until: datetime | None = None
    withdrawn: datetime | None = None
    source: str = ""

    def __post_init__(self) -> None:
        check_flag(self.granted, "Rights.granted")
        check_line(self.by, "Rights.by")
        for name in ("until", "withdrawn"):
            moment = getattr(self, name)
            if moment is not None:
                check_moment(moment, f"Rights.{name}")
        check_line(self.source, "Rights.source", longest=2_048)

    def valid(self, at: datetime | None = None) -> bool:
        """Whether the picture may be shown at a moment (aware; now when left out)."""
        return not self.problem(at)

    def problem(self, at: datetime | None = None) -> str:
        """Why the picture may not be shown; empty when it may."""
        moment = datetime.now(UTC) if at is None else check_moment(at, "at")
        if not self.granted:
            return "was not granted"
        if self.withdrawn is not None and self.withdrawn <= moment:
            return f"was withdrawn on {self.withdrawn:%Y-%m-%d}"
        if self.until is not None and self.until < moment:
            return f"ended on {self.until:%Y-%m-%d}"
        return ""
