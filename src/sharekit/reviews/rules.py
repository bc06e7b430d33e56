"""Automatic rules: each may hold a review until a person has looked at it. None rejects, and none knows the rating."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from sharekit.rendering.translations import language_of
from sharekit.reviews.policy import ReviewPolicy, RuleName

Mark = Callable[[str, datetime], bool]
"""Sets a mark until a time; ``False`` when it was set: :meth:`sharekit.reviews.store.ReviewStore.spend`."""
SHORTEST_TEXT = 20
"""Letters and digits below which equal texts prove nothing: "Great product"."""
_WORDS = Path(__file__).with_name("profanity.toml")
_MOST_WINDOWS = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """All that a rule sees of what was handed in. The rating is not among it.

    Parameters:
        kind: what was handed in.
        product_id: what it is about.
        prose: the text proper: body, or title without one.
        others: whatever else was typed: title, name, answers.
        language: of the texts, when known.
        sender: hash of the network address or person; empty when nobody knows.
    """

    kind: Literal["review", "question", "answer"]
    product_id: str
    prose: str
    others: tuple[str, ...] = ()
    language: str = ""
    sender: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything typed."""
        return self.prose, *self.others


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that wants a person to look.

    Parameters:
        rule: which.
        found: what it found, shortened, for the moderator.
    """

    rule: RuleName
    found: str


class Windows:
    """Counts within fixed stretches of time, over all processes that share the marks.

    A stretch has as many numbered marks as it may hold; whoever finds none left is too many. How far the numbers are
    used up is remembered, so that a full stretch costs one look.

    Parameters:
        mark: sets a mark.
    """

    def __init__(self, mark: Mark) -> None:
        self._mark = mark
        self._next: dict[str, int] = {}

    def full(self, name: str, limit: int, length: timedelta, at: datetime) -> bool:
        """Count one more; whether there were ``limit`` before it since the stretch of ``length`` began."""
        number, seconds = int(at.timestamp() // length.total_seconds()), int(length.total_seconds())
        key = _hash(f"{name}\x00{seconds}\x00{number}")
        until = at + length
        slot = self._next.get(key, 0)
        while slot < limit and not self._mark(f"count:{key}:{slot}", until):
            slot += 1
        if len(self._next) >= _MOST_WINDOWS:
            self._next.clear()  # the marks know it all; no lock, which a fork could leave held
        self._next[key] = min(slot + 1, limit)
        return slot >= limit


class Rules:
    """The rules that a policy has switched on.

    Parameters:
        policy: names the rules and their bounds.
        mark: sets a mark; texts and counts are remembered by it.
    """

    def __init__(self, policy: ReviewPolicy, mark: Mark) -> None:
        self._policy = policy
        self._mark = mark
        self.windows = Windows(mark)
        self._own = frozenset(folded for word in policy.words for folded in _words(word))
        self._all: dict[RuleName, Callable[[RuleInput, datetime], str]] = {
            "links": lambda given, at: _find(_LINK, given),
            "profanity": lambda given, at: self._profanity(given),
            "personal_data": lambda given, at: personal_data(given),
            "duplicate": self._duplicate,
            "burst": self._burst,
        }

    def check(self, given: RuleInput, at: datetime, *, skip: frozenset[RuleName] = frozenset()) -> list[Hit]:
        """The rules that want a person to look.

        Parameters:
            skip: rules that are not asked this time.
        """
        hits = ((rule, self._all[rule](given, at)) for rule in self._policy.rules if rule not in skip)
        return [Hit(rule, found[:80]) for rule, found in hits if found]

    def _profanity(self, given: RuleInput) -> str:
        bad = _profanity(language_of(given.language) or "en") | self._own
        return next((word for text in given.texts for word in _words(text) if word in bad), "")

    def _duplicate(self, given: RuleInput, at: datetime) -> str:
        text = "".join(_words(given.prose))
        if len(text) < SHORTEST_TEXT:
            return ""
        until = at + timedelta(days=self._policy.duplicate_days)
        return "" if self._mark(f"text:{_hash(text)}", until) else "a text like this was handed in before"

    def _burst(self, given: RuleInput, at: datetime) -> str:
        product = f"{given.kind}:product:{given.product_id}"
        if self.windows.full(product, self._policy.burst_product, timedelta(hours=1), at):
            return f"more than {self._policy.burst_product} for this product within an hour"
        sender = f"sender:{given.sender}"
        if given.sender and self.windows.full(sender, self._policy.burst_sender, timedelta(days=1), at):
            return f"more than {self._policy.burst_sender} from one sender within a day"
        return ""


def personal_data(given: RuleInput) -> str:
    """An e-mail address, phone number or bank account number (IBAN with valid check digits, ISO 13616) in a text."""
    for text in map(_plain, given.texts):
        for match in _IBAN.finditer(text):
            if _is_iban(match.group()):
                return match.group()
    return _find(_EMAIL, given) or _find(_PHONE, given)


def fold(text: str) -> str:
    """Text as it is compared: one case, no accents, no invisible characters, wide and styled letters as plain ones."""
    plain = unicodedata.normalize("NFKD", _plain(text).casefold())
    return "".join(character for character in plain if not unicodedata.combining(character)).replace("\u0640", "")


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def _words(text: str) -> Iterator[str]:
    return (match.group() for match in re.finditer(r"\w+", fold(text)))


def _find(pattern: re.Pattern[str], given: RuleInput) -> str:
    return next((match.group() for text in given.texts if (match := pattern.search(_plain(text)))), "")


@lru_cache(maxsize=64)
def _profanity(language: str) -> frozenset[str]:
    """The words of a language, and those that mean nothing else in any."""
    lists = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return frozenset(folded for key in (language, "any") for word in lists.get(key, ()) for folded in _words(word))


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _is_iban(text: str) -> bool:
    """Whether it begins with an account number of its country's length and with the check digits of ISO 13616: the
    number, its first four characters moved to the end, is 1 modulo 97. Words may follow that look like more of it."""
    code = text.replace(" ", "").upper()
    length = _IBAN_LENGTHS.get(code[:2], 35)
    turned = code[4:length] + code[:4]
    return len(code) >= length and int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SA": 24,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "VA": 22,
}  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_LINK = re.compile(
    r"(?:https?|hxxps?|ftp)\s{0,2}:\s{0,2}//\s{0,2}\S{1,60}"
    r"|\bwww\.[\w-]{1,60}"
    r"|(?<![\w@.])[\w-]{2,60}\s?(?:\.|\[\.\]|\(dot\)|\[dot\])\s?"
    r"(?:com|net|org|info|biz|shop|store|online|site|xyz|club|app|dev|ru|cn|io|eu|co\.uk)\b"
    r"|(?<![\w@.])[\w-]{1,60}\.[a-z]{2,10}/[\w-]",
    re.IGNORECASE,
)
# Not every two-letter ending: "works.it is", "bueno.es" are sentences without a space.
_EMAIL = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+|00)[1-9](?:[ ()/.-]{0,2}[0-9]){7,13}(?![0-9])"  # with the country (ITU-T E.164)
    r"|(?<![\w.,])\(?0[1-9](?:[ ()/-]{0,2}[0-9]){7,10}(?![0-9])"
    r"|(?<![\w.,])\(?[2-9][0-9]{2}\)?[ .-][0-9]{3}[ .-][0-9]{4}(?![0-9])"
)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE | re.ASCII)
