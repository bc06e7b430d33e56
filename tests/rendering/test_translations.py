"""Translations: complete, fitting, found."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.plurals import get_plural

import sharekit
from sharekit.exceptions import ShareKitError
from sharekit.rendering import translations as module
from sharekit.rendering.translations import LANGUAGES, direction, language_of, language_tag, translations

PACKAGE = Path(sharekit.__file__).parent
CALLS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def messages() -> set[str | tuple[str, ...]]:
    """Every text that code and templates hand to gettext."""
    found: set[str | tuple[str, ...]] = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        for _, text, _, _ in extract("python", BytesIO(path.read_bytes()), keywords=CALLS):
            found.add(text)
    for path in sorted(PACKAGE.rglob("*.jinja")):
        for _, text, _, _ in extract("jinja2.ext:babel_extract", BytesIO(path.read_bytes()), keywords=CALLS):
            found.add(text)
    return found


MESSAGES = sorted(messages(), key=str)
OTHERS = [language for language in LANGUAGES if language != "en"]


def test_the_texts_are_found() -> None:
    """A check of the checks below: they would pass on an empty list."""
    assert "Copy link" in MESSAGES
    assert ("share", "shares") in MESSAGES
    assert "Your server" in MESSAGES
    assert len(LANGUAGES) == 8


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_its_placeholders(language: str) -> None:
    """None is left in English by accident, and none has lost its blank."""
    catalogue = translations(language)._catalogue._catalog  # type: ignore[attr-defined]
    for message in MESSAGES:
        if isinstance(message, tuple):
            forms = [catalogue[message[0], number] for number in range(get_plural(language).num_plurals)]
            assert all(forms)
            continue
        translated = catalogue[message]
        assert translated
        assert sorted(re.findall(r"\{\w+\}", translated)) == sorted(re.findall(r"\{\w+\}", message))


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_outlives_its_text(language: str) -> None:
    """Dead weight in a catalogue hides what is missing."""
    known = {message if isinstance(message, str) else message[0] for message in MESSAGES}
    catalogue = translations(language)._catalogue._catalog  # type: ignore[attr-defined]
    assert {key if isinstance(key, str) else key[0] for key in catalogue} - {""} == known


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5, 11, 21, 22, 25, 100, 101, 102, 1_000_000])
@pytest.mark.parametrize("language", OTHERS)
def test_plurals_follow_the_languages_rule(language: str, number: int) -> None:
    """Every number has a form."""
    assert translations(language).ngettext("share", "shares", number) not in {"share", "shares"}


def test_polish_has_three_forms() -> None:
    """The rule is more than one and many."""
    words = [translations("pl").ngettext("share", "shares", number) for number in (1, 2, 5, 22)]
    assert words == ["udostępnienie", "udostępnienia", "udostępnień", "udostępnienia"]


@pytest.mark.parametrize(
    ("locale", "language", "falls_back"),
    [
        ("de", "de", False),
        ("de-AT", "de", False),
        ("DE_at", "de", False),
        ("en-GB", "en", False),
        ("pt_BR", "en", True),
        ("", "en", True),
        ("../../etc/passwd", "en", True),
        ("xx" * 500, "en", True),
    ],
)
def test_the_language_is_negotiated(locale: str, language: str, falls_back: bool) -> None:
    """A territory doesn't matter; what is not there is English; a locale is never a path."""
    words = translations(locale)
    assert (words.language, words.falls_back) == (language, falls_back)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("ar", "rtl"),
        ("ar-EG", "rtl"),
        ("he", "rtl"),
        ("fa_IR", "rtl"),
        ("pa-Arab-PK", "rtl"),
        ("de", "ltr"),
        ("", "ltr"),
    ],
)
def test_direction(locale: str, expected: str) -> None:
    """Right to left where the language or its script is."""
    assert direction(locale) == expected


def test_tags_and_languages() -> None:
    """As HTML and catalogues want them."""
    assert language_tag("pt_BR.UTF-8") == "pt-BR"
    assert language_of("PT-br") == "pt"


def test_a_checkout_that_was_never_built_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catalogues are compiled by the build step."""
    monkeypatch.setattr(module, "LOCALES", tmp_path)
    with pytest.raises(ShareKitError, match="pip install"):
        translations.__wrapped__("de")
