"""The Flask extension: one kit for each app, its routes, its words in templates, its commands."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, has_request_context, request
from flask.templating import DispatchingJinjaLoader
from markupsafe import Markup

from sharekit.events.model import Event
from sharekit.events.visitor import Visitor
from sharekit.exceptions import ConfigError
from sharekit.integrations.flask.commands import make_commands
from sharekit.integrations.flask.moderation import make_moderation_blueprint
from sharekit.integrations.flask.routes import make_blueprint
from sharekit.integrations.flask.surroundings import (
    args_of_request,
    locale_of_request,
    mount_of_request,
    nonce_of_request,
    request_of,
)
from sharekit.kit import ShareKit

KEY = "sharekit"
"""Under this key of ``app.extensions`` the app's kit is found."""


class FlaskShareKit:
    """Gives a Flask app a kit.

    The extension object holds no app, so one object may serve several apps; each has a kit of its own in
    ``app.extensions["sharekit"]``. Settings come from the keywords, then from ``app.config["SHAREKIT_..."]``, then
    from the environment.

    It adds to the app:

    - the routes of the kit at the ``mount`` setting (``/sharekit``),
    - the template globals ``share_buttons``, ``product_tags``, ``gallery``, ``video``, ``sharekit_meta``,
      ``sharekit_assets`` and ``share_counts``, and those of reviews: ``rating``, ``ratings``, ``reviews``,
      ``read_reviews``, ``review_form``, ``review_carousel``, ``testimonials``, ``questions``, ``review_policy``,
    - the commands ``flask sharekit report`` and ``flask sharekit doctor``.

    Templates of the app (or of its blueprints) under ``sharekit/`` take the place of the library's.

    Parameters:
        app: initialised at once when given; else call :meth:`init_app`.
        settings: any field of :class:`sharekit.config.Settings`; they win over the app's configuration.

    Raises:
        ConfigError: a setting is unknown or cannot work, or the app has a kit already.
    """

    def __init__(self, app: Flask | None = None, **settings: Any) -> None:
        self._settings = settings
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> ShareKit:
        """Give ``app`` its kit.

        Returns:
            The kit, which is also ``app.extensions["sharekit"]``.

        Raises:
            ConfigError: a setting is unknown or cannot work, or the app has a kit already.
        """
        if KEY in app.extensions:
            raise ConfigError("this app has a kit already; call FlaskShareKit(app) or init_app(app) once per app.")
        settings = dict(self._settings)
        if app.debug and "SHAREKIT_DEBUG" not in {*app.config, *os.environ}:
            settings.setdefault("debug", True)
        # The loader asks the app's folders and those of blueprints, also of ones that are registered later.
        kit = ShareKit(config=app.config, loader=DispatchingJinjaLoader(app), **settings)
        app.extensions[KEY] = kit
        app.register_blueprint(make_blueprint(kit))
        app.jinja_env.globals.update(_template_globals(kit))
        app.cli.add_command(make_commands(kit))
        return kit

    @property
    def kit(self) -> ShareKit:
        """The kit of the app at work (an application context is needed)."""
        return current_kit()

    def moderation(
        self,
        app: Flask,
        authorize: Callable[[Any], str | bool | None],
        *,
        url_prefix: str = "/moderation",
        **options: Any,
    ) -> None:
        """Hang the moderators' page of reviews into the app.

        Parameters:
            app: an app that has a kit.
            authorize: given Flask's request, the moderator's name; anything empty refuses the request.
            url_prefix: where it hangs.
            options: those of :class:`sharekit.web.moderation.app.ModerationApp`.

        Raises:
            ConfigError: the app has no kit.
        """
        with app.app_context():
            kit = current_kit()
        app.register_blueprint(make_moderation_blueprint(kit, authorize, url_prefix, **options))

    def visitor(self) -> Visitor:
        """The pseudonym of the day of whoever made the request at work; empty when the browser sent ``Sec-GPC: 1``."""
        return current_kit().visitor(request_of(request))

    def record(self, event: Event | str, /, **fields: Any) -> Event:
        """As :meth:`sharekit.ShareKit.record`; inside a request its visitor is filled in."""
        if has_request_context() and isinstance(event, str):
            seen = request_of(request)
            fields.setdefault("visitor", current_kit().visitor(seen).id)
            fields.setdefault("gpc", seen.header("sec-gpc") == "1")
        return current_kit().record(event, **fields)

    def record_purchase(self, **fields: Any) -> Event:
        """As :meth:`sharekit.ShareKit.record_purchase`; inside a request its visitor is the buyer."""
        if has_request_context():
            fields.setdefault("visitor", request_of(request))
        return current_kit().record_purchase(**fields)


def current_kit() -> ShareKit:
    """The kit of the app at work.

    Raises:
        ConfigError: the app was never given one.
    """
    kit = current_app.extensions.get(KEY)
    if not isinstance(kit, ShareKit):
        raise ConfigError("this app has no kit; call FlaskShareKit(app) where the app is made.")
    return kit


def _template_globals(kit: ShareKit) -> dict[str, Any]:
    """The words of template authors; each adds what only the request knows, unless the template says otherwise."""

    def at_request(call: Callable[..., Any]) -> Callable[..., Any]:
        def widget(*items: Any, **options: Any) -> Any:
            options.setdefault("locale", locale_of_request())
            options.setdefault("mount", mount_of_request(kit.settings.mount))
            return call(*items, **options)

        return widget

    def with_args(call: Callable[..., Any]) -> Callable[..., Any]:
        def widget(item: Any, **options: Any) -> Any:
            options.setdefault("args", args_of_request())
            return call(item, **options)

        return widget

    def sharekit_meta(item: Any, *, locale: str | None = None, **options: Any) -> Markup:
        if "reviews" in options:
            options.setdefault("args", args_of_request())
        return kit.meta(item, locale=locale or locale_of_request(), **options)

    def sharekit_assets(*, nonce: str | None = None, mount: str | None = None, **options: Any) -> Markup:
        return kit.assets(
            nonce=nonce or nonce_of_request(), mount=mount or mount_of_request(kit.settings.mount), **options
        )

    return {
        "share_buttons": at_request(kit.share_buttons),
        "product_tags": at_request(kit.product_tags),
        "gallery": at_request(kit.gallery),
        "video": at_request(kit.video),
        "sharekit_meta": sharekit_meta,
        "sharekit_assets": sharekit_assets,
        "share_counts": kit.share_counts,
        "rating": at_request(kit.rating),
        "ratings": at_request(kit.ratings),
        "read_reviews": with_args(kit.read_reviews),
        "reviews": with_args(at_request(kit.reviews)),
        "review_form": at_request(kit.review_form),
        "review_carousel": at_request(kit.review_carousel),
        "testimonials": at_request(kit.testimonials),
        "questions": with_args(at_request(kit.questions)),
        "review_policy": at_request(kit.review_policy),
    }
