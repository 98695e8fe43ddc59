"""Sentences about todos, as the README lists them."""

import re

from webapp.assistants.built_in.dates import split_date
from webapp.assistants.offline.answer import Call

_TAG = re.compile(r"#([\w-]+)")
_CREATE = re.compile(
    r"^(?:please\s+)?(?:(?:add|note|create|new)(?: a)?(?: new)?(?: (?:todo|task))?(?: to)?[:\s]"
    r"|(?:todo|task):|remind me (?:to|about)\s|i (?:have|need) to\s)\s*(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_LIST = re.compile(
    r"\b(?:(?:list|show)\b.*\b(?:todos?|tasks?)|what (?:do i have|is there|have i got) to do"
    r"|what(?:'s| is) (?:due|open)|my (?:todos|tasks)\s*\??$)",
    re.IGNORECASE,
)
_DONE_ONES = re.compile(r"\b(?:done|completed|finished)\b", re.IGNORECASE)
_SEARCH = re.compile(r"^(?:find|search(?: for)?|look for)\s+(.+)$", re.IGNORECASE)
_COMPLETE = (
    re.compile(
        r"^(?:complete|finish|tick off|done with|i(?: have|'ve)? (?:did|done|finished))\s+(.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:mark\s+)?(.+?)\s+(?:is done|as done|done|is finished)$", re.IGNORECASE),
)
_DELETE = re.compile(r"^(?:please\s+)?(?:delete|remove)\s+(.+)$", re.IGNORECASE)
_MOVE = re.compile(
    r"^(?:move|postpone|reschedule|change)\s+(?P<todo>.+?)\s+(?:to|until)\s+(?P<due>.+)$",
    re.IGNORECASE,
)
_RENAME = re.compile(r"^rename\s+(?P<todo>.+?)\s+to\s+(?P<title>.+)$", re.IGNORECASE)
_NO_TODO = re.compile(r"\?|^(?:what|who|when|why|how|where|hello|hi|hey|thanks?)\b", re.IGNORECASE)
_QUOTES = "\"' “”\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
MAX_BARE = 200


def calls(text: str) -> tuple[Call, ...]:
    """The one call that a sentence asks for."""
    said = " ".join(text.split()).rstrip(".!")
    for pattern in (_list, _search, _change, _delete, _complete, _create):
        if call := pattern(said):
            return (call,)
    return ()


def _list(said: str) -> Call | None:
    if not _LIST.search(said):
        return None
    arguments: dict[str, object] = {}
    if _DONE_ONES.search(said):
        arguments["done"] = True
    if due := split_date(said.rstrip("?"))[1]:
        arguments["due_by"] = due
    elif re.search(r"\bthis (?:week|month)\b", said, re.IGNORECASE):
        period = "month" if "month" in said.lower() else "week"
        arguments["due_by"] = f"end of the {period}"
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


def _create(said: str) -> Call | None:
    found = _CREATE.match(said)
    rest, due = split_date(found[1] if found else said)
    # Without a verb, a day makes it a todo: "grocery shopping tomorrow".
    if not found and (not due or _NO_TODO.search(said) or len(said) > MAX_BARE):
        return None
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
    return " ".join(words.strip(_QUOTES).split())
