"""A network is data, and data that cannot work is refused when it is made."""

from __future__ import annotations

from typing import Any

import pytest

from sharekit.exceptions import InvalidValueError
from sharekit.networks.model import Network


def chat(**facts: Any) -> Network:
    """A network of a shop's own."""
    return Network(
        **{"key": "chat", "label": "Chat", "base_url": "https://chat.example/new", "params": {"url": "u"}} | facts
    )


def test_a_row_needs_key_label_address_and_where_the_link_goes() -> None:
    """Everything else has a default."""
    network = chat()
    assert (network.status, network.text, network.icon, network.new_window) == ("ok", "ok", "chat", True)


def test_addresses_of_apps_open_no_new_window() -> None:
    """A blank tab would stay behind when the app opens."""
    assert chat(kind="scheme", base_url="chat://send").new_window is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "Chat"),
        ("key", "my network"),
        ("key", ""),
        ("key", 'x" onload="'),
        ("key", 7),
        ("label", " "),
        ("status", "fine"),
        ("kind", "http"),
        ("text", "yes"),
        ("media", "some"),
        ("counts", "bytes"),
        ("limit", 0),
        ("limit", True),
        ("base_url", "http://chat.example/"),
        ("base_url", "javascript:alert(1)//"),
        ("base_url", "https:///new"),
        ("base_url", "https://shop@chat.example/"),
        ("base_url", 'https://chat.example/"><script>'),
        ("base_url", "https://chat.example/#x"),
        ("base_url", "chat.example"),
        ("params", {"url": "u&v"}),
        ("params", {"text": "t"}),
        ("fixed", {"v=1": "x"}),
    ],
)
def test_what_cannot_work_is_refused_by_name(field: str, value: Any) -> None:
    """The error's field says which fact is wrong."""
    with pytest.raises(InvalidValueError) as caught:
        chat(**{field: value})
    assert caught.value.field.endswith("params" if field == "fixed" else field)


@pytest.mark.parametrize("scheme", ["javascript:", "data:", "vbscript:", "file:", "blob:", "JavaScript:"])
def test_schemes_that_run_or_show_something_in_the_shops_name_are_refused(scheme: str) -> None:
    """An address of an app's is fine, code is not."""
    with pytest.raises(InvalidValueError, match="can be linked"):
        chat(kind="scheme", base_url=f"{scheme}send")


def test_a_network_whose_link_stands_in_the_text_needs_a_text_parameter() -> None:
    """Otherwise the link would be lost."""
    with pytest.raises(InvalidValueError, match="'text'"):
        chat(text="in_body")
    assert chat(text="in_body", params={"text": "body"}).text == "in_body"


def test_options_are_what_the_message_does_not_fill() -> None:
    """They are the names that network_options may set."""
    network = chat(base_url="https://{instance}/new", params={"url": "u", "title": "t", "app_id": "app"})
    assert network.options == {"instance", "app_id"}
    assert network.needs_instance


def test_facts_are_json_values_without_empty_ones() -> None:
    """So that the table can be printed as JSON."""
    assert chat(limit=5).as_dict() == {
        "key": "chat",
        "label": "Chat",
        "status": "ok",
        "kind": "https",
        "base_url": "https://chat.example/new",
        "params": {"url": "u"},
        "text": "ok",
        "media": "none",
        "limit": 5,
        "counts": "characters",
        "new_window": True,
    }


def test_the_callers_mapping_is_not_kept() -> None:
    """A row cannot be changed from outside once it was checked."""
    params = {"url": "u"}
    network = chat(params=params)
    params["evil&x"] = "y"
    assert network.params == {"url": "u"}
