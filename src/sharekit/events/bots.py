"""Which user agents are programs rather than people.

Known crawlers come from the package ``crawler-user-agents`` (extra ``collect``); without it a short list of words
finds those that call themselves so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

MAX_AGENT = 512
"""Characters of a user agent that are looked at; real ones have fewer, and patterns take longer on longer text."""

_WORDS = re.compile(
    # (CUBOT makes phones.)
    r"(?<!cu)bot\b|crawl|spider|slurp|scrap|archiver|preview|headless|monitor|facebookexternalhit|whatsapp/|validator|"
    r"^(curl|wget|python|java|go-http|okhttp|ruby|perl|php|node|axios|apache-httpclient|libwww|httpx?)\b",
    re.IGNORECASE,
)


class Bots:
    """Tells crawlers from people by the ``User-Agent`` header.

    Parameters:
        count_agents: substrings of agents that count as people although the list names them.
    """

    def __init__(self, count_agents: Sequence[str] = ()) -> None:
        self._count_agents = tuple(text for text in count_agents if text)
        self._cached = lru_cache(maxsize=2_048)(self._look)

    def is_bot(self, user_agent: str) -> bool:
        """Whether the agent is a program. One that says nothing about itself is one: every browser does."""
        return self._cached(user_agent[:MAX_AGENT])

    def _look(self, agent: str) -> bool:
        if any(text in agent for text in self._count_agents):
            return False
        return not agent.strip() or _patterns()(agent)


@lru_cache(maxsize=1)
def _patterns() -> Callable[[str], bool]:
    try:
        from crawleruseragents import is_crawler
    except ImportError:
        return lambda agent: _WORDS.search(agent) is not None
    return lambda agent: bool(is_crawler(agent))
