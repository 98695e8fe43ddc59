"""The settings, where a browser matters."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.services.chats import make_chat
from tests.support.axe import findings, findings_everywhere
from tests.support.browsing import Person, Troubles
from webapp.database import read_tx
from webapp.models import User
from webapp.services.profiles import change_profile


@pytest.fixture(autouse=True)
def _expected(troubles: Troubles) -> None:
    troubles.expect("422")


SECTIONS = ("", "/password", "/sign-ins", "/usage", "/readings", "/tokens", "/data")


def test_axe_finds_nothing_in_the_settings_and_nothing_is_cut_off(signed_in: NewPage) -> None:
    page = signed_in(viewport={"width": 390, "height": 900})
    for section in SECTIONS:
        page.goto(f"/settings{section}")
        expect(page.locator(".sections [aria-current]")).to_be_in_viewport()
        assert page.evaluate("scrollY") == 0
        assert findings_everywhere(page) == [], section


def test_the_zone_of_the_browsers_clock_is_offered_and_taken_by_keyboard(
    signed_in: NewPage, ada: Person
) -> None:
    change_profile(ada.id, ada.name, "Europe/Lisbon")
    page: Page = signed_in(ada, timezone_id="Asia/Tokyo")
    page.goto("/settings")
    expect(page.get_by_text("This browser\u2019s clock goes by Tokyo.")).to_be_visible()
    page.get_by_label("Time zone").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(page.get_by_label("Time zone")).to_be_focused()
    expect(page.locator("[data-zone-offer]")).to_be_hidden()
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    expect(page.locator("[data-zone-offer]")).to_be_visible()
    page.get_by_role("button", name="Use it").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Saved.")).to_be_visible()
    with read_tx() as tx:
        assert tx.get_one(User, ada.id).time_zone == "Asia/Tokyo"


def test_without_a_script_nothing_is_offered(signed_in: NewPage) -> None:
    page = signed_in(java_script_enabled=False, timezone_id="Asia/Tokyo")
    page.goto("/settings")
    expect(page.get_by_role("button", name="Use it")).to_be_hidden()


def test_a_token_is_made_and_copied(signed_in: NewPage) -> None:
    page = signed_in()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/tokens")
    page.locator("main").get_by_label("Name").fill("Laptop")
    page.keyboard.press("Enter")
    token = page.locator(".once code").inner_text()
    assert token.startswith("parley_")
    assert findings(page) == []
    page.locator(".once").get_by_role("button", name="Copy").click()
    expect(page.locator(".once [href='#i-check']")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == token


def test_a_chat_is_taken_away_and_brought_in_again(
    signed_in: NewPage, ada: Person, tmp_path: Path
) -> None:
    make_chat(ada.id, "Where is the heron?", session_name="Birds")
    page = signed_in(ada)
    page.goto("/settings/data")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download your chat").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    expect(page.locator("#packing").get_by_role("status")).to_contain_text("Packed: 1 of 1.")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_text("The chat is brought in.")).to_be_visible()
    assert findings(page) == []
    page.locator(".report").get_by_role("link", name="Birds").click()
    expect(page.get_by_text("Where is the heron?")).to_be_visible()
    page.goto("/settings/data")
    page.get_by_label("File").set_input_files(
        {"name": "odd.json", "mimeType": "application/json", "buffer": b"["}
    )
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_text("odd.json was left out: it is not JSON")).to_be_visible()
    assert findings(page) == []
