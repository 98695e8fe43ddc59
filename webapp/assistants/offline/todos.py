"""Sentences about todos."""

import re

from webapp.assistants.built_in.dates import split_date
from webapp.assistants.offline.answer import Call

_TAG = re.compile(r"#([\w-]+)")
_POLITE = re.compile(r"^(?:(?:can|could|will|would) you )?(?:please )?", re.IGNORECASE)
_CREATE = re.compile(
    r"^(?:(?:add|note|create|new)(?: a)?(?: new)?(?: (?:todo|task))?(?: to)?[:\s]"
    r"|(?:todo|task):|remind me (?:to|about)\s|i (?:have|need) to\s)\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_LIST = re.compile(
    r"\b(?:(?:list|show)\b.*\b(?:todos?|tasks?)|what (?:do i have|is there|have i got) to do"
    r"|what(?:'s| is) (?:due|open)|my (?:todos|tasks)\s*\??$)",
    re.IGNORECASE,
)
_NOTING = re.compile(r"(?:add|note|todo:|task:|remind me|i (?:have|need) to)\b", re.IGNORECASE)
_DONE_ONES = re.compile(r"\b(?:done|completed|finished)\b", re.IGNORECASE)
_PERIOD = re.compile(r"\b(?:this|next) (?:week|month|year)\b", re.IGNORECASE)
_SEARCH = re.compile(r"^(?:find|search(?: for)?|look for)\s+(.+)$", re.IGNORECASE)
_COMPLETE = (
    re.compile(
        r"^(?:complete|finish|tick off|done with|i(?: have|'ve)? (?:did|done|finished))\s+(.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:mark\s+)?(.+?)\s+(?:is done|as done|done|is finished)$", re.IGNORECASE),
)
_DELETE = re.compile(r"^(?:delete|remove)\s+(.+)$", re.IGNORECASE)
_MOVE = re.compile(
    r"^(?:move|postpone|reschedule|change|set)\s+(?P<todo>.+?)\s+(?:to|until)\s+(?P<due>.+)$",
    re.IGNORECASE,
)
_RENAME = re.compile(r"^rename\s+(?P<todo>.+?)\s+to\s+(?P<title>.+)$", re.IGNORECASE)
_NO_TODO = re.compile(r"(?:what|who|when|why|how|where|hello|hi|hey|thanks?)\b", re.IGNORECASE)
_QUOTED = re.compile(
    r"""["'“\N{LEFT SINGLE QUOTATION MARK}]([^"“”]+)["'”\N{RIGHT SINGLE QUOTATION MARK}]"""
)
MAX_BARE = 200
MAX_LINES = 20


def calls(text: str) -> tuple[Call, ...]:
    """What a message asks for: one thing, or one a line where each line asks for one."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) <= MAX_LINES:
        found = tuple(call for line in lines if (call := _call(line)))
        if len(found) == len(lines):
            return found
    call = _call(text)
    return (call,) if call else ()


def _call(text: str) -> Call | None:
    said = " ".join(text.split()).rstrip(".!")
    plain = _POLITE.sub("", said, count=1)
    if plain != said:
        said = plain.rstrip("?")
    for pattern in (_list, _note, _search, _change, _delete, _complete):
        if call := pattern(said):
            return call
    return None if "?" in text else _name(said)


def _list(said: str) -> Call | None:
    if _NOTING.match(said) or not _LIST.search(said):
        return None
    if tags := _TAG.findall(said):
        return Call("search_todos", {"words": " ".join(f"#{tag}" for tag in tags)})
    arguments: dict[str, object] = {}
    if _DONE_ONES.search(said):
        arguments["done"] = True
    if period := _PERIOD.search(said):
        # Until its last day: "next week" alone is its first.
        arguments["due_by"] = f"end of {period[0]}"
    elif due := split_date(said.rstrip("?"))[1]:
        arguments["due_by"] = due
    return Call("list_todos", arguments)


def _search(said: str) -> Call | None:
    found = _SEARCH.match(said)
    return Call("search_todos", {"words": _bare(found[1])}) if found else None


def _change(said: str) -> Call | None:
    if found := _RENAME.match(said):
        return Call("change_todo", {"todo": _bare(found["todo"]), "title": _bare(found["title"])})
    if found := _MOVE.match(said):
        return Call("change_todo", {"todo": _bare(found["todo"]), "due": found["due"]})
    return None


def _delete(said: str) -> Call | None:
    found = _DELETE.match(said)
    return Call("delete_todo", {"todo": _bare(found[1])}) if found else None


def _complete(said: str) -> Call | None:
    for form in _COMPLETE:
        if found := form.match(said):
            return Call("complete_todo", {"todo": _bare(found[1])})
    return None


def _note(said: str) -> Call | None:
    if found := _CREATE.match(said):
        return _create(*split_date(found[1]))
    # The day may come first, or in between: "remind me tomorrow to call Ann".
    rest, due = split_date(said)
    found = _CREATE.match(rest)
    return _create(found[1], due) if found else None


def _name(said: str) -> Call | None:
    """Without a verb, a day makes it a todo: "grocery shopping tomorrow"."""
    if _CREATE.match(said) or _NO_TODO.match(said) or len(said) > MAX_BARE:
        return None
    rest, due = split_date(said)
    return _create(rest, due) if due else None


def _create(rest: str, due: str) -> Call | None:
    tags = _TAG.findall(rest)
    title = _bare(_TAG.sub("", rest))
    if not title:
        return None
    arguments: dict[str, object] = {"title": title}
    if due:
        arguments["due"] = due
    if tags:
        arguments["tags"] = tags
    return Call("create_todo", arguments)


def _bare(words: str) -> str:
    """Without quotes, and without saying that it is a todo."""
    words = re.sub(r"^(?:my |the )?(?:todo|task)\s+", "", words.strip(), flags=re.IGNORECASE)
    quoted = _QUOTED.fullmatch(words)
    return " ".join((quoted[1] if quoted else words).split())
