"""The admin's desk. One module a noun, each with its `bp`; all but the last ask for an admin."""

from webapp.views.admin import audit, messages, overview, readings, runs, sessions, users

blueprints = (
    overview.bp,
    messages.bp,
    sessions.bp,
    users.bp,
    runs.bp,
    audit.bp,
    readings.bp,
)
