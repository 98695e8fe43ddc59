"""Sentences with something to calculate."""

import re

from webapp.assistants.offline.answer import Call

_WORDS = {
    r"(?<=\d)\s*(?:%|percent) of\s*(?=[\d(])": " / 100 * ",
    r"\bplus\b": "+",
    r"\bminus\b": "-",
    r"\btimes\b|\bmultiplied by\b": "*",
    r"\bdivided by\b|\bover\b": "/",
    r"\bto the power of\b": "**",
    r"\bsquare root of\s*([\d.]+)": r"sqrt(\1)",
    r"(?<=\d),(?=\d{3}\b)": "",
    r"(?:x|\N{MULTIPLICATION SIGN})(?=\s*\d)": "*",
    r"÷": "/",
    r"\^": "**",
}
_EXPRESSION = re.compile(r"(?:sqrt\(|[-(\d.])[\d\s.+\-*/%()]*(?:sqrt\([\d\s.+\-*/()]*)*")
_WORTH_ASKING = re.compile(r"\d\s*[-+*/%]+\s*[\d(.-]|sqrt\(")


def calls(text: str) -> tuple[Call, ...]:
    """A call for the longest expression in the text, in digits and signs or in words."""
    for words, sign in _WORDS.items():
        text = re.sub(words, sign, text, flags=re.IGNORECASE)
    candidates = [found.strip().rstrip(".") for found in _EXPRESSION.findall(text)]
    worthy = [found for found in candidates if _WORTH_ASKING.search(found)]
    if not worthy:
        return ()
    return (Call("calculate", {"expression": max(worthy, key=len)}),)
