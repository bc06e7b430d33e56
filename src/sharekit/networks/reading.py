"""Reading lists, link collections, news, and assistants that are asked about a page."""

from __future__ import annotations

from datetime import date

from sharekit.networks.model import Network

_READ = date(2026, 11, 21)
_ASSISTANT = "opens the assistant with the text and the link as its question; known from one library, new in 2026"

READING = (
    Network(
        key="hackernews",
        label="Hacker News",
        base_url="https://news.ycombinator.com/submitlink",
        params={"url": "u", "title": "t"},
        required=("url",),
        text="title_only",
        limit=80,
        source="share libraries",
        checked=_READ,
        note="people must be logged in; hardly a place for products. The limit of 80 is not confirmed",
    ),
    Network(
        key="flipboard",
        label="Flipboard",
        base_url="https://share.flipboard.com/bookmarklet/popout",
        params={"url": "url", "title": "title"},
        fixed={"v": "2"},
        required=("url",),
        text="title_only",
        media="og_only",
        source="share libraries",
        checked=_READ,
        note="people must be logged in",
    ),
    Network(
        key="instapaper",
        label="Instapaper",
        base_url="https://www.instapaper.com/edit",
        params={"url": "url", "title": "title", "text": "description"},
        required=("url",),
        text="ok",
        source="share libraries, which use four different paths",
        checked=_READ,
        note="saves the page for the person alone",
    ),
    Network(
        key="hatena",
        label="Hatena",
        base_url="https://b.hatena.ne.jp/add",
        params={"url": "url", "title": "title"},
        fixed={"mode": "confirm"},
        required=("url",),
        text="title_only",
        source="one share library",
        checked=_READ,
    ),
    Network(
        key="raindrop",
        label="Raindrop.io",
        base_url="https://app.raindrop.io/add",
        params={"url": "link", "title": "title"},
        required=("url",),
        text="title_only",
        source="one share library",
        checked=_READ,
        note="saves the page for the person alone",
    ),
    Network(
        key="evernote",
        label="Evernote",
        status="degraded",
        base_url="https://www.evernote.com/clip.action",
        params={"url": "url", "title": "title"},
        required=("url",),
        text="title_only",
        source="share libraries",
        checked=_READ,
        note="makes the note without a word of confirmation (seen in 2020)",
    ),
    *(
        Network(
            key=key,
            label=label,
            icon="ai",
            status="single_source",
            base_url=base_url,
            params={"text": name},
            fixed=fixed,
            required=("text",),
            text="in_body",
            source="one share library",
            checked=_READ,
            note=_ASSISTANT,
        )
        for key, label, base_url, name, fixed in (
            ("ai_chatgpt", "ChatGPT", "https://chatgpt.com/", "prompt", {}),
            ("ai_claude", "Claude", "https://claude.ai/new", "q", {}),
            ("ai_perplexity", "Perplexity", "https://www.perplexity.ai/search", "q", {}),
            ("ai_grok", "Grok", "https://x.com/i/grok", "text", {}),
            ("ai_gemini", "Gemini", "https://www.google.com/search", "q", {"udm": "50", "aep": "11"}),
        )
    ),
)
