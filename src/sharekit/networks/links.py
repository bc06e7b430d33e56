"""From what is shared to the address that shares it: every part is percent-encoded once, then only put together.

A page shows the same product on six networks at once, and percent-encoding is most of the cost, so a
:class:`LinkBuilder` encodes address, title, text and picture one time and each network fills the blanks of a template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote_plus

from sharekit.networks.model import Network
from sharekit.networks.quoting import quote
from sharekit.networks.tags import FIELDS, clean_account, clean_tags, tag_values
from sharekit.networks.templates import NO_TEXT, checked_options, template
from sharekit.networks.text import ROOM_OF_LINK, fit, measure

UTM_NAMES = frozenset({"utm_source", "utm_medium", "utm_campaign"})
SHARE_PARAMETER = "sk"
"""Query parameter of a shared URL that carries the share id."""

_ALWAYS = frozenset({"url", "title"})
_WITH_TEXT = _ALWAYS | {"text"}
_WITH_IMAGE = _ALWAYS | {"image"}
_WITH_BOTH = _WITH_TEXT | {"image"}


class Message(NamedTuple):
    """What is shared.

    Parameters:
        url: whole address of the page, without tracking.
        title: title of the page, as text.
        text: what is said beside the link; the title when empty.
        image: whole address of a picture.
        hashtags: with or without ``#``.
        via: account of the shop on networks that credit one, with or without ``@``.
    """

    url: str
    title: str
    text: str = ""
    image: str = ""
    hashtags: Sequence[str] = ()
    via: str = ""


def tracked_url(url: str, *, source: str, share_id: str, utm: bool = True, campaign: str = "") -> str:
    """The page's address with where it was shared and the share id added to its own query; its fragment is kept.

    ``utm_source``, ``utm_medium``, ``utm_campaign`` and ``sk`` that the address has already are replaced.

    Parameters:
        url: whole address of the page.
        source: key of the network, for ``utm_source``.
        share_id: for ``sk``.
        utm: ``False`` leaves the three ``utm_`` parameters out, and those of the page alone.
        campaign: for ``utm_campaign``; left out when empty.
    """
    head, tail = _opened(url, utm)
    return f"{head}{_tracking(quote(source), quote(share_id), utm, quote(campaign))}{tail}"


class LinkBuilder:
    """Builds the links of one message. Cheap to make; make one per rendering.

    Parameters:
        message: what is shared.
        utm: add ``utm_source``, ``utm_medium`` and, when given, ``utm_campaign`` to the shared address.
        campaign: value of ``utm_campaign``.

    Raises:
        InvalidValueError: a text has half a character (a lone surrogate) in it.
    """

    __slots__ = (
        "_campaign",
        "_head",
        "_longest",
        "_message",
        "_middle",
        "_page",
        "_present",
        "_tail",
        "_utm",
        "_values",
    )

    def __init__(self, message: Message, *, utm: bool = True, campaign: str = "") -> None:
        url, title, text, image, hashtags, via = message
        if "\n" in title or "\r" in title:
            title = _one_line(title)
            message = message._replace(title=title)
        self._message = message
        self._utm = utm
        self._campaign = quote(campaign) if campaign else ""
        self._page = head, tail = _opened(url, utm)
        # The same as _tracking(), percent-encoded once more because it stands inside a parameter of the network's.
        if utm:
            named = f"%26utm_campaign%3D{quote(self._campaign)}" if campaign else ""
            self._head = quote(head) + "utm_source%3D"
            self._middle = f"%26utm_medium%3Dsocial{named}%26{SHARE_PARAMETER}%3D"
        else:
            self._head = quote(head) + f"{SHARE_PARAMETER}%3D"
            self._middle = ""
        self._tail = quote(tail) if tail else ""
        quoted_title = quote(title)
        self._values = values = {"title": quoted_title, "text": quoted_title, "lines": quoted_title}
        longest = len(title)
        if text:
            self._present = _WITH_BOTH if image else _WITH_TEXT
            _set_text(values, text)
            longest += len(text)
        else:
            self._present = _WITH_IMAGE if image else _ALWAYS
        if image:
            values["image"] = quote(image)
        if hashtags or via:
            more = tag_values(hashtags, via)
            values.update(more)
            self._present = self._present.union(more)
            longest += sum(map(len, more.values()))
        # Only to know quickly that nothing has to be cut: in no way of counting does a character take more than 2.
        self._longest = longest if title.isascii() and text.isascii() else 2 * longest

    def url(self, source: str, share_id: str) -> str:
        """The tracked address itself, for controls without a network (``copy``, ``native``, ``qr``)."""
        head, tail = self._page
        return f"{head}{_tracking(quote(source), share_id, self._utm, self._campaign)}{tail}"

    def link(
        self,
        network: Network,
        share_id: str,
        *,
        text: str | None = None,
        image: str | None = None,
        hashtags: Sequence[str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> str:
        """The address that opens the network's share dialog for the message.

        Parameters:
            network: a live one.
            share_id: 12 characters of ``A-Za-z0-9_-``.
            text, image, hashtags: for this network alone, in place of the message's. On a network that takes a title
                only, the text is the title.
            options: the shop's ``network_options`` for it.

        Raises:
            InvalidValueError: an option is missing, unknown, or has a value that cannot work.
        """
        if self._utm:
            url = f"{self._head}{network.key}{self._middle}{share_id}{self._tail}"
        else:
            url = f"{self._head}{share_id}{self._tail}"
        if text is None and image is None and hashtags is None and not options:
            known = network.templates.get(self._present)
            if known is not None and (network.limit is None or self._longest + len(url) < network.limit):
                values = self._values.copy()
                values["url"] = url
                return known % values
        return self._compose(network, url, share_id, text, image, hashtags, options or {})

    def body(self, network: Network, share_id: str, *, text: str | None = None) -> str:
        """Text and link as one text, cut to what the network takes: what goes into a network's text field."""
        url = self.url(network.key, share_id)
        said = fitted(network, text or self._message.text or self._message.title, url)
        return f"{said}{network.separator}{url}" if said else url

    def _compose(
        self,
        network: Network,
        url: str,
        share_id: str,
        text: str | None,
        image: str | None,
        hashtags: Sequence[str] | None,
        options: Mapping[str, str],
    ) -> str:
        """The link in the general case: anything may be given for this network alone, or have to be cut."""
        message = self._message
        own = checked_options(network, options)
        values = {**self._values, "url": url, **own}
        present = {*self._present, *own}
        if image is not None:
            values["image"] = quote(image)
            present.add("image") if image else present.discard("image")
        tags = message.hashtags if hashtags is None else hashtags
        via = options.get("via", message.via)
        if hashtags is not None or "via" in own:
            more = tag_values(tags, via)
            values.update(more)
            present = (present - FIELDS).union(more)
        if network.text == "title_only":
            title = _one_line(text) if text else message.title
            values["title"] = quote(fit(title, network.limit, network.counts) if network.limit else title)
        elif text or network.limit is not None:
            said = text or message.text or message.title
            if network.limit is not None:
                said = fitted(network, said, self.url(network.key, share_id), tags, via)
            _set_text(values, said)
            if not said:
                present.add(NO_TEXT)
            elif text:
                present.add("text")
        return template(network, frozenset(present)) % values


