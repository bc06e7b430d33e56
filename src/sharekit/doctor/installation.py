"""The installation: who owns the import name, which SQLite, which optional packages, which plug-ins, which settings."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator
from importlib.metadata import entry_points, packages_distributions
from importlib.util import find_spec

import sharekit
from sharekit.config import Settings
from sharekit.doctor.finding import Finding
from sharekit.exceptions import ShareKitError
from sharekit.networks.registry import GROUP as NETWORKS
from sharekit.rendering.assets import Assets
from sharekit.sinks.registry import SINKS, make_sink, without_secrets

DISTRIBUTION = "sharekit-web"
WINDOWS = (3, 25, 0)
"""First SQLite with window functions (https://www.sqlite.org/changes.html), which reports use."""
WAL_RESET_FIXED = (3, 51, 3)
WAL_RESET_BACKPORTS = ((3, 44, 6), (3, 50, 7))
"""SQLite releases in which the WAL-reset bug is mended (https://www.sqlite.org/wal.html#walresetbug)."""

_PACKAGES = (
    ("itsdangerous", "collect", "links through /go/, the fediverse chooser and QR codes are not available"),
    ("crawleruseragents", "collect", "crawlers are told from people by a short list of words only"),
    ("babel", "babel", "amounts are shown with their currency code"),
    ("segno", "qr", "QR codes are not available"),
)
_MATTER = frozenset({"collect"})


def examine_installation() -> Iterator[Finding]:
    """What does not depend on a shop's settings."""
    yield Finding("version", "OK", f"{DISTRIBUTION} {sharekit.__version__}, Python {platform.python_version()}")
    yield import_name(set(packages_distributions().get("sharekit", ())))
    yield sqlite_version(sqlite3.sqlite_version_info)
    yield from _optional_packages()
    yield from _plugins()
    yield _assets()


def examine_settings(settings: Settings) -> tuple[list[Finding], list[str]]:
    """Whether the parts that the settings name can be had; and the names of the sinks among them."""
    names: list[str] = []
    problems: list[str] = []
    for spec in (settings.store, *settings.sinks):
        try:
            name = make_sink(spec, data_dir=settings.data_dir, timezone=settings.zone()).name
        except ShareKitError as error:
            problems.append(f"sink {without_secrets(str(spec))!r}: {error}")
            continue
        if name in names:
            problems.append(f"two sinks are named {name!r}; give one another name with ?name=... in its URL")
        names.append(name)
    if settings.links == "redirect" and find_spec("itsdangerous") is None:
        problems.append(f'links="redirect" needs a package: pip install "{DISTRIBUTION}[collect]"')
    if problems:
        return [Finding("settings", "FAIL", problem) for problem in problems], names
    return [Finding("settings", "OK", f"can be used; sinks: {', '.join(names)}; data in {settings.data_dir}")], names


def import_name(owners: set[str]) -> Finding:
    """Whether another distribution has put a package ``sharekit`` in the same place.

    Parameters:
        owners: names of the distributions that hold files of the top-level package ``sharekit``.
    """
    others = sorted(owners - {DISTRIBUTION})
    if others:
        names = " and ".join(others)
        return Finding(
            "import name",
            "FAIL",
            f"the package 'sharekit' is also installed by {names}; each overwrites files of the other. "
            f"Keep one: pip uninstall {' '.join(others)} {DISTRIBUTION}, then pip install {DISTRIBUTION}",
        )
    whose = f"belongs to {DISTRIBUTION} alone" if owners else "is read from a source folder; nothing else claims it"
    return Finding("import name", "OK", f"'sharekit' {whose}")


def sqlite_version(version: tuple[int, ...]) -> Finding:
    """Whether SQLite is new enough, and whether it has the WAL-reset bug."""
    number = ".".join(map(str, version))
    if version < WINDOWS:
        return Finding("SQLite", "FAIL", f"{number} has no window functions; reports need 3.25 or newer")
    mended = version >= WAL_RESET_FIXED or any(
        version[:2] == release[:2] and version >= release for release in WAL_RESET_BACKPORTS
    )
    if mended:
        return Finding("SQLite", "OK", number)
    return Finding(
        "SQLite",
        "WARN",
        f"{number} can lose commits when two connections write or checkpoint one WAL file at once (mended in 3.51.3, "
        "3.50.7 and 3.44.6). sharekit gives every file one writer, so do not let other programs write to files in "
        "the data directory, and take a newer SQLite when there is one",
    )


def _optional_packages() -> Iterator[Finding]:
    missing = [row for row in _PACKAGES if find_spec(row[0]) is None]
    for module, extra, loss in missing:
        advice = f'pip install "{DISTRIBUTION}[{extra}]"'
        yield Finding(
            "extras",
            "WARN" if extra in _MATTER else "OK",
            f"without {module} {loss}" + (f": {advice}" if extra in _MATTER else f" (if wanted: {advice})"),
        )
    if not missing:
        yield Finding("extras", "OK", "all optional packages that widgets and the collector know are installed")


def _plugins() -> Iterator[Finding]:
    names = []
    for group in (NETWORKS, SINKS.group):
        for point in entry_points(group=group):
            try:
                point.load()
            except Exception as error:  # noqa: BLE001 (a stranger's module may raise anything)
                yield Finding(
                    "plug-ins",
                    "FAIL",
                    f"{point.name!r} of {group} cannot be loaded ({error!r}); mend or remove its package",
                )
            else:
                names.append(point.name)
    if names:
        yield Finding("plug-ins", "OK", ", ".join(sorted(names)))


def _assets() -> Finding:
    try:
        Assets("/sharekit").tags()
    except (ShareKitError, OSError) as error:
        return Finding("assets", "FAIL", str(error))
    return Finding("assets", "OK", "style, script and icons are there")
