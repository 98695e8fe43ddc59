"""What the demonstration says."""

import re
from collections.abc import Sequence

from webapp.assistants.offline.conversation import Conversation, Result

WHAT_I_AM = (
    "I am Parley's offline demonstration, not a language model:"
    " I follow a few simple patterns and understand nothing else."
)
HOW_TO_CHANGE = (
    "To talk with a real model, set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` for another server,"
    " and start Parley again."
)
MAX_QUOTED = 300
MAX_OUTPUT = 2000
MAX_COUNT = 2000
_EXAMPLES = {
    "current_time": "“What time is it in Tokyo and in Paris?”",
    "calculate": "“What is 17.5% of 2,480?”",
    "create_todo": "“Grocery shopping tomorrow #home”",
    "list_todos": "“Show my todos” or “What is due this week?”",
    "search_todos": "“Find shopping”",
    "change_todo": "“Move grocery shopping to next friday”",
    "complete_todo": "“Grocery shopping is done”",
    "delete_todo": "“Delete grocery shopping”, which asks you first",
}
MARKDOWN = """Here is what a reply can hold.

## Lists

1. First things first
2. Then the rest
   - with **bold**, *italic* and `code`
   - and a [link](https://commonmark.org/)

## A table

| Planet | Moons | Day |
|:-------|------:|:---:|
| Earth  |     1 | 24 h |
| Mars   |     2 | 24 h 37 m |

## Code

```python
def greet(name: str) -> str:
    return f"Hello, {name}!"
```

> A quotation closes the show.
"""


_MARK = re.compile(r"[\\`*<|]|(?<!\w)_|_(?!\w)|~(?=~)|&(?=#?\w+;)")
_LINK = re.compile(r"\[(?=.{0,200}\][(\[:])|(?<=^- )\[(?=[ xX]\] )", re.MULTILINE)
_OPENING = re.compile(r"^(- \d*)(?=[#+=>.)-])")
"""What Markdown would take for a mark: anywhere, and at the beginning of an item."""


def results(found: Sequence[Result]) -> str:
    """What the tools gave back, in a sentence each."""
    return "\n\n".join(_result(result) for result in found)


def reply(conversation: Conversation, tools: Sequence[str]) -> str:
    """What to say where there is nothing to call."""
    text = conversation.text.lower()
    if counted := re.search(r"\bcount (?:up )?to (\d{1,6})\b", text):
        return " ".join(str(n) for n in range(1, min(int(counted[1]), MAX_COUNT) + 1))
    if "markdown" in text or "show me what you can do" in text:
        return MARKDOWN
    if re.search(r"\b(what can you do|help|who are you|what are you)\b", text):
        return f"{WHAT_I_AM}\n\n{_abilities(tools)}\n\n{HOW_TO_CHANGE}"
    if conversation.speaker:
        return (
            f"This is {conversation.speaker}. I have read what you wrote before, so you need not"
            f" say it again.\n\n{WHAT_I_AM} {HOW_TO_CHANGE}"
        )
    if re.match(r"\s*(hello|hi|hey|good (morning|day|evening))\b", text):
        return f"Hello! {WHAT_I_AM}\n\n{_abilities(tools)}\n\n{HOW_TO_CHANGE}"
    return f"{_heard(conversation)}{WHAT_I_AM}\n\n{_abilities(tools)}\n\n{HOW_TO_CHANGE}"


def _heard(conversation: Conversation) -> str:
    quoted = " ".join(conversation.text.split())
    if len(quoted) > MAX_QUOTED:
        quoted = quoted[:MAX_QUOTED].rstrip() + " …"
    attachment = "You sent a file, which I cannot look at. " if conversation.has_attachment else ""
    return attachment + (f"You wrote: “{_literal(quoted)}”\n\n" if quoted else "")


def _abilities(tools: Sequence[str]) -> str:
    examples = [_EXAMPLES[tool] for tool in tools if tool in _EXAMPLES]
    examples += ["“Show me what you can do”", "“Count to 100”"]
    own = [tool for tool in tools if tool not in _EXAMPLES]
    if own:
        examples.append(f"a tool's name with its arguments, such as `{own[0]} {{…}}`")
    return "Try one of these:\n\n" + "\n".join(f"- {example}" for example in examples)


def _result(result: Result) -> str:
    output = result.output.strip()
    if result.name in _EXAMPLES and result.name != "calculate":
        return _literal(output)
    if len(output) > MAX_OUTPUT:
        output = output[:MAX_OUTPUT].rstrip() + " …"
    expression, equals, value = output.rpartition(" = ")
    if result.name == "calculate" and equals:
        return f"`{expression}` is **{value}**."
    if "\n" not in output:
        return output or f"The tool {result.name} gave nothing back."
    fence = "`" * max(3, *(len(ticks) + 1 for ticks in re.findall(r"`+", output) or [""]))
    return f"The tool `{result.name}` answered:\n\n{fence}\n{output}\n{fence}"


def _literal(text: str) -> str:
    """Markdown that shows the text as it is, in the lines and items that it is in."""
    lines = [_OPENING.sub(r"\1\\", _MARK.sub(r"\\\g<0>", line)) for line in text.split("\n")]
    # A backslash before it would begin mathematics.
    return _LINK.sub("&#91;", "\n".join(lines))
