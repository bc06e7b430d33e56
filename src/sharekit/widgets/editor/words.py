"""What the editor's script says; the words that stand on the page from the beginning are in its template."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def script_words(_: Callable[[str], str]) -> Mapping[str, str]:
    """By the names the script has for them. Blanks: ``{n}`` number, ``{name}`` product, ``{x}`` ``{y}`` place."""
    return {
        "tag": _("Tag {n}"),
        "pin": _("{n}, {name}, {x} from the left, {y} from the top"),
        "noProduct": _("no product yet"),
        "added": _("Tag {n} added. Arrow keys move it, Enter leads to its products."),
        "deleted": _("Tag {n} deleted: {name}."),
        "moved": _("{name} is now number {n}."),
        "undone": _("Undone."),
        "redone": _("Done again."),
        "up": _("Move tag {n} up: {name}"),
        "down": _("Move tag {n} down: {name}"),
        "remove": _("Delete tag {n}: {name}"),
        "takeOff": _("Take off: {name}"),
        "taken": _("{name} is now on tag {n}."),
        "found": _("Products found: {n}"),
        "incomplete": _("A product needs a number, a name and the address of its page."),
        "saving": _("Saving …"),
        "saved": _("Saved."),
        "savedTo": _("Saved in {where}."),
        "notSaved": _("Not saved: {reason}"),
        "noAnswer": _("the server gave no answer that can be read."),
        "noPicture": _("The picture cannot be loaded."),
        "error": _("Error"),
        "warning": _("Warning"),
        "fine": _("Nothing is wrong."),
        "unchecked": _("The server could not be asked."),
        "allInside": _("Every tag is in view at {width} pixels."),
        "outside": _("Outside this crop: {numbers}. They stay in the list below the picture."),
    }


def disclosures(_: Callable[[str], str]) -> Mapping[str, str]:
    """The kinds of :class:`sharekit.products.Disclosure` as a choice."""
    return {
        "ad": _("Paid for (ad)"),
        "gifted": _("Given for free"),
        "affiliate": _("Commission on sales"),
        "own_brand": _("Own brand"),
    }
