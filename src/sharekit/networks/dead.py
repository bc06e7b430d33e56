"""Networks that have closed, with the day as far as it is known, and what to use in their place.

They stay listed because themes and old settings still ask for them, and because stored events may name them.
"""

from __future__ import annotations

from datetime import date

from sharekit.networks.model import Network

_READ = date(2026, 11, 21)
_UNKNOWN = "date not verified"
_ONE = "social-share-urls, alone"

RENAMED = {"twitter": "x"}
"""Keys people remember, and the key of today."""

DEAD = tuple(
    Network(key=key, label=label, status="dead", died=died, instead=instead, source=source, checked=_READ, note=note)
    for key, label, died, instead, source, note in (
        ("pocket", "Pocket", "2025-07-08", "raindrop", "support.mozilla.org/kb/future-of-pocket", "closed by Mozilla"),
        ("skype", "Skype", "2025-05-05", "teams", "many issue trackers", "its share buttons had no support since 2023"),
        ("googleplus", "Google+", "2019-04-02", "facebook", "many issue trackers", "closed for consumers"),
        ("google_bookmarks", "Google Bookmarks", _UNKNOWN, "raindrop", "no source", "closed in 2021, it is said"),
        ("stumbleupon", "StumbleUpon / Mix", "2019, by one source", "flipboard", _ONE, "moved to mix.com in 2018"),
        ("delicious", "Delicious", "2018, by one source", "raindrop", _ONE, ""),
        ("digg", "Digg (old)", "2020, by one source", "reddit", _ONE, "links can no longer be submitted"),
        ("flattr", "Flattr", "2020, by one source", "mastodon", _ONE, "its share address is not found"),
        (
            "buffer",
            "Buffer",
            "2020, by one source",
            "linkedin",
            _ONE,
            "its share address was given up; the company goes on",
        ),
        ("tencent_weibo", "Tencent Weibo", _UNKNOWN, "weibo", "no source", "closed in 2020, it is said"),
        ("mailru", "Mail.ru", _UNKNOWN, "vk", _ONE, "its share address does not work"),
        ("baidu", "Baidu Cang", "2018, by one source", "qzone", _ONE, ""),
        ("renren", "Renren", _UNKNOWN, "weibo", _ONE, "last tried by hand in 2020"),
        ("workplace", "Workplace (Meta)", _UNKNOWN, "teams", "no source", "Meta announced its end"),
        ("addthis", "AddThis", _UNKNOWN, "native", "no source", "closed by Oracle in 2023, it is said"),
        ("fancy", "Fancy", _UNKNOWN, "pinterest", "no source", "nothing was found that still speaks of it"),
        ("wanelo", "Wanelo", _UNKNOWN, "pinterest", "no source", "last seen in a list of 2021"),
        ("twitter_count", "X share counts", "2015-11", "x", "many issue trackers", "show counts of your own instead"),
    )
)
