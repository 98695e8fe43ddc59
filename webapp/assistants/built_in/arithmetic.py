"""Arithmetic from text, without running it: only what is listed here is understood.

Bounded in every direction: length and depth of the text, size of each number, and so the time.
"""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

Number = int | float

MAX_LENGTH = 300
MAX_DEPTH = 60
MAX_DIGITS = 400
EXACT = 10**15
"""Floats below it hold whole numbers exactly."""
_MAX_BITS = int(MAX_DIGITS * math.log2(10))


class NotArithmetic(ValueError):
    """The text is no arithmetic, or too much of it; the text is a sentence."""


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Number]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


def _round(number: Number, digits: int = 0) -> Number:
    # Python would compute 10 to the power of -digits, however large that is.
    if not isinstance(digits, int) or abs(digits) > MAX_DIGITS:
        raise NotArithmetic("it rounds to too many digits.")
    return round(number, digits) if digits else round(number)


_FUNCTIONS: dict[str, Callable[..., Number]] = {
    "abs": abs,
    "ceil": math.ceil,
    "cos": math.cos,
    "exp": math.exp,
    "floor": math.floor,
    "log": math.log,
    "log10": math.log10,
    "max": max,
    "min": min,
    "round": _round,
    "sin": math.sin,
    "sqrt": math.sqrt,
    "tan": math.tan,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}
_SPELLED = str.maketrans(
    {"\N{MULTIPLICATION SIGN}": "*", "·": "*", "÷": "/", "\N{MINUS SIGN}": "-", "^": "**"}
)


def calculate(expression: str) -> str:
    """The value, written plainly. Raises NotArithmetic."""
    try:
        return _write(evaluate(expression))
    except ZeroDivisionError:
        raise NotArithmetic("something is divided by zero.") from None
    except (OverflowError, ValueError, TypeError) as error:
        if isinstance(error, NotArithmetic):
            raise
        raise NotArithmetic("it has no value, or too large a one.") from None


def evaluate(expression: str) -> Number:
    """The value of an expression in Python's arithmetic. Raises NotArithmetic or what it raises."""
    if len(expression) > MAX_LENGTH:
        raise NotArithmetic(f"it is longer than {MAX_LENGTH} characters.")
    try:
        tree = ast.parse(expression.translate(_SPELLED).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotArithmetic("it is not an arithmetic expression.") from None
    return _value(tree.body, 0)


def _value(node: ast.expr, depth: int) -> Number:
    if depth > MAX_DEPTH:
        raise NotArithmetic("it is nested too deeply.")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _bounded(number)
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _SIGNS:
            return _SIGNS[type(op)](_value(operand, depth + 1))
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_value(left, depth + 1), _value(right, depth + 1))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            apply = _OPERATORS[type(op)]
            return _bounded(apply(_value(left, depth + 1), _value(right, depth + 1)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _bounded(_FUNCTIONS[name](*(_value(arg, depth + 1) for arg in args)))
        case _:
            raise NotArithmetic("only numbers, operators and a few functions are understood.")


def _power(base: Number, exponent: Number) -> Number:
    # Decided before it is computed: 9**9**9 would not come back.
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and abs(base) > 1 and abs(exponent) * math.log2(abs(base)) > _MAX_BITS:
        raise NotArithmetic("a number becomes too large.")
    value = base**exponent
    if isinstance(value, complex):
        raise NotArithmetic("it has no real value.")
    return _bounded(value)


def _bounded(number: Number) -> Number:
    if isinstance(number, int) and number.bit_length() > _MAX_BITS:
        raise NotArithmetic("a number becomes too large.")
    if isinstance(number, float) and not math.isfinite(number):
        raise NotArithmetic("a number becomes too large.")
    return number


def _write(number: Number) -> str:
    """Whole numbers with separators; others to 12 digits, so that 0.1 + 0.2 is 0.3."""
    if isinstance(number, float) and number.is_integer() and abs(number) < EXACT:
        number = int(number)
    return f"{number:,}" if isinstance(number, int) else f"{number:,.12g}"
