"""Parts are found by name: built-in ones, and those of installed packages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sharekit.exceptions import MissingExtraError, UnknownNameError
from sharekit.plugins import BuiltIn, Registry

TABLE = {
    "decimal": BuiltIn("decimal:Decimal"),
    "absent": BuiltIn("a_package_nobody_has:Thing", extra="redis"),
}


@pytest.fixture
def registry() -> Registry:
    """A registry with one part that loads and one whose package is missing."""
    return Registry("sink", "sharekit.tests", TABLE)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package on the path that offers a part by entry point, as pip would have left it."""
    (tmp_path / "other_package.py").write_text("PART = 'theirs'\n")
    info = tmp_path / "other_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[sharekit.tests]\ntheirs = other_package:PART\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "other_package", raising=False)


def test_a_built_in_part_is_imported_when_asked_for(registry: Registry) -> None:
    """The table's dotted path leads to the part itself."""
    import decimal

    assert registry.load("decimal") is decimal.Decimal


def test_a_missing_package_names_the_extra(registry: Registry) -> None:
    """The message is the command that installs what is missing."""
    with pytest.raises(MissingExtraError, match=r'pip install "sharekit-web\[redis\]"'):
        registry.load("absent")


def test_an_unknown_name_is_answered_with_the_near_ones(registry: Registry) -> None:
    """A typing error is met with did-you-mean, anything else with the list."""
    with pytest.raises(UnknownNameError, match="Did you mean 'decimal'"):
        registry.load("decimel")
    with pytest.raises(UnknownNameError, match="Known: absent, decimal"):
        registry.load("zzz")


@pytest.mark.usefixtures("installed")
def test_an_installed_package_offers_parts_by_entry_point(registry: Registry) -> None:
    """A third party's part is found without a change here."""
    assert registry.load("theirs") == "theirs"
    assert registry.names() == ["absent", "decimal", "theirs"]
    assert dict(registry.others()) == {"theirs": "theirs"}
