"""Everything by keyboard, and the shortcuts."""

from playwright.sync_api import expect

from tests.browser.conftest import NewPage, NewPerson
from tests.factories import make_session
from tests.rendering.chats import CALL, OUTPUT, add, agent, person
from tests.support.browsing import Person, wait_until
from tests.support.chatting import LONG, begin_chat, field, wait_for_growth, wait_for_reply
from tests.support.focus import place, tab_to, tabbed


def test_a_whole_conversation_without_a_mouse(signed_in: NewPage, ada: Person) -> None:
    page = signed_in(ada)
    page.goto("/sessions/new")
    page.keyboard.type("What is 6 * 7?")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sessions/new" not in url)
    assert "42" in wait_for_reply(page)
    page.keyboard.type("What is 2 + 2?")
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_reply(page)

    page.locator("body").evaluate("document.activeElement.blur()")
    tab_to(page, "Chat menu")
    page.keyboard.press("Enter")
    tab_to(page, "Rename", 2)
    page.keyboard.press("Enter")
    page.keyboard.type("By keyboard alone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard alone")).to_be_visible()
    expect(page.get_by_role("button", name="Chat menu")).to_be_focused()

    page.keyboard.press("Enter")
    tab_to(page, "Delete", 12)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/new")
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard alone")).to_be_visible()


def test_the_first_tab_skips_to_the_content(signed_in: NewPage) -> None:
    page = signed_in()
    page.goto("/sessions")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_shortcuts(signed_in: NewPage) -> None:
    page = signed_in()
    page.goto("/sessions")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Control+Shift+O")
    page.wait_for_url("**/sessions/new")
    page.locator("body").evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    page.keyboard.type("/?")
    expect(field(page)).to_have_value("/?")
    expect(dialog).to_be_hidden()


def test_esc_closes_what_is_open_before_it_stops_a_reply(signed_in: NewPage) -> None:
    page = signed_in()
    begin_chat(page, LONG)
    wait_for_growth(page, 10)
    page.get_by_role("button", name="Chat menu").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Rename").first).to_be_hidden()
    expect(page.get_by_role("button", name="Stop the reply")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


EVERYTHING = [
    *("Skip to the content", "Close the sidebar", "New chat", "Search", "Sums", "Actions for Sums"),
    *("Ada", "Chat menu", "Link to this message", "Edit", "Copy", "add", "Copy", "code", "Copy"),
    *("Regenerate", "Fork from here", "Link to this reply", "text", "Send"),
]


def test_all_of_a_chat_is_reached_used_and_seen_by_keyboard(
    signed_in: NewPage, new_person: NewPerson
) -> None:
    ada = new_person()
    page = signed_in(ada, permissions=["clipboard-read", "clipboard-write"])
    chat = make_session(ada.id, session_name="Sums", agent_name="Assistant")
    add(chat, person("What is 6 * 7?"), CALL, OUTPUT, agent("So:\n\n```py\ncode = 42\n```\n"))
    page.goto(f"/sessions/{chat.id}")
    places = list(tabbed(page))
    assert [one for one in places if not one.is_seen] == []
    reached = iter(places)
    for name in EVERYTHING:
        assert any(name in one.name for one in reached), f"{name}, or something before it"

    tab_to(page, "Search")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Search").get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Search")).to_be_focused()
    tab_to(page, "Actions for Sums")
    page.keyboard.press("Enter")
    expect(page.locator("#row-menu a").first).to_be_focused()
    tab_to(page, "Delete", 12)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Actions for Sums")).to_be_focused()

    tab_to(page, "Edit")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Edited message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Edit")).to_be_focused()
    for name, copied in (
        ("Copy", "What is 6 * 7?"),
        ("Copy", "code = 42\n"),
        ("Copy", "So:\n\n```py\ncode = 42\n```\n"),
    ):
        tab_to(page, name)
        page.keyboard.press("Enter")
        wait_until(page, "async text => (await navigator.clipboard.readText()) === text", copied)
        assert place(page)

    page.locator("#transcript").focus()
    tab_to(page, "add")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Arguments")).to_be_visible()
    page.keyboard.press("Tab")  # What does not fit can be scrolled.
    expect(page.locator(".tool pre").first).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Arguments")).to_be_hidden()

    tab_to(page, "Regenerate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Versions")).to_be_visible()
    wait_for_reply(page)
    page.locator("#transcript").focus()
    tab_to(page, "Earlier version")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is an earlier version.")).to_be_visible()
    tab_to(page, "Use this version")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Versions")).to_have_text("1/ of 2")


def test_escape_leads_back_one_step_at_a_time(signed_in: NewPage, ada: Person) -> None:
    chat = make_session(ada.id, session_name="Sums")
    page = signed_in(ada, viewport={"width": 390, "height": 844})
    page.goto(f"/sessions/{chat.id}")
    opener = page.get_by_role("button", name="Open the sidebar")
    for name, inside in (("Actions for Sums", "Rename"), ("Ada", "Todos")):
        opener.press("Enter")
        button = page.locator("#sidebar").get_by_role("button", name=name)
        button.press("Enter")
        page.get_by_role("link", name=inside).first.focus()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
        expect(button).to_be_hidden()


def test_nothing_stays_open_over_the_place_that_the_focus_goes_to(
    signed_in: NewPage, ada: Person
) -> None:
    chat = make_session(ada.id, session_name="Sums")
    add(chat, person("What is 6 * 7?"), agent("42"))
    page = signed_in(ada, viewport={"width": 390, "height": 844})
    page.goto(f"/sessions/{chat.id}")
    page.get_by_role("button", name="Open the sidebar").press("Enter")
    page.locator("#sidebar .person").press("Tab")
    expect(page.locator("#sidebar")).to_be_hidden()
    page.get_by_role("button", name="Chat menu").press("Enter")
    page.locator("#chat-menu").get_by_role("button", name="Delete").press("Tab")
    expect(page.locator("#chat-menu")).to_be_hidden()
    assert place(page)
