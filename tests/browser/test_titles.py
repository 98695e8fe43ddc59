"""A title that the model makes in the background reaches the page that is open."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, NewPage
from tests.factories import make_session
from tests.support.apps import app_on
from tests.support.browsing import sign_in
from tests.support.chatting import REPLY_PATIENCE, begin_chat, wait_for_reply
from tests.support.model_server import ModelServer
from tests.support.model_turns import Gate, say
from tests.support.server import live_server
from webapp.services.accounts import register_user


def test_a_title_arrives_without_a_reload_and_reorders_nothing(
    tmp_path: Path, new_page: NewPage
) -> None:
    gate = Gate()
    model = ModelServer()
    settings = {"openai_api_key": "sk-test", "model": "test-model", "openai_base_url": model.url}
    with (
        model,
        live_server(tmp_path, **settings) as server,
        app_on(server.folder / "instance"),
    ):
        model.script(say("In full sun."), say("Planting garlic", gate=gate))
        ada = register_user("ada@example.org", "Ada", PASSWORD)
        page = new_page(base_url=server.base_url)
        sign_in(page, server.base_url, "ada@example.org", PASSWORD)
        begin_chat(page, "Where do I plant the garlic?")
        assert wait_for_reply(page) == "In full sun."
        page.evaluate("window.isTheSame = true")
        make_session(ada, session_name="Used meanwhile")
        expect(page).to_have_title("Where do I plant the garlic? · Parley")
        gate.open()
        rows = page.get_by_role("navigation", name="Chats").locator(".row")
        expect(rows).to_have_text(["Used meanwhile", "Planting garlic"], timeout=REPLY_PATIENCE)
        expect(page).to_have_title("Planting garlic · Parley")
        expect(page.get_by_role("heading", level=1)).to_have_text("Planting garlic")
        assert page.evaluate("window.isTheSame"), "no other page was loaded"
