"""A tool waits for its person: by mouse, by keyboard, without scripts, across a restart."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.support.axe import findings_everywhere
from tests.support.browsing import Troubles
from tests.support.chatting import REPLY_PATIENCE, ask, field, last_reply, say, wait_for_reply
from tests.support.focus import place
from tests.support.server import LiveServer, live_server


def begin(page: Page, *titles: str) -> None:
    """In a new chat, have todos and ask for the last of them to be deleted."""
    page.goto("/sessions/new")
    page.locator("label.choice").filter(has_text="Todo assistant").click()
    say(page, f"add {titles[0]}")
    page.wait_for_url(lambda url: "/sessions/new" not in url)
    wait_for_reply(page)
    for title in titles[1:]:
        ask(page, f"add {title}")
    say(page, f"delete {titles[-1]}")
    expect(card(page)).to_be_visible()


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Allow delete_todo?")


def link_to_set_up(server: LiveServer) -> str:
    found = re.search(r"Make the first account: (\S+)", server.output())
    assert found is not None
    return found[1]


def outcome(page: Page) -> Locator:
    return last_reply(page).locator(".tool")


def test_approving_lets_the_tool_go_on_and_is_said_aloud(signed_in: NewPage) -> None:
    page = signed_in()
    begin(page, "Book the ferry")
    expect(page.locator("[data-announcer]")).to_contain_text("Allow delete_todo?")
    expect(card(page)).to_contain_text("Book the ferry")
    assert findings_everywhere(page) == []
    card(page).get_by_role("button", name="Approve", exact=True).click()
    expect(card(page)).to_have_count(0)
    expect(page.locator("#transcript")).to_be_focused()
    assert "Deleted: Book the ferry." in wait_for_reply(page)


def test_rejecting_by_keyboard_tells_the_agent_why(signed_in: NewPage) -> None:
    page = signed_in()
    begin(page, "Water the plants")
    field(page).focus()
    reason = card(page).get_by_label("Reason")
    while not reason.evaluate("input => input === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    tabs = [place(page)]
    page.keyboard.type("They are alive")
    page.keyboard.press("Tab")
    tabs.append(place(page))
    assert all(here and here.is_seen for here in tabs)
    expect(card(page).get_by_role("button", name="Reject")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page)).to_have_count(0)
    wait_for_reply(page)
    expect(outcome(page).locator("summary")).to_contain_text("rejected")
    outcome(page).locator("summary").click()
    expect(outcome(page)).to_contain_text("The person rejected this call: They are alive")
    assert "Water the plants" in ask(page, "list my todos")


def test_a_late_word_from_another_tab_is_answered_plainly(
    signed_in: NewPage, troubles: Troubles
) -> None:
    troubles.expect("409")
    page = signed_in()
    begin(page, "Write to Tom")
    other = page.context.new_page()
    other.goto(page.url)
    card(other).get_by_role("button", name="Reject").click()
    expect(card(other)).to_have_count(0)
    wait_for_reply(other)
    card(page).get_by_role("button", name="Approve", exact=True).click()
    expect(card(page).get_by_role("alert")).to_contain_text("This was settled already.")
    assert "Write to Tom" in ask(other, "list my todos")


def test_a_word_in_another_window_takes_the_card_away_at_a_glance(signed_in: NewPage) -> None:
    page = signed_in()
    begin(page, "Call the vet")
    card(page).get_by_label("Reason").fill("Not y")
    for _ in range(2):  # With the second answer, what the first one did is done.
        with page.expect_response("**/runs/*"):
            page.evaluate("dispatchEvent(new Event('focus'))")
    expect(card(page).get_by_label("Reason")).to_have_value("Not y")
    other = page.context.new_page()
    other.goto(page.url)
    card(other).get_by_role("button", name="Approve", exact=True).click()
    wait_for_reply(other)
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(card(page)).to_have_count(0)
    assert "Deleted: Call the vet." in wait_for_reply(page)


def test_a_card_is_never_replaced_by_the_sign_in_page(untold: Page, troubles: Troubles) -> None:
    troubles.expect("401")
    page = untold
    begin(page, "Sweep the yard")
    page.context.clear_cookies()
    with page.expect_response("**/runs/*") as answered:
        page.evaluate("dispatchEvent(new Event('focus'))")
    assert answered.value.status == 401
    page.wait_for_url(re.compile("/sign-in"))  # The lists beside it lead there.


def test_a_message_instead_of_a_word_takes_the_card_away(signed_in: NewPage) -> None:
    page = signed_in()
    begin(page, "Mend the gate")
    say(page, "list my todos")
    expect(card(page)).to_have_count(0)
    expect(page.get_by_text("You wrote a message instead of approving.")).to_be_visible()
    assert "Mend the gate" in wait_for_reply(page)


def test_approved_for_the_chat_it_is_not_asked_again(signed_in: NewPage) -> None:
    page = signed_in()
    begin(page, "One thing", "Another thing")
    card(page).get_by_label("for the rest of this chat").check()
    card(page).get_by_role("button", name="Approve", exact=True).click()
    expect(card(page)).to_have_count(0)
    wait_for_reply(page)
    assert "Deleted: One thing." in ask(page, "delete One thing")


def test_without_scripts_and_across_a_restart_it_still_waits(
    tmp_path: Path, new_page: NewPage
) -> None:
    with live_server(tmp_path) as server:
        page = new_page(java_script_enabled=False, base_url=server.base_url)
        page.goto(link_to_set_up(server))
        page.get_by_label("Your name").fill("Ada")
        page.get_by_label("Email").fill("ada@example.org")
        page.get_by_label("Password").fill("violet harbour 9")
        page.get_by_role("button", name="Create the admin account").click()
        page.goto("/sessions/new")
        page.locator("label.choice").filter(has_text="Todo assistant").click()
        for text in ("add Book the ferry", "delete Book the ferry"):
            field(page).fill(text)
            page.get_by_role("button", name="Send").click()
            # A new server loads its agents first; meanwhile the page asks again by itself.
            reply = expect(page.locator(".reply").last)
            reply.to_contain_text("Book the ferry", timeout=REPLY_PATIENCE)
            expect(page.get_by_role("button", name="Send")).to_be_visible(timeout=REPLY_PATIENCE)
        expect(card(page)).to_be_visible()
        server.restart()
        page.reload()
        card(page).get_by_role("button", name="Approve", exact=True).click()
        deleted = expect(page.locator(".reply").last)
        deleted.to_contain_text("Deleted: Book the ferry.", timeout=REPLY_PATIENCE)
