"""A first page is light and soon there."""

from playwright.sync_api import Page, Response

from tests.browser.conftest import NewPage
from tests.factories import make_session
from tests.support.browsing import Person
from tests.support.chatting import begin_chat, wait_for_reply

MOST_REQUESTS = 10
MOST_BYTES = 60 * 1024
PATIENT_MS = 1500
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""1.6 Mbit/s down, 750 kbit/s up, 150 ms."""
_PAINTED = """() => new Promise((found) => new PerformanceObserver((list) => {
  for (const entry of list.getEntriesByName("first-contentful-paint")) found(entry.startTime);
}).observe({type: "paint", buffered: true}))"""
"""A page may be loaded before it is painted."""


def loaded(page: Page, path: str) -> list[Response]:
    """What a browser that has been nowhere yet asks for."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it is marked
    page.goto(path, wait_until="networkidle")
    return answers


def weight(answers: list[Response]) -> int:
    sizes = [answer.request.sizes() for answer in answers]
    return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)


def test_the_first_page_costs_few_requests_and_bytes(new_page: NewPage) -> None:
    answers = loaded(new_page(), "/sign-in")
    assert len(answers) <= MOST_REQUESTS
    assert weight(answers) <= MOST_BYTES


def test_a_chat_among_many_is_light_too(signed_in: NewPage, ada: Person) -> None:
    for number in range(60):
        make_session(ada.id, session_name=f"A chat with a name of some length, number {number}")
    page = signed_in(ada)
    begin_chat(page)
    wait_for_reply(page)
    again = page.context.browser.new_context(  # type: ignore[union-attr]
        storage_state=page.context.storage_state()
    )
    try:
        answers = loaded(again.new_page(), page.url)
        assert len(answers) <= MOST_REQUESTS
        assert weight(answers) <= MOST_BYTES
    finally:
        again.close()


def first_paint(page: Page, path: str) -> float:
    """Milliseconds, on a slow line and a machine four times slower."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", SLOW)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(path)
    return float(page.evaluate(_PAINTED))


def test_the_first_paint_comes_soon_on_a_slow_line_and_machine(new_page: NewPage) -> None:
    # One of some: what else this machine does is not the page's.
    assert any(first_paint(new_page(), "/sign-in") <= PATIENT_MS for _ in range(4))


def test_a_second_page_asks_for_nothing_but_itself(signed_in: NewPage) -> None:
    page = signed_in()
    page.goto("/sessions", wait_until="networkidle")
    page.goto("/sessions/new", wait_until="networkidle")
    over_the_wire = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter((entry) => entry.transferSize > 0).map((entry) => entry.name)"
    )
    assert over_the_wire == []
