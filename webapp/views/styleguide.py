"""Every component in every state, for those who work on them: in development only."""

from uuid import UUID

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from webapp.forms.messages import MessageForm, new_key
from webapp.forms.sessions import RenameForm
from webapp.rendering.markdown import render_markdown
from webapp.rendering.structured import render_reply
from webapp.rendering.view_models import (
    Approval,
    Notice,
    Part,
    PersonMessage,
    Reply,
    Section,
    TextPart,
    ThoughtPart,
    ToolCall,
    ToolsPart,
    ToolState,
    Transcript,
    Turn,
    Version,
    Versions,
)
from webapp.views.styleguide_samples import CURRENT, NOW, samples
from webapp.web.current import settings
from webapp.web.troubles import BROKEN, BUSY, NOT_FOUND

bp = Blueprint("styleguide", __name__)

NO_RUN = UUID(int=0)
PROSE = """\
Prose with **bold**, *italic*, `code` and [a link](https://example.org/somewhere).

### A heading

1. First things first
2. Then the rest
   - [x] done
   - [ ] not yet

| Planet | Moons |
|:-------|------:|
| Mars   | 2     |

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"
```

> A quotation.
"""
VERSIONS = Versions(2, 3, Version(1, is_current=True), Version(9, is_current=True))
STATES: tuple[ToolState, ...] = ("running", "waiting", "done", "rejected", "failed", "stopped")
HOSTED = tuple(
    ToolCall(f"call-{name}", name, gist, asked, came_back, 1.2, "done")
    for name, gist, asked, came_back in (
        (
            "web_search",
            "query: tides Setúbal",
            '{\n  "query": "tides Setúbal"\n}',
            "https://a.example",
        ),
        ("code_interpreter", "print(6 * 7)", "print(6 * 7)", "42"),
        ("image_generation", "A ferry at dawn", "A ferry at dawn", "[Image]"),
        ("github.list_issues", "repo: parley", '{\n  "repo": "parley"\n}', "3 issues"),
    )
)
NOTICES = (
    Notice("", "square", "Stopped.", "What was said so far is kept."),
    Notice("warn", "circle-alert", "Interrupted.", "The server stopped in the middle."),
    Notice("danger", "circle-alert", "The model could not be reached.", "Try again in a moment."),
)

ASKED = (
    Approval("call-7", "approval-7", "delete_todo", (("todo", "Book the ferry"),)),
    Approval("call-8", "approval-8", "send_mail", (("", "no JSON, as the model gave it"),)),
    Approval("call-9", "approval-9", "clear_list", ()),
)


@bp.get("/styleguide")
def index() -> ResponseReturnValue:
    if settings().environment != "development":
        abort(404)
    form = RenameForm(formdata=None, name="A name")
    wrong = RenameForm(formdata=None, name="", prefix="wrong-")
    wrong.validate()
    return render_template(
        "styleguide/index.html",
        turns=_turns(),
        form=form,
        wrong=wrong,
        said=MessageForm(formdata=None, message="What a person said.", key=new_key()),
        said_not=MessageForm(formdata=None),
        nothing=Transcript((), None),
        trouble=BUSY,
        troubles=[BROKEN, BUSY, NOT_FOUND],
        **samples(),
    )


def _turns() -> list[Turn]:
    calls = tuple(_call(state) for state in STATES)
    prose = TextPart(render_markdown(PROSE), PROSE)
    json = '{"city": "Lisbon", "days": [{"high": 24}, {"high": 26}]}'
    structured = TextPart(render_reply(json), json)
    thought = ThoughtPart("Half a minute rules that out.")
    told = _turn(0, (thought, ToolsPart(calls + HOSTED), prose, structured), None)
    return [
        told,
        *(_turn(at, (_said(notice.title),), notice) for at, notice in enumerate(NOTICES, 1)),
    ]


def _said(title: str) -> TextPart:
    text = f"A reply that ended so: {title}"
    return TextPart(render_markdown(text), text)


def _call(state: ToolState) -> ToolCall:
    has_ended = state in {"done", "failed"}
    return ToolCall(
        dom_id=f"call-{state}",
        name="current_time",
        gist="zone: Lisbon",
        arguments='{\n  "zone": "Lisbon"\n}',
        output="10:38" if has_ended else None,
        seconds=0.3 if has_ended else None,
        state=state,
    )


def _turn(at: int, parts: tuple[Part, ...], notice: Notice | None) -> Turn:
    message = PersonMessage(
        f"message-{at}",
        NO_RUN,
        "What a person says stands here.",
        NOW,
        session_id=CURRENT,
        position=at + 1,
        can_edit=True,
        can_link=True,
    )
    reply = Reply(
        dom_id=f"reply-{at}",
        run_id=UUID(int=at),
        sections=(
            Section("Assistant", is_handed_over=False, parts=parts),
            Section("Billing", is_handed_over=True, parts=(_said("handed over"),)),
        )
        if at == 0
        else (Section("Assistant", is_handed_over=False, parts=parts),),
        status="finished",
        is_active=False,
        notice=notice,
        can_retry=notice is not None,
        can_continue=notice is not None,
        approvals=ASKED if at == len(NOTICES) else (),
        ended_at=NOW,
        tokens=1204,
        session_id=CURRENT,
        message_position=at + 1,
        position=at + 1,
        can_regenerate=at == 0,
        can_fork=True,
        can_link=True,
        can_reword=at == len(NOTICES),
        first_seconds=0.4,
        seconds=2.1,
        versions=VERSIONS if at == 0 else None,
    )
    return Turn(f"turn-{at}", message, reply, begins_model_view=at == 1)
