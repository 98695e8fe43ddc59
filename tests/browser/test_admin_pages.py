"""Every page and state of the desk: axe finds nothing in either scheme, and nothing is cut off."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page, expect

from tests.browser.desk import REASON, Desk, desk
from tests.support.axe import findings_everywhere
from tests.support.browsing import Troubles

__all__ = ["desk"]

State = tuple[str, Callable[[Page], object]]


def as_it_is(page: Page) -> None:
    pass


def with_a_table(page: Page) -> None:
    page.locator(".chart details summary").first.click()


def with_words(page: Page) -> None:
    page.get_by_label("Reason").first.fill(REASON)
    page.get_by_role("button", name="Show the words").click()
    expect(page.get_by_text("Export all of these")).to_be_visible()


def with_a_row(page: Page) -> None:
    page.locator("tr.lead a.tap").first.click()
    expect(page.locator("tr.opened")).to_be_visible()


def with_a_row_that_is_read(page: Page) -> None:
    with_a_row(page)
    page.locator("tr.opened").get_by_label("Reason").fill(REASON)
    page.locator("tr.opened").get_by_role("button", name="Read").click()
    expect(page.locator("tr.opened figure.code")).to_be_visible()
    page.get_by_text("Export all of these").click()
    page.get_by_text("More filters").click()


def with_the_chat(page: Page) -> None:
    expect(page.get_by_role("log")).to_be_visible()


def with_an_invitation(page: Page) -> None:
    page.get_by_label("Email", exact=True).fill("somebody@example.org")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("status")).to_be_visible()


def with_a_link(page: Page) -> None:
    page.get_by_role("button", name="Make a password link").click()
    expect(page.get_by_role("status")).to_be_visible()


def with_a_wrong_email(page: Page) -> None:
    page.get_by_label("Email of the account").fill("another@example.org")
    page.get_by_role("button", name="Delete this person").click()
    expect(page.locator(".wrong")).to_be_visible()


def states(desk: Desk) -> Iterator[State]:
    yield "/admin", as_it_is
    yield "/admin", with_a_table
    yield f"/admin/sessions/{desk.chat_id}", as_it_is
    yield desk.messages, as_it_is
    yield desk.messages, with_a_row
    yield desk.messages, with_a_row_that_is_read
    yield desk.messages, with_words
    yield f"/admin/sessions/{desk.chat_id}", with_the_chat
    yield "/admin/messages?since=x", as_it_is
    yield "/admin/messages?words=nothingofthekind", as_it_is
    yield "/admin/sessions", as_it_is
    yield "/admin/users", with_an_invitation
    yield f"/admin/users/{desk.ada.id}", with_a_link
    yield f"/admin/users/{desk.ada.id}", with_a_wrong_email
    yield "/admin/runs", as_it_is
    yield f"/admin/runs/{desk.run_id}", with_a_table
    yield f"/admin/runs/{desk.failed_id}", as_it_is
    yield "/admin/audit", as_it_is
    yield "/settings/readings", as_it_is
    yield "/settings/usage", as_it_is


def test_axe_finds_nothing_and_nothing_is_cut_off(desk: Desk, troubles: Troubles) -> None:
    troubles.expect("422")
    page = desk.open_page()
    for path, reach in states(desk):
        page.goto(path)
        reach(page)
        assert findings_everywhere(page) == [], (path, reach.__name__)


def test_a_step_that_failed_stands_in_its_line(desk: Desk) -> None:
    page = desk.open_page()
    page.goto(f"/admin/runs/{desk.run_id}")
    lines = [line.bounding_box() for line in page.locator(".fall ol > li").all()]
    assert len(lines) > 3
    assert len({(box["x"], box["width"]) for box in lines if box}) == 1


def test_every_number_and_date_of_a_plot_is_within_its_chart(desk: Desk) -> None:
    page = desk.open_page()
    page.goto("/admin")
    for width in (320, 390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        beyond = page.evaluate(
            """() => [...document.querySelectorAll(".plot text")].filter((text) => {
              const inner = text.getBoundingClientRect();
              const outer = text.closest(".chart").getBoundingClientRect();
              return inner.width && (inner.right > outer.right || inner.left < outer.left);
            }).map((text) => text.textContent)"""
        )
        assert beyond == [], width
