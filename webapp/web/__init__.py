"""What stands between HTTP and the views: sign-in, CSRF, doors, errors, headers."""

from flask import Flask

from webapp.config import Settings
from webapp.web.access import init_access
from webapp.web.assets import init_assets
from webapp.web.compression import init_compression
from webapp.web.csrf import init_csrf
from webapp.web.errors import init_errors
from webapp.web.headers import init_headers
from webapp.web.limits import init_limits
from webapp.web.look import init_look
from webapp.web.moments import init_moments
from webapp.web.places import init_places
from webapp.web.request_log import init_request_log
from webapp.web.sign_in import init_sign_in
from webapp.web.streams import init_streams
from webapp.web.templates import init_templates
from webapp.web.undo import init_undo


def init_web(app: Flask, settings: Settings) -> None:
    """Put the parts in place, each with its own `init_…`.

    A request meets them in this order: a name and a method that we answer to, somebody who may
    enter, a form of reasonable size, sent by a page of ours.
    """
    init_templates(app, settings)
    init_request_log(app, settings)
    init_headers(app, settings)
    init_compression(app, settings)
    init_errors(app, settings)
    init_assets(app, settings)
    init_look(app, settings)
    init_moments(app, settings)
    init_places(app, settings)
    init_streams(app, settings)
    init_undo(app, settings)
    init_sign_in(app, settings)
    init_access(app, settings)
    init_limits(app, settings)
    init_csrf(app, settings)
