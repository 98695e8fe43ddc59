"""Formulas stay as they were written: no emphasis inside, no backslash lost."""

from markdown_it.rules_inline import StateInline

LONGEST = 2000
"""Characters; a lone dollar sign must not make us search a book for its partner."""

_BRACKETS = {"\\(": "\\)", "\\[": "\\]"}


def keep_formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's form
    r"""Take `$…$`, `$$…$$`, `\(…\)` or `\[…\]` as plain text."""
    start = state.pos
    if state.src[start] not in "$\\":
        return False
    end = _end_of_formula(state.src, start)
    if end is None:
        return False
    if not silent:
        token = state.push("text_special", "", 0)
        token.content = token.markup = state.src[start:end]
        token.info = "formula"
    state.pos = end
    return True


def _end_of_formula(text: str, start: int) -> int | None:
    opening = text[start : start + 2]
    limit = start + LONGEST
    if opening in _BRACKETS or opening == "$$":
        close = _BRACKETS.get(opening, "$$")
        end = text.find(close, start + 2, limit)
        is_formula = end > 0 and any(map(str.isalnum, text[start + 2 : end]))
        return end + 2 if is_formula else None
    if opening[0] != "$":
        return None
    end = text.find("$", start + 1, limit)
    # "between $5 and $10" is no formula: it would end after a space, or before a digit.
    if end <= start + 1 or text[start + 1].isspace() or text[end - 1].isspace():
        return None
    return None if text[end + 1 : end + 2].isdigit() else end + 1
