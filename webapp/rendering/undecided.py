"""Lines that are not shown yet: what they are is known once more of them has come.

Below `Steps:` a lone `-` makes a heading of it, and with the next word a list. A row between bars
is prose until the dashes below make a table's head of it. Shown at once, such lines would be one
thing for a moment and then another.
"""

import re

LONGEST = 300
"""Characters that a line may have and be held: some seconds of a slow model, and a wide head."""
_INSIDE = r"(?:[ \t>]|[-*+][ \t]|[0-9]{1,9}[.)][ \t])*+"
"""What may stand before a line's own beginning: it is within quotations or items."""
_MARK = re.compile(
    rf"{_INSIDE}(?:[-*+]+|=+|_{{1,3}}|#{{1,6}}|[0-9]{{1,9}}[.)]?|\[[ xX]?\]?"
    # The language of code comes with its fence.
    r"|`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*)?[ \t]*"
)
_ROW = re.compile(rf"{_INSIDE}\|")
_DASHES = re.compile(rf"{_INSIDE}[|:\- \t]*")


class Undecided:
    """Gives text on as it comes, but for lines at its end that may yet become something else."""

    def __init__(self) -> None:
        self._held = ""
        self._is_begun = False
        """Whether more may come of the last line that was given on."""
        self._is_row = False
        """Whether that line is a table's row: the next is no table's head."""

    def take(self, more: str, *, is_last: bool = False) -> str:
        """What is certain by now. The rest comes with what follows, or as the last."""
        lines = (self._held + more).split("\n")
        certain = len(lines) - (0 if is_last else self._undecided(lines))
        self._held = "\n".join(lines[certain:])
        self._is_row = self._is_a_row(lines, certain - 1)
        self._is_begun = certain == len(lines)
        return "".join(f"{line}\n" for line in lines[:certain]).removesuffix(
            "\n" if self._is_begun else ""
        )

    def _undecided(self, lines: list[str]) -> int:
        """How many of the last lines are."""
        last = len(lines) - 1
        if (last == 0 and self._is_begun) or len(lines[last]) > LONGEST:
            return 0
        above = last - 1
        is_head = self._is_a_row(lines, above) and not self._is_a_row(lines, above - 1)
        if is_head and above >= self._is_begun and _DASHES.fullmatch(lines[last]):
            return 2
        is_head = self._is_a_row(lines, last) and not self._is_a_row(lines, above)
        return int(is_head or bool(_MARK.fullmatch(lines[last])))

    def _is_a_row(self, lines: list[str], index: int) -> bool:
        """Of the lines that are looked at, or of those before."""
        if index < self._is_begun:
            return self._is_row
        return bool(_ROW.match(lines[index]))
