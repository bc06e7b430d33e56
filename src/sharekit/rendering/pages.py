"""The library's own whole pages."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import Environment

from sharekit.rendering.assets import Assets
from sharekit.rendering.translations import direction, translations


def fediverse_page(
    environment: Environment,
    assets: Assets,
    *,
    action: str,
    preview: str,
    instances: Iterable[str],
    instance: str = "",
    error: bool = False,
    locale: str = "en",
    theme: str = "quiet",
    mount: str | None = None,
) -> str:
    """The page that asks for the visitor's fediverse server; a form that works without script.

    Parameters:
        action: address the form is posted to.
        preview: the text that will be shared.
        instances: servers to suggest.
        instance: what the visitor typed before, shown again after a mistake.
        error: ``instance`` is not the name of a public server.
        mount: path of the kit's app as browsers see it; the kit's own when left out.
    """
    words = translations(locale)
    return environment.get_template("sharekit/fediverse.html.jinja").render(
        _=words.gettext,
        language=words.language,
        direction=direction(words.language),
        assets=assets.tags(mount=mount),
        action=action,
        preview=preview,
        instances=tuple(instances),
        instance=instance,
        error=error,
        theme=theme,
        mount=assets.mount if mount is None else mount,
    )
