"""Sinks by URL: what each form means, and what is refused."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sharekit.config import Settings
from sharekit.events.model import Event
from sharekit.exceptions import ConfigError, UnknownNameError
from sharekit.sinks.base import Sink
from sharekit.sinks.jsonl import JsonlSink
from sharekit.sinks.memory import MemorySink
from sharekit.sinks.registry import SINKS, SinkUrl, make_sink, parse_sink_url, without_secrets
from sharekit.sinks.sqlite import SqliteSink, SqliteStore
from sharekit.sinks.store import open_store

UTC = ZoneInfo("UTC")


PACKAGE = """
from sharekit.sinks.base import Sink

class PrintSink(Sink):
    def __init__(self, *, colour="black"):
        self.colour = colour

    @classmethod
    def from_url(cls, url):
        return cls(**url.options(colour=str))

    def write(self, batch):
        for event in batch:
            print(event)
"""


@pytest.fixture
def print_sink_installed(tmp_path: Path, monkeypatch):
    """A package, installed as far as Python can tell, that offers the sink ``print``, and nonsense."""
    place = tmp_path / "site-packages"
    metadata = place / "print_sink-1.0.dist-info"
    metadata.mkdir(parents=True)
    (place / "print_sink.py").write_text(PACKAGE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: print-sink\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[sharekit.sinks]\nprint = print_sink:PrintSink\nnonsense = json:dumps\n"
    )
    monkeypatch.syspath_prepend(place)
    yield
    sys.modules.pop("print_sink", None)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:events.db", "data/events.db"),
        ("sqlite:sub/events.db", "data/sub/events.db"),
        ("jsonl:events.jsonl", "data/events.jsonl"),
        ("jsonl:with%20space%3F.jsonl", "data/with space?.jsonl"),
        ("SQLITE:events.db", "data/events.db"),
    ],
)
def test_relative_files_lie_in_the_data_directory(tmp_path: Path, url, path):
    """Without slashes in front, a file is beside the journal."""
    sink = make_sink(url, data_dir=tmp_path / "data", timezone=UTC)
    assert sink.path == tmp_path / path


def test_absolute_files_lie_anywhere(tmp_path: Path):
    """Three slashes name a file from the root."""
    sink = make_sink(f"sqlite://{tmp_path}/other.db", data_dir=tmp_path / "data", timezone=UTC)
    assert sink.path == tmp_path / "other.db"


def test_a_sink_object_is_used_as_it_is(tmp_path: Path):
    """An object needs no URL."""
    sink = MemorySink()
    assert make_sink(sink, data_dir=tmp_path, timezone=UTC) is sink


def test_the_option_name_renames_any_sink(tmp_path: Path):
    """Two sinks of one kind can live side by side under different names."""
    sink = make_sink("jsonl:copy.jsonl?name=copy", data_dir=tmp_path, timezone=UTC)
    assert sink.name == "copy"
    assert isinstance(sink, JsonlSink)


def test_options_reach_the_sink(tmp_path: Path):
    """An option of the query is an argument of the sink."""
    sink = make_sink("memory:?max_events=5&name=few", data_dir=tmp_path, timezone=UTC)
    assert (sink.max_events, sink.name) == (5, "few")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite://events.db", "write sqlite:events.db"),
        ("sqlite:", "names no file"),
        ("sqlite:///", "names no file"),
        ("jsonl:a%00b", "names no file"),
        ("events.db", "write it as a URL"),
        ("memory:?max_event=5", "Did you mean 'max_events'"),
        ("memory:?max_events=no", "max_events='no'"),
        ("memory:?max_events=0", "above 0"),
        ("memory:?max_events", "not a URL"),
        ("memory:?max_events=1&max_events=2", "twice"),
        ("sqlite:events.db?timeout=5", "unknown option 'timeout'"),
        ("sqlite://[::1", "not a URL"),
    ],
)
def test_urls_that_cannot_be_used_say_why(tmp_path: Path, url, message):
    """The error names the URL and what to write instead."""
    with pytest.raises(ConfigError) as caught:
        make_sink(url, data_dir=tmp_path, timezone=UTC)
    assert message in str(caught.value)


@pytest.mark.parametrize("spec", [None, 5, MemorySink, ["memory:"]])
def test_what_is_no_sink_is_refused(tmp_path: Path, spec: Any):
    """Classes and other things are not taken for sinks."""
    with pytest.raises(ConfigError, match="URLs or Sink objects"):
        make_sink(spec, data_dir=tmp_path, timezone=UTC)


def test_an_unknown_scheme_gets_a_hint(tmp_path: Path):
    """A typing error in the scheme is answered with the near name."""
    with pytest.raises(UnknownNameError, match="'sqlite'"):
        make_sink("sqlit:events.db", data_dir=tmp_path, timezone=UTC)


def test_installed_packages_offer_sinks(tmp_path: Path, print_sink_installed):
    """The entry point group sharekit.sinks adds a scheme."""
    sink = make_sink("print:?colour=red", data_dir=tmp_path, timezone=UTC)
    assert (type(sink).__name__, sink.colour, sink.name) == ("PrintSink", "red", "print")
    assert "print" in SINKS.names()


def test_an_entry_point_that_is_no_sink_is_refused(tmp_path: Path, print_sink_installed):
    """A package that registers something else is named in the error."""
    with pytest.raises(ConfigError, match="not a Sink class"):
        make_sink("nonsense:", data_dir=tmp_path, timezone=UTC)


def test_a_sink_without_from_url_takes_no_options(tmp_path: Path):
    """The contract's own from_url makes the sink bare, and refuses options."""

    class Bare(Sink):
        def write(self, batch: Sequence[Event]) -> None:
            """Take everything."""

    url = SinkUrl(text="bare:?x=1", scheme="bare", query={"x": "1"}, data_dir=tmp_path, timezone=UTC)
    with pytest.raises(ConfigError, match="unknown option 'x'"):
        Bare.from_url(url)
    plain = SinkUrl(text="bare:", scheme="bare", query={}, data_dir=tmp_path, timezone=UTC)
    assert Bare.from_url(plain).name == "bare"


