"""Round numbers for an axis, and numbers as people write them."""

import math

STEPS = (1, 2, 2.5, 5, 10)


def ticks(highest: float, count: int = 4, *, whole: bool = False) -> list[float]:
    """From 0 up, evenly: `count` at most, the last at or above `highest`.

    `whole` numbers are of things that have no halves.
    """
    if highest <= 0 or not math.isfinite(highest):
        return [0, 1]
    raw = highest / (count - 1)
    power = 10 ** math.floor(math.log10(raw))
    steps = (step * power for step in STEPS if step * power >= raw * (1 - 1e-9))
    step = next((step for step in steps if not whole or step % 1 == 0), 1.0)
    return [number * step for number in range(math.ceil(highest / step - 1e-9) + 1)]


def short(value: float) -> str:
    """`1,200`, `45 k`, `1.2 M`: a number that fits beside an axis."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= limit:
            scaled = value / (1e3 if unit == " k" else limit)
            return f"{scaled:,.1f}".removesuffix(".0") + unit
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


def seconds(value: float) -> str:
    return f"{round(value, 2):g} s"
