"""The library's words in eight languages, by the standard library's ``gettext``."""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from sharekit.exceptions import ShareKitError

LOCALES = Path(__file__).parents[1] / "locale"
LANGUAGES = ("ar", "de", "en", "es", "fr", "it", "nl", "pl")
"""The languages that have a complete catalogue; English is the language of the source."""

# Languages written from right to left (Unicode CLDR, characterOrder), those that a web page is likely to be in.
_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Translations:
    """The words of one language.

    Parameters:
        language: code of the language spoken, one of :data:`LANGUAGES`; used as the ``lang`` attribute.
        requested: the locale that was asked for.
    """

    language: str
    requested: str
    _catalogue: gettext.NullTranslations

    def gettext(self, message: str) -> str:
        """``message`` in this language."""
        return self._catalogue.gettext(message)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The form for ``number``, by the language's own plural rule."""
        return self._catalogue.ngettext(singular, plural, number)

    @property
    def falls_back(self) -> bool:
        """Whether the language asked for is not there, so that English is spoken on a page in another language."""
        return language_of(self.requested) != self.language


@lru_cache(maxsize=256)
def translations(locale: str) -> Translations:
    """The words for a locale: those of its language (``de-AT``, ``de_AT`` → ``de``), else the English ones.

    Raises:
        ShareKitError: the catalogue was never compiled.
    """
    language = language_of(locale)
    if language not in LANGUAGES:
        language = "en"
    if language == "en":
        return Translations(language, locale, gettext.NullTranslations())
    try:
        catalogue = gettext.translation("sharekit", LOCALES, [language])
    except FileNotFoundError:
        raise ShareKitError(
            f"The {language!r} translation was not compiled. Install the package with 'pip install .', "
            "or run 'python hatch_build.py' in the source checkout."
        ) from None
    return Translations(language, locale, catalogue)


def language_of(locale: str) -> str:
    """The language of a locale in lower case: ``pt_BR`` → ``pt``."""
    return locale.replace("_", "-").partition("-")[0].lower()


def language_tag(locale: str) -> str:
    """A locale as a BCP 47 tag, as ``lang`` and ``hreflang`` want it: ``pt_BR`` → ``pt-BR``."""
    return locale.partition(".")[0].partition("@")[0].replace("_", "-")


def direction(locale: str) -> Literal["ltr", "rtl"]:
    """Which way text in that locale runs, as the ``dir`` attribute wants it."""
    language = language_of(locale)
    arabic_script = "-arab" in locale.replace("_", "-").lower()
    return "rtl" if language in _RIGHT_TO_LEFT or arabic_script else "ltr"