@pytest.mark.parametrize("name", ["sqlite", "jsonl", "memory"])
def test_every_sink_has_the_name_of_its_scheme(tmp_path: Path, name):
    """One concept has one word: scheme, module and name of a sink agree."""
    assert SINKS.load(name).name == name
    assert SINKS.load(name).__module__ == f"sharekit.sinks.{name}"


def test_a_store_is_opened_by_the_url_of_its_sink(tmp_path: Path):
    """Reports read what the sink of the same URL wrote."""
    sink = make_sink("sqlite:events.db", data_dir=tmp_path, timezone=UTC)
    assert isinstance(sink, SqliteSink)
    sink.write([Event(name="share")])
    store = open_store("sqlite:events.db", tmp_path)
    assert isinstance(store, SqliteStore)
    assert store.query("SELECT count(*) FROM events") == [(1,)]
    sink.close()


@pytest.mark.parametrize("url", ["jsonl:events.jsonl", "memory:"])
def test_a_sink_that_is_no_store_says_so(tmp_path: Path, url):
    """Reports cannot read a file of lines, and the error offers what they can."""
    with pytest.raises(ConfigError, match=r"use for example 'sqlite:events\.db'"):
        open_store(url, tmp_path)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("redis://host/0", ("", "", ("host",), "host", None)),
        ("redis://u%40x:p%2Fw@Host:6379/0", ("u@x", "p/w", ("Host:6379",), "host", 6379)),
        ("kafka://one:9092,two:9093/t", ("", "", ("one:9092", "two:9093"), "one", 9092)),
        ("redis://:secret@[::1]:6379/0", ("", "secret", ("[::1]:6379",), "::1", 6379)),
        ("sqlite:events.db", ("", "", (), "", None)),
    ],
)
def test_user_password_hosts_and_ports_are_taken_apart(tmp_path: Path, text, parts):
    """Percent-decoded, several hosts by commas, IPv6 addresses in brackets."""
    url = parse_sink_url(text, data_dir=tmp_path, timezone=UTC)
    assert (url.user, url.password, url.hosts, url.hostname, url.port) == parts
    assert "@" not in url.host


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("redis://user:hidden@host/0?stream=events", "redis://user:...@host/0?stream=events"),
        ("redis://:hidden@host", "redis://:...@host"),
        ("redis://hidden@host", "redis://...@host"),
        ("segment://hidden@host/v1?tls=no", "segment://...@host/v1?tls=no"),
        ("redis://user:hid?den/hid#den@host:6379/0?maxlen=5", "redis://user:...@host:6379/0?maxlen=5"),
        ("redis:user:hidden@host", "redis:user:...@host"),
        ("redis:/user:hidden@host/0", "redis:/user:...@host/0"),
        ("webhook://host/x?query=code%3Dhidden&tls=no", "webhook://host/x?query=...&tls=no"),
        ("ga4://G-1?secert=hidden&tokne=hidden&stream=x", "ga4://G-1?secert=...&tokne=...&stream=x"),
        ("s3://bucket?endpoint=http://key:hidden@host", "s3://bucket?endpoint=..."),
        ("redis://host:6379/0?stream=events", "redis://host:6379/0?stream=events"),
        ("clickhouse://host/shop?secure=1", "clickhouse://host/shop?secure=1"),
        ("webhook://host/@hooks?redact=a", "webhook://...@hooks?redact=a"),
        ("ga4:G-1?api_secret=hidden&debug=1", "ga4:G-1?api_secret=...&debug=1"),
        ("x://host?access%5Ftoken=hidden&Signing-Key=hidden", "x://host?access%5Ftoken=...&Signing-Key=..."),
        ("x://a:hi@dden@host/p@th", "x://a:...@th"),
        ("jsonl:a@b.jsonl", "jsonl:a@b.jsonl"),
        ("no url at all", "no url at all"),
    ],
)
def test_secrets_of_a_url_are_not_shown(text, seen):
    """Neither the password nor options whose name tells of a secret; rather too little than too much."""
    assert without_secrets(text) == seen
    assert "hidden" not in seen


