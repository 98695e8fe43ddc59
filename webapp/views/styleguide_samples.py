"""What the style guide shows of lists, search, todos and the desk; made up, and stored nowhere."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from webapp.assistants.cards import AgentCard
from webapp.models import MessageRole, RunStatus
from webapp.rendering.charts import Chart, Series, Words, bar_chart, line_chart
from webapp.rendering.session_groups import SessionGroup
from webapp.rendering.session_lists import SessionLists, SessionPart
from webapp.rendering.todo_lists import TodoLine, TodoLists
from webapp.rendering.waterfall import Span, waterfall
from webapp.services.search import SearchHit, SearchPage
from webapp.services.session_lists import SessionSummary, Shelf
from webapp.services.shares import Share
from webapp.services.todos import Todo
from webapp.web.undo import Undo

NOW = datetime(2026, 11, 24, 10, 38, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
TODAY = date(2026, 11, 24)
CURRENT = UUID(int=1)
DAYS = [f"{day} Nov" for day in range(11, 25)]


@dataclass(frozen=True)
class Sample:
    """Stands for a chat."""

    id: UUID = CURRENT
    is_active: bool = True


def samples() -> dict[str, Any]:
    return {
        "lists": _lists(),
        "results": _results(),
        "nothing_found": SearchPage((), None),
        "todos": _todos(),
        "no_todos": TodoLists((), ()),
        "charts": _charts(),
        "shares": [
            Share("Assistant", 1204, 2_400_000, 7.2),
            Share("مساعد الدعم", 88, 12_000, None),
            Share("", 3, 900, None),
        ],
        "fall": waterfall(_spans()),
        "statuses": [status.value for status in RunStatus],
        "card": AgentCard(
            "assistant", "Assistant", "Knows the time and can count.", ("What is 6 * 7?", "Why?")
        ),
        "chat": Sample(),
        "undone": lambda: Undo("A chat that was deleted", "/styleguide", 86_400),
    }


def _chat(number: int, name: str | None, **given: Any) -> SessionSummary:
    known: dict[str, Any] = {"is_active": True, "seen_at": NOW} | given
    return SessionSummary(
        id=UUID(int=number),
        session_id=f"chat-{number}",
        session_name=name,
        agent_name="Assistant",
        created_at=NOW,
        updated_at=NOW,
        last_activity_at=NOW,
        **known,
    )


def _part(shelf: Shelf, *groups: SessionGroup) -> SessionPart:
    return SessionPart(
        shelf, groups, is_continued=False, end=None, is_read_on=False, next_after=None
    )


def _lists() -> SessionLists:
    today = (
        _chat(1, "The one that is open"),
        _chat(2, "A reply is on its way", run_status=RunStatus.RUNNING),
        _chat(3, "Waits for a word", run_status=RunStatus.PAUSED),
        _chat(4, "A reply waits unread", seen_at=EARLIER),
        _chat(5, None),
    )
    older = (
        _chat(6, "A name that is far too long for the row in which it has to stand"),
        _chat(7, "محادثة حول مواعيد العبّارة"),
    )
    return SessionLists(
        pinned=_part(Shelf.PINNED, SessionGroup("Pinned", (_chat(8, "Pinned", pinned_at=NOW),))),
        recent=_part(Shelf.RECENT, SessionGroup("Today", today), SessionGroup("October", older)),
        deactivated=_part(
            Shelf.DEACTIVATED,
            SessionGroup("Deactivated", (_chat(9, "Put aside", is_active=False),)),
        ),
        deactivated_count="1",
        current_id=CURRENT,
        current_shelf=Shelf.RECENT,
        current_run_id=None,
    )


def _results() -> SearchPage:
    title = (("The ", False), ("ferry", True), (" to Setúbal", False))
    plain = (("The ferry to Setúbal", False),)
    said = (("When does the ", False), ("ferry", True), (" leave on Sundays?", False))

    def hit(number: int, role: MessageRole | None, *, is_active: bool = True) -> SearchHit:
        return SearchHit(
            session_id=UUID(int=number),
            title=plain if role else title,
            is_active=is_active,
            position=number if role else None,
            role=role,
            agent_name="Assistant",
            snippet=said if role else (),
            at=NOW,
        )

    hits = (
        hit(1, None),
        hit(2, MessageRole.USER),
        hit(3, MessageRole.ASSISTANT),
        hit(4, MessageRole.ASSISTANT, is_active=False),
    )
    return SearchPage(hits, None)


def _todos() -> TodoLists:
    def line(number: int, title: str, due: str = "", **given: Any) -> TodoLine:
        known: dict[str, Any] = {"notes": "", "due_on": None, "tags": (), "done_at": None} | given
        return TodoLine(Todo(UUID(int=number), title, **known), due, is_late=due == "Yesterday")

    return TodoLists(
        open=(
            line(1, "Water the plants", "Yesterday", due_on=TODAY - timedelta(days=1)),
            line(2, "Book the ferry", "Today", due_on=TODAY, tags=("travel", "urgent")),
            line(3, "Call the plumber", notes="The tap in the kitchen drips.\nAfter six."),
            line(4, "اشترِ الخبز"),
        ),
        done=(line(5, "Grocery shopping", done_at=EARLIER),),
    )


def _charts() -> list[Chart]:
    some = tuple(float(5 + number * 7 % 11) for number in range(len(DAYS)))
    half = tuple(value / 2 for value in some)
    seconds = Words("seconds", "Lines", "With a gap", is_whole=False)
    return [
        bar_chart(Words("bars", "Bars", "One series"), DAYS, [Series("Messages", some)]),
        bar_chart(
            Words("stacks", "Stacked bars", "Two series"),
            DAYS,
            [Series("Assistant", some), Series("Billing", half)],
        ),
        line_chart(
            seconds,
            DAYS,
            [Series("p50", (*half[:6], -1.0, *half[7:])), Series("p95", some)],
        ),
        bar_chart(Words("none", "Nothing to plot", "No days"), DAYS, [Series("None", (0.0,) * 14)]),
    ]


def _spans() -> list[Span]:
    return [
        Span("run", "Run", 0, 0, 4.2),
        Span("queue", "Waiting for its turn", 1, 0, 0.4),
        Span("agent", "Assistant", 1, 0.4, 3.1),
        Span("model", "Model", 2, 0.4, 1.6),
        Span("tool", "current_time", 2, 1.6, 1.9, is_failed=True),
        Span("approval", "delete_todo", 2, 1.9, 3.0, note="waited for approval"),
        Span("handoff", "Handoff to Billing", 1, 3.1, 3.1),
        Span("agent", "Billing", 1, 3.1, 4.2),
    ]
