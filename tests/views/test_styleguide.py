"""The style guide is there in development, and nowhere else."""

import pytest
from flask import Flask

from tests.factories import make_user
from tests.support.client import PageClient


def test_in_development_it_shows_every_state(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    development = app.config["SETTINGS"].model_copy(update={"environment": "development"})
    monkeypatch.setitem(app.config, "SETTINGS", development)
    assert client.get("/styleguide").location.startswith("/sign-in")
    client.sign_in(make_user())
    answer = client.get("/styleguide")
    assert answer.status_code == 200
    for word in ("Versions", "Edited message", "unread", "Undo", "The agent reads from here"):
        assert word in answer.text
    for state in ("running", "waits for approval", "done", "failed", "not finished"):
        assert state in answer.page.text


def test_in_production_there_is_none(client: PageClient) -> None:
    client.sign_in(make_user())
    assert client.get("/styleguide").status_code == 404
