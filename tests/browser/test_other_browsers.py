"""What each browser does in its own way: Safari, Firefox, and those whose scroll bars take room."""

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import NewPage
from tests.factories import make_session
from tests.services.chats import make_chat, reply
from tests.support.browsing import Person
from tests.support.chatting import field
from webapp.models import AgentSession

SMALL = {"width": 800, "height": 420}
AT_END = """() => {
  const stage = document.querySelector(".stage");
  return stage.scrollHeight - stage.scrollTop - stage.clientHeight < 5;
}"""
SHRINKS_AND_GROWS = """async () => {
  const turns = [...document.querySelectorAll(".turn")];
  const log = document.querySelector("#transcript");
  for (const turn of turns.slice(-2)) turn.remove();
  await new Promise((done) => {
    // Told at once, and then of the change; what a task does next is before the next frame.
    let told = 0;
    new ResizeObserver(() => (told += 1) === 1 && setTimeout(done)).observe(log);
  });
  for (const turn of turns.slice(-8)) log.append(turn.cloneNode(true));
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
}"""
GROWS_NOT = "textarea { field-sizing: fixed !important }"


def make_long_chat(person: Person) -> AgentSession:
    said = [one for number in range(12) for one in (f"Message {number}.", reply("So it is."))]
    return make_chat(person.id, *said, session_name="Sums")


@pytest.mark.parametrize("path", ["/sessions/new", "/sessions/{}", "/settings"])
def test_a_page_is_no_higher_than_its_window(signed_in: NewPage, ada: Person, path: str) -> None:
    chat = make_long_chat(ada)
    page = signed_in(ada, viewport={"width": 1280, "height": 2000})
    page.goto(path.format(chat.id))
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") == 0


def test_a_press_beside_what_can_be_chosen_leaves_a_menu_open(
    signed_in: NewPage, ada: Person
) -> None:
    make_session(ada.id, session_name="Old plans")
    page = signed_in(ada, viewport={"width": 390, "height": 844})
    page.goto("/sessions/new")
    page.get_by_role("button", name="Open the sidebar").click()
    row = page.locator("#chats .row")
    row.hover()
    row.get_by_role("button").click()
    page.locator("#row-menu .menu-label").click()
    expect(page.locator("#row-menu")).to_be_visible()
    expect(page.locator("#sidebar")).to_be_visible()


def test_a_field_grows_also_where_the_browser_does_not_see_to_it(
    signed_in: NewPage, ada: Person
) -> None:
    chat = make_chat(ada.id, "\n".join(["A line"] * 12), reply("So it is."))
    page = signed_in(ada, bypass_csp=True)
    page.add_init_script("CSS.supports = () => false")
    page.goto(f"/sessions/{chat.id}")
    page.add_style_tag(content=GROWS_NOT)
    field(page).fill("One\nTwo\nThree\nFour")
    assert_all_is_seen(field(page))
    page.locator(".turn.mine").hover()
    page.get_by_role("link", name="Edit").click()
    edited = page.get_by_label("Edited message")
    expect(edited).to_be_focused()
    assert_all_is_seen(edited)
    edited.fill("\n".join(["A line"] * 14))
    assert_all_is_seen(edited)


def assert_all_is_seen(text: Locator) -> None:
    assert text.evaluate("text => text.scrollHeight - text.clientHeight") == 0


def test_a_field_to_search_in_is_drawn_as_the_others(signed_in: NewPage) -> None:
    page = signed_in()
    page.goto("/search")
    drawn = page.get_by_role("searchbox").first.evaluate("e => getComputedStyle(e).appearance")
    assert drawn == "none"


def test_what_shrinks_and_grows_again_takes_nobody_from_the_end(
    signed_in: NewPage, ada: Person
) -> None:
    chat = make_long_chat(ada)
    page = signed_in(ada, viewport=SMALL)
    page.goto(f"/sessions/{chat.id}")
    page.wait_for_function(AT_END)
    page.evaluate(SHRINKS_AND_GROWS)
    page.wait_for_function(AT_END)


def test_on_a_phone_the_section_that_is_open_is_in_sight(signed_in: NewPage) -> None:
    page = signed_in(viewport={"width": 390, "height": 800})
    page.add_init_script("CSS.supports = () => false")
    # Chromium would see to it.
    page.route("**/settings.*.css", serve_without_initial_target)
    page.goto("/settings/data")
    expect(page.locator(".sections [aria-current]")).to_be_in_viewport(ratio=1)


def serve_without_initial_target(route: Route) -> None:
    css = route.fetch().text().replace("scroll-initial-target", "no-such-thing")
    route.fulfill(body=css, content_type="text/css")
