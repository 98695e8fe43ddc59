"""A person's todos, ticked off by keyboard."""

from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.support.axe import findings_everywhere
from tests.support.browsing import Person
from webapp.services.todos import create_todo


def test_todos_are_ticked_off_one_after_the_other_by_keyboard(
    signed_in: NewPage, ada: Person
) -> None:
    for title in ("First", "Second", "Third"):
        create_todo(ada.id, title, notes="Notes of some length", tags=["home"])
    page = signed_in(ada)
    page.goto("/todos")
    assert findings_everywhere(page) == []
    page.get_by_role("button", name="Complete First").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Complete Second")).to_be_focused()
    expect(page.locator("[data-announcer]")).to_have_text("Completed: First")
    page.keyboard.press("Enter")
    page.get_by_text("Done (2)").click()
    expect(page.get_by_role("button", name="Reopen Second")).to_be_visible()
    assert findings_everywhere(page) == []
    page.get_by_role("button", name="Reopen First").click()
    expect(page.get_by_role("button", name="Complete First")).to_be_visible()
    expect(page.get_by_text("Done (1)")).to_be_visible()
    for title in ("First", "Second", "Third"):
        page.get_by_role("button", name=f"Delete {title}").click()
    expect(page.get_by_text("Nothing to do")).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Third")).to_be_visible()
    assert findings_everywhere(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Complete Third")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
