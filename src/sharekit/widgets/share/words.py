"""What the controls of a share bar are called: the label that is seen, and the name that is read out.

The name holds the label (WCAG 2.2, success criterion 2.5.3), so that people who steer by voice can say what they see.
"""

from __future__ import annotations

from collections.abc import Callable

from sharekit.networks.model import Network
from sharekit.rendering.translations import Translations

_SAVING = frozenset({"evernote", "flipboard", "hatena", "instapaper", "raindrop"})


def label_and_name(key: str, network: Network | None, words: Translations) -> tuple[str, str]:
    """The visible label and the accessible name of a control.

    Parameters:
        network: its network; ``None`` for copy, native, print and qr.
    """
    _ = words.gettext
    if key in _OWN_WORDS:
        return _OWN_WORDS[key](_)
    label = key if network is None else network.label
    if key.startswith("ai_"):
        return label, _("Ask {network}").replace("{network}", label)
    if key in _SAVING:
        return label, _("Save to {network}").replace("{network}", label)
    return label, _("Share on {network}").replace("{network}", label)


def around_title(phrase: str) -> tuple[str, str]:
    """What stands before and after ``{title}`` in a translated phrase."""
    before, _, after = phrase.partition("{title}")
    return before, after


_OWN_WORDS: dict[str, Callable[[Callable[[str], str]], tuple[str, str]]] = {
    "email": lambda _: (_("Email"), _("Share by email")),
    "sms": lambda _: (_("SMS"), _("Share by SMS")),
    "copy": lambda _: (_("Copy link"), _("Copy link")),
    "native": lambda _: (_("Share"), _("Share with an app")),
    "print": lambda _: (_("Print"), _("Print")),
    "qr": lambda _: (_("QR code"), _("QR code")),
}
