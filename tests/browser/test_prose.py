"""How a reply is set, on a screen and on paper."""

from tests.browser.conftest import NewPage
from tests.services.chats import make_chat, reply
from tests.support.browsing import Person


def test_on_paper_a_wide_table_is_no_wider_than_the_page(signed_in: NewPage, ada: Person) -> None:
    cells = "|" + "Column|" * 16
    chat = make_chat(ada.id, "A table", reply(f"{cells}\n{'|-' * 16}|\n{cells}"))
    page = signed_in(ada, viewport={"width": 794, "height": 1123})
    page.goto(f"/sessions/{chat.id}")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 794


def test_no_heading_is_smaller_than_the_words_below_it(signed_in: NewPage, ada: Person) -> None:
    said = "".join(f"{'#' * level} Level {level}\n\nWords.\n\n" for level in range(1, 7))
    chat = make_chat(ada.id, "All headings", reply(said))
    page = signed_in(ada)
    page.goto(f"/sessions/{chat.id}")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".prose > *")]
          .map((e) => parseFloat(getComputedStyle(e).fontSize))"""
    )
    assert len(sizes) == 12
    assert min(sizes) == 16


def test_code_in_a_sentence_from_the_right_runs_from_the_left(
    signed_in: NewPage, ada: Person
) -> None:
    said = "\u0627\u0633\u062a\u062e\u062f\u0645 `call()` \u0647\u0646\u0627"
    chat = make_chat(ada.id, "Code", reply(said))
    page = signed_in(ada)
    page.goto(f"/sessions/{chat.id}")
    code = page.locator(".prose p > code")
    assert code.evaluate("e => getComputedStyle(e.parentElement).direction") == "rtl"
    assert code.evaluate("e => getComputedStyle(e).direction") == "ltr"
