"""axe finds nothing in any component in any state, in either scheme, at any width."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import PASSWORD, NewPage
from tests.support.axe import findings_everywhere
from tests.support.browsing import sign_in
from tests.support.server import LiveServer, live_server
from webapp import create_app
from webapp.config import Settings
from webapp.database import bind, db
from webapp.services.accounts import register_user

EMAIL = "ada@example.org"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[LiveServer]:
    """A server as developers have it, with one person."""
    with live_server(tmp_path, environment="development") as running:
        app = create_app(Settings(instance=tmp_path / "instance"))
        with app.app_context():
            bind(db.engine)
            register_user(EMAIL, "Ada", PASSWORD)
        yield running
        with app.app_context():
            db.engine.dispose()


def test_axe_finds_nothing_on_the_style_guide(workshop: LiveServer, new_page: NewPage) -> None:
    page = new_page(base_url=workshop.base_url)
    sign_in(page, workshop.base_url, EMAIL, PASSWORD)
    page.goto("/styleguide")
    assert findings_everywhere(page) == []
