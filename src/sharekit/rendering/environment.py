"""The Jinja environment of the library's templates, in which the shop's own templates win."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template

from sharekit.rendering.attributes import attributes

TEMPLATES = Path(__file__).parents[1] / "templates"
"""The library's own templates; their names begin with ``sharekit/``."""


def make_environment(template_dirs: Iterable[str | Path] = (), *, loader: BaseLoader | None = None) -> Environment:
    """An environment that finds ``sharekit/*.html.jinja`` at the shop's first, then in the library.

    A template of the shop's reaches the one it replaces as ``original/<name>``, to include or extend it.

    Everything is escaped, and an unknown variable is an error, never a silent gap. Text of the shop or of its
    customers is only ever a value of a template, never its source.

    Parameters:
        template_dirs: the shop's template folders (each may hold a folder ``sharekit``), the first one wins.
        loader: a framework's own loader, asked after ``template_dirs`` and before the library's templates.
    """
    loaders: list[BaseLoader] = [FileSystemLoader([str(folder) for folder in template_dirs])]
    if loader is not None:
        loaders.append(loader)
    loaders.append(FileSystemLoader(str(TEMPLATES)))
    loaders.append(PrefixLoader({"original": FileSystemLoader(str(TEMPLATES / "sharekit"))}))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["attributes"] = attributes
    return environment


def is_own(template: Template) -> bool:
    """Whether a template is the library's, not one the shop has put in its place."""
    return template.filename is not None and Path(template.filename).is_relative_to(TEMPLATES)
