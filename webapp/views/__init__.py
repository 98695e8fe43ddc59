"""The blueprints. One module a noun, each with its `bp`."""

from flask import Flask

from webapp.views import (
    admin,
    allowances,
    api,
    api_tokens,
    auth,
    exports,
    forks,
    health,
    invitations,
    look,
    messages,
    own_data,
    password_resets,
    passwords,
    profiles,
    runs,
    search,
    session_settings,
    sessions,
    sign_ins,
    styleguide,
    todos,
    versions,
)


def init_views(app: Flask) -> None:
    """Register every blueprint."""
    app.register_blueprint(api.bp)
    app.register_blueprint(api_tokens.bp)
    app.register_blueprint(allowances.bp)
    app.register_blueprint(auth.bp)
    app.register_blueprint(exports.bp)
    app.register_blueprint(forks.bp)
    app.register_blueprint(health.bp)
    app.register_blueprint(look.bp)
    app.register_blueprint(messages.bp)
    app.register_blueprint(sessions.bp)
    app.register_blueprint(session_settings.bp)
    app.register_blueprint(styleguide.bp)
    app.register_blueprint(todos.bp)
    app.register_blueprint(versions.bp)
    app.register_blueprint(runs.bp)
    app.register_blueprint(search.bp)
    app.register_blueprint(invitations.bp)
    app.register_blueprint(password_resets.bp)
    app.register_blueprint(own_data.bp)
    app.register_blueprint(passwords.bp)
    app.register_blueprint(profiles.bp)
    app.register_blueprint(sign_ins.bp)
    for blueprint in admin.blueprints:
        app.register_blueprint(blueprint)
