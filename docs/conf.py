"""Sphinx configuration."""

from importlib.metadata import version as installed

project = "sharekit"
author = "The sharekit authors"
copyright = "2026, the sharekit authors"  # noqa: A001 (Sphinx's own name)
release = version = installed("sharekit-web")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.intersphinx"]
intersphinx_mapping: dict[str, tuple[str, None]] = {}
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
nitpick_ignore_regex = [("py:.*", ".*")]  # cross-references into packages whose inventories are not fetched
html_theme = "furo"
html_title = "sharekit"
exclude_patterns = ["_build"]
