"""The message viewer in a browser: by keyboard, in place, with a reason, and without scripts."""

from playwright.sync_api import Page, expect

from tests.browser.desk import CALL, REASON, TITLE, Desk, desk

__all__ = ["desk"]


def say_why(page: Page) -> None:
    page.get_by_label("Reason").first.fill(REASON)
    page.get_by_role("button", name="Show the words").click()


def test_a_row_opens_in_place_by_keyboard_and_shows_all_there_is(desk: Desk) -> None:
    page = desk.open_page()
    page.goto(f"{desk.messages}&tool={CALL['name']}&role=assistant")
    expect(page.locator("tr.lead")).to_have_count(1)
    address = page.url
    row = page.get_by_role("link", name="Open the message of Ada")
    page.get_by_role("button", name="Filter").focus()
    for _ in range(20):
        if row.evaluate("row => row === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("tr.opened").get_by_label("Reason").fill(REASON)
    page.keyboard.press("Enter")
    opened = page.locator("tr.opened")
    expect(opened.get_by_text('"order": "A-17"')).to_be_visible()
    expect(opened.get_by_text('"type": "function_call"')).to_be_visible()
    expect(opened).to_contain_text("(finished, 980 tokens)")
    expect(opened.get_by_role("button", name="Copy")).to_be_visible()
    assert page.url == address
    page.get_by_role("link", name="Close the message of Ada").press("Enter")
    expect(opened).to_have_count(0)


def test_focus_stays_on_the_row_that_opens_and_closes(desk: Desk) -> None:
    page = desk.open_page()
    page.goto(f"{desk.messages}&role=user")
    page.get_by_role("link", name="Open the message of Ada").press("Enter")
    close = page.get_by_role("link", name="Close the message of Ada")
    expect(close).to_be_focused()
    expect(close).to_have_attribute("data-htmx-powered", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Open the message of Ada")).to_be_focused()


def test_a_row_opens_and_closes_with_its_words_for_who_has_said_why(desk: Desk) -> None:
    page = desk.open_page()
    page.goto(f"{desk.messages}&role=user")
    say_why(page)
    page.get_by_role("link", name="Open the message of Ada").click()
    expect(page.locator("tr.opened figure.code")).to_contain_text("Where is my money")
    expect(page.locator("tr.lead")).to_contain_text("Where is my money")
    page.get_by_role("link", name="Close the message of Ada").click()
    expect(page.locator("tr.opened")).to_have_count(0)
    expect(page.locator("tr.lead")).to_contain_text("Where is my money")


def test_what_is_chosen_is_in_the_address_and_comes_back_with_it(desk: Desk) -> None:
    page = desk.open_page()
    page.goto("/admin/messages")
    say_why(page)
    page.get_by_label("Words").fill("money")
    page.get_by_label("Person").fill(desk.ada.email)
    page.get_by_label("Role").select_option("user")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tr.lead")).to_have_count(1)
    expect(page.locator("tr.lead")).to_contain_text("Where is my money")
    page.goto(page.url)
    expect(page.get_by_label("Words")).to_have_value("money")
    expect(page.get_by_label("Role")).to_have_value("user")


def test_the_whole_chat_is_as_its_owner_sees_it_and_nothing_in_it_acts(desk: Desk) -> None:
    page = desk.open_page()
    page.goto(f"{desk.messages}&role=user")
    page.get_by_role("link", name="Open the message of Ada").click()
    page.get_by_role("link", name="The whole chat").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Read").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    log = page.get_by_role("log")
    expect(log.locator("strong")).to_have_text("on its way")
    log.locator("details.tool summary").click()
    expect(log.get_by_text('"order": "A-17"')).to_be_visible()
    assert log.locator("form, textarea, [hx-post], [formaction], [data-follow]").count() == 0


def test_without_scripts_a_row_is_a_page(desk: Desk) -> None:
    # Signing in needs none either.
    page = desk.open_page(java_script_enabled=False)
    page.goto(f"{desk.messages}&role=user")
    page.get_by_role("link", name="Open the message of Ada").click()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Read").click()
    expect(page.get_by_text("Where is my money").first).to_be_visible()
