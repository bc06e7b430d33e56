"""The installed package: what it imports, what it holds."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import subprocess
import sys

import pytest

import sharekit

HEAVY = ["flask", "django", "starlette", "requests", "babel", "itsdangerous", "crawleruseragents", "segno", "asyncio"]


def test_importing_pulls_in_no_framework_and_no_driver() -> None:
    """An app pays only for what it uses."""
    code = f"import sys, sharekit; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sharekit.__all__)
def test_every_public_name_is_there(name: str) -> None:
    """What __all__ promises can be imported."""
    assert getattr(sharekit, name)


def test_the_version_is_the_distributions() -> None:
    """One version, in one place."""
    assert sharekit.__version__ == importlib.metadata.version("sharekit-web")


@pytest.mark.parametrize(
    "path",
    [
        "py.typed",
        "static/sharekit/dist/manifest.json",
        "templates/sharekit/share.html.jinja",
        "locale/de/LC_MESSAGES/sharekit.mo",
        "reports/sql",
        "demo",
    ],
)
def test_the_files_that_are_not_python_are_installed(path: str) -> None:
    """Style, script, templates, translations and SQL travel with the wheel."""
    resource = importlib.resources.files("sharekit").joinpath(path)
    assert resource.is_file() or any(resource.iterdir())


def test_the_command_does_not_take_the_other_packages_name() -> None:
    """An unrelated distribution installs a command called sharekit; ours has its own."""
    scripts = {
        point.name for point in importlib.metadata.entry_points(group="console_scripts") if "sharekit" in point.value
    }
    assert scripts == {"sharekit-web"}
