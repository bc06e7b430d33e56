"""The Jinja environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import DictLoader, TemplateNotFound, UndefinedError

from sharekit.rendering.environment import is_own, make_environment


def write(folder: Path, name: str, text: str) -> Path:
    """A template file below ``folder``; returns ``folder``."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


@pytest.mark.parametrize("name", ["share", "meta", "fediverse"])
def test_the_librarys_templates_are_found(name: str) -> None:
    """Under sharekit/, and as originals."""
    environment = make_environment()
    assert is_own(environment.get_template(f"sharekit/{name}.html.jinja"))
    assert environment.get_template(f"original/{name}.html.jinja")


def test_the_shops_template_wins_and_the_first_folder_first(tmp_path: Path) -> None:
    """Folders are searched in the order given."""
    first = write(tmp_path / "a", "sharekit/share.html.jinja", "first")
    second = write(tmp_path / "b", "sharekit/share.html.jinja", "second")
    write(tmp_path / "b", "sharekit/meta.html.jinja", "second")
    environment = make_environment([first, second])
    assert environment.get_template("sharekit/share.html.jinja").render() == "first"
    assert environment.get_template("sharekit/meta.html.jinja").render() == "second"
    assert not is_own(environment.get_template("sharekit/meta.html.jinja"))


def test_a_frameworks_loader_comes_between(tmp_path: Path) -> None:
    """After the shop's folders, before ours."""
    loader = DictLoader({"sharekit/share.html.jinja": "loader", "sharekit/meta.html.jinja": "loader"})
    environment = make_environment([write(tmp_path, "sharekit/share.html.jinja", "folder")], loader=loader)
    assert environment.get_template("sharekit/share.html.jinja").render() == "folder"
    template = environment.get_template("sharekit/meta.html.jinja")
    assert template.render() == "loader"
    assert not is_own(template)


def test_everything_is_escaped_and_gaps_are_errors(tmp_path: Path) -> None:
    """Whatever the file is called."""
    folder = write(tmp_path, "a.txt", "{{ value }}")
    template = make_environment([folder]).get_template("a.txt")
    assert template.render(value="<b>") == "&lt;b&gt;"
    with pytest.raises(UndefinedError):
        template.render()


def test_attributes_can_be_written_in_templates(tmp_path: Path) -> None:
    """The checked form of a mapping, for templates of the shop's own."""
    folder = write(tmp_path, "a.html", "<p{{ attributes({'title': value}) }}>")
    assert make_environment([folder]).get_template("a.html").render(value='"') == '<p title="&#34;">'


def test_names_do_not_leave_the_folders(tmp_path: Path) -> None:
    """A template's name is no path."""
    folder = write(tmp_path / "in", "a.html", "")
    write(tmp_path, "secret.html", "secret")
    with pytest.raises(TemplateNotFound):
        make_environment([folder]).get_template("../secret.html")
