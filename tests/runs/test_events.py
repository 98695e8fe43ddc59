from collections.abc import Sequence
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from webapp.models import RunEvent
from webapp.runs.events import (
    AgentChanged,
    Event,
    Numbered,
    ReasoningDelta,
    TextDelta,
    ToolFinished,
    ToolStarted,
    from_row,
    gather,
    to_row,
)

texts = st.text(st.characters(), max_size=5)
numbers = st.integers(0, 1)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(TextDelta, numbers, texts),
    st.builds(ReasoningDelta, numbers, texts),
    st.builds(ToolStarted, texts, texts, texts, st.just(1.5)),
    st.builds(ToolFinished, texts, texts, st.just(2.5)),
    st.builds(AgentChanged, texts),
)


def told(pieces: Sequence[Numbered]) -> list[Event]:
    """The events, with neighbouring text of one place as one."""
    return [numbered.event for numbered in gather(pieces)]


@given(st.lists(events, max_size=20), st.integers(0, 22))
def test_gathered_events_can_be_read_from_any_number_on(given: list[Event], after: int) -> None:
    single = [Numbered(number, number, event) for number, event in enumerate(given, 1)]
    rows = [RunEvent(**to_row(uuid4(), 1, numbered)) for numbered in gather(single)]
    read = [rest for rest in (from_row(row).after(after) for row in rows) if rest]
    assert told(read) == told(single[after:])
    if read:
        assert (read[0].first, read[-1].last) == (after + 1, len(single))
