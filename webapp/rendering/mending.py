"""How text that is being written, or was cut off, is shown: without the halves of its marks.

`**bo` is on its way to **bo**, and the address of a link is not to be read while it comes.
"""

import re

from markdown_it.rules_core import StateCore

IS_OPEN = "is_open"
"""Said in the env of a text that goes on."""

_AT_END = 2_000
_MARKS = re.compile(r"[*_~`]+$")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*$")
_BEGUN_ITEM = re.compile(r"[ \t>]*(?:[-+*]|([0-9]{1,9})[.)])[ \t]*[*_~`]*")
_NUMBER = re.compile(r"^[ \t>]*([0-9]{1,9})[.)][ \t]", re.MULTILINE)
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)


def mend_end(state: StateCore) -> None:
    """Between blocks and their inline text: complete what the last line has begun."""
    if not state.env.get(IS_OPEN):
        return
    lines = state.src.count("\n") + 1
    for token in reversed(state.tokens):
        if token.type == "inline":
            if token.map and token.map[1] >= lines:
                token.content = mend(token.content)
            return


def mend(text: str) -> str:
    """`text` as it will probably go on."""
    start = max(len(text) - _AT_END, 0)
    end = _LINK.sub(r"\1", _MARKS.sub("", text[start:]))
    text = text[:start] + end
    if text.count("`") % 2:
        return f"{text}`"
    closing = "".join(mark for mark in ("~~", "**") if text.count(mark) % 2)
    kept = text.rstrip()
    return f"{kept}{closing}" if closing and not kept.endswith(closing) else text


def without_begun_item(text: str) -> str:
    """`text`, which was cut off, without a last list's item of which there is only the mark."""
    before, _, last = text.rstrip().rpartition("\n")
    begun = _BEGUN_ITEM.fullmatch(last)
    if not begun or len(_FENCE.findall(before)) % 2:
        return text
    # `42.` alone may be an answer: a list begins at 1, or has come to the number before.
    number = int(begun[1] or 1)
    return before if number == 1 or str(number - 1) in _NUMBER.findall(before) else text