def _opened(url: str, utm: bool) -> tuple[str, str]:
    """The address up to where parameters can be added, and its fragment. Parameters that would double are gone."""
    address, mark, fragment = url.partition("#")
    page, _, query = address.partition("?")
    if query:
        if "%" in query or "sk" in query or "utm" in query:
            ours = {SHARE_PARAMETER, *UTM_NAMES} if utm else {SHARE_PARAMETER}
            query = "&".join(pair for pair in query.split("&") if unquote_plus(pair.partition("=")[0]) not in ours)
        if query and not query.endswith("&"):
            query += "&"
    return f"{page}?{query}", mark + fragment


def _tracking(source: str, share_id: str, utm: bool, campaign: str) -> str:
    if not utm:
        return f"{SHARE_PARAMETER}={share_id}"
    named = f"&utm_campaign={campaign}" if campaign else ""
    return f"utm_source={source}&utm_medium=social{named}&{SHARE_PARAMETER}={share_id}"


def _one_line(title: str) -> str:
    """A title has one line: what would start another might end a mail's subject."""
    return title.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")


def _set_text(values: dict[str, str], text: str) -> None:
    """Fill in the text, and the same with the line ends of e-mail."""
    values["text"] = values["lines"] = quoted = quote(text)
    if "%0" in quoted:
        values["text"] = quoted.replace("%0D%0A", "%0A").replace("%0D", "%0A")
        values["lines"] = values["text"].replace("%0A", "%0D%0A")


def fitted(network: Network, text: str, url: str, hashtags: Sequence[str] = (), via: str = "") -> str:
    """The text as far as it fits the network's limit with the link, which is never cut itself.

    Hashtags and the credited account count too where the network writes them into the text.
    """
    if network.limit is None:
        return text
    room = network.limit - (ROOM_OF_LINK.get(network.counts) or len(url)) - len(network.separator)
    if "hashtags" in network.params:
        account = clean_account(via)
        beside = "".join(f" #{tag}" for tag in clean_tags(hashtags)) + (f" via @{account}" if account else "")
        room -= measure(beside, network.counts)
    return fit(text, room, network.counts)