@pytest.mark.parametrize(
    "text",
    [
        "memory://user:hidden@host:99999/x",
        "memory://user:hidden@host:port/x",
        "memory://user:hidden@[::1",
        "memory://user:hidden@host/?max_event=5",
        "memory://user:hidden@host/?max_events=0",
        "sqlite://user:hidden@host/x",
        "memory:?max_events=1&secret=hidden&secret=hidden",
        "memory:?token=hidden",
        "//user:hidden@host",
        "jsonl://user:hidden@/?sample=7",
        "memory://user:hidden/rest@host",
        "memory://user:hidden?rest@host",
        "memory://user:hidden#rest@host",
        "memory://host?secert=hidden",
    ],
)
def test_errors_about_a_url_tell_no_secret(tmp_path: Path, text):
    """They are logged, and shown by doctor."""
    with pytest.raises(ConfigError) as caught:
        make_sink(text, data_dir=tmp_path, timezone=UTC)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("jsonl:a.jsonl, jsonl:b.jsonl?name=b", ("jsonl:a.jsonl", "jsonl:b.jsonl?name=b")),
        ("kafka://one:9092,two:9092/t,memory:", ("kafka://one:9092,two:9092/t", "memory:")),
        ("jsonl:a.jsonl?only=purchase,refund,memory:", ("jsonl:a.jsonl?only=purchase,refund", "memory:")),
        ("kafka://one:9092,two:9092", ("kafka://one:9092,two:9092",)),
        ("nats://[::1]:4222,[::2]:4222", ("nats://[::1]:4222,[::2]:4222",)),
        ("", ()),
    ],
)
def test_urls_of_the_environment_may_hold_commas(monkeypatch, text, urls):
    """Only a comma in front of another URL parts them."""
    monkeypatch.setenv("SHAREKIT_SINKS", text)
    assert Settings.load(base_url="https://shop.example").sinks == urls
