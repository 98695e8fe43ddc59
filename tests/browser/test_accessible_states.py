"""axe finds nothing in what a reply can come to, nor on the pages that tell of trouble."""

from functools import partial
from typing import Any

from flask import Flask, render_template
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewPage
from tests.factories import make_run, make_session
from tests.rendering.chats import add, agent, person
from tests.support.axe import findings_everywhere
from tests.support.browsing import Person, Troubles
from webapp.models import RunStatus
from webapp.web.troubles import BROKEN, BUSY, Trouble

THOUGHT = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Half a minute."}]}
WRONG = ("c2", "An error occurred while running the tool: no such day")
PROSE = """# Title

| Planet | Moons |
|:--|--:|
| Mars | 2 |

- [x] done
- [ ] open

> quoted `code` and [a link](https://example.org)

```py
x = 1
```
"""
ENDS = {
    RunStatus.STOPPED: "",
    RunStatus.INTERRUPTED: "",
    RunStatus.FAILED: "This agent does not take that message. Change it and send it again.",
}
FAR = Trouble(429, "Too many at once", "Wait a moment and try again.", retry_after=5)
NOT_YOURS = Trouble(403, "That is not for you", "Ask an admin if you need it.")


def test_axe_finds_nothing_in_any_reply(signed_in: NewPage, ada: Person) -> None:
    page = signed_in(ada)
    chat = make_session(ada.id, session_name="All states", agent_name="Assistant")
    calls = [
        {"type": "function_call", "call_id": f"c{n}", "name": "day", "arguments": '{"n": 1}'}
        for n in (1, 2)
    ]
    outputs = [
        {"type": "function_call_output", "call_id": call_id, "output": output}
        for call_id, output in (("c1", "Monday"), WRONG)
    ]
    add(chat, person("مرحبا"), THOUGHT, *calls, *outputs, agent(PROSE), agent_name="Assistant")
    add(chat, agent("Handed over."), agent_name="Billing")
    add(chat, person("As JSON"), agent('{"city": "Lisbon"}'))
    for status, words in ENDS.items():
        run = make_run(chat.id, status=status, error_message=words or None)
        add(chat, person("Go on"), agent("So far"), run_id=run.id)
    page.goto(f"/sessions/{chat.id}")
    expect(page.locator(".notice[role=note]")).to_have_count(len(ENDS))
    expect(page.locator(".handoff")).to_have_count(1)
    expect(page.locator(".tool.failed")).to_have_count(1)
    for summary in page.locator("main summary").all():
        summary.click()
    assert findings_everywhere(page) == []


def _answer(shown: dict[str, Any], route: Route) -> None:
    route.fulfill(**shown)


def test_axe_finds_nothing_where_there_is_trouble(
    page: Page, server_database: Flask, troubles: Troubles
) -> None:
    for trouble in (NOT_YOURS, FAR, BROKEN, BUSY):
        troubles.expect(str(trouble.status))
        with server_database.test_request_context():
            html = render_template("errors/page.html", trouble=trouble, reference="0f3a")
        shown = {"status": trouble.status, "content_type": "text/html", "body": html}
        page.route("**/sign-in", partial(_answer, shown))
        page.goto("/sign-in")
        expect(page.get_by_role("heading", name=trouble.title)).to_be_visible()
        assert findings_everywhere(page) == [], trouble.title
