"""Plots as numbers for an SVG, made on the server: no script, and a table that says the same.

Across, places are percent of the width, so that a plot fits any page; down, they are pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.rendering.scales import short, ticks

HEIGHT = 180.0
GAP = 0.32
"""Of a bar's place, what is left free."""
BETWEEN = 1.0
"""Pixels between the parts of a stacked bar."""
MOST_SERIES = 3
MOST_LABELS = 8
COLOURS = ("a1", "a2", "a3")
NONE = "\N{EN DASH}"


@dataclass(frozen=True)
class Series:
    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True)
class Label:
    x: float
    text: str
    is_minor: bool
    """Left out where the plot is narrow."""


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    y: float
    height: float
    series: int
    """1, 2 or 3: the colour."""
    is_dim: bool
    title: str


@dataclass(frozen=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    series: int


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    series: int
    title: str


@dataclass(frozen=True)
class Chart:
    key: str
    """Names its parts in the page."""
    title: str
    subtitle: str
    names: tuple[str, ...]
    columns: tuple[str, ...]
    """What stands below: the days."""
    rows: tuple[tuple[str, ...], ...]
    """For the table: the numbers of each day, in words."""
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    colours: tuple[str, ...] = COLOURS
    """The class of each series."""

    @property
    def key_lines(self) -> tuple[tuple[str, str], ...]:
        """A class and what it stands for, for each colour of the plot."""
        if len(self.names) > 1:
            return tuple(zip(self.colours, self.names, strict=False))
        colour = self.colours[0]
        return (colour, "Whole day"), (f"{colour} dim", "Today so far")

    @property
    def is_empty(self) -> bool:
        return not self.bars and not self.dots


@dataclass(frozen=True)
class Words:
    """What a chart is called, and how its numbers are written."""

    key: str
    title: str
    subtitle: str
    number: Callable[[float], str] = short
    colours: tuple[str, ...] = COLOURS
    is_whole: bool = True
    """Whether there are no halves of what is counted."""


def bar_chart(words: Words, columns: Sequence[str], series: Sequence[Series]) -> Chart:
    """Bars, stacked where there are several series; the first lies at the bottom.

    The last column, which is not over yet, is paler.
    """
    totals = [sum(one.values[at] for one in series) for at in range(len(columns))]
    scale = ticks(max(totals, default=0), whole=words.is_whole)
    bars: list[Bar] = []
    for at, column in enumerate(columns):
        place = _Place(column, at, len(columns), at == len(columns) - 1)
        bars += _stack(words, place, series, scale[-1])
    return _chart(words, columns, series, scale, bars=tuple(bars))


def line_chart(words: Words, columns: Sequence[str], series: Sequence[Series]) -> Chart:
    """Lines; a value below 0 is none, and the line has a gap there."""
    highest = max((value for one in series for value in one.values), default=0)
    scale = ticks(highest, whole=words.is_whole)
    lines: list[Line] = []
    dots: list[Dot] = []
    for number, one in enumerate(series, 1):
        dots += _dots(words, columns, one, number, scale[-1])
        for at in range(1, len(columns)):
            before, after = one.values[at - 1], one.values[at]
            if before >= 0 and after >= 0:
                x1, x2 = _middle(at - 1, len(columns)), _middle(at, len(columns))
                lines.append(Line(x1, _y(before, scale[-1]), x2, _y(after, scale[-1]), number))
    return _chart(words, columns, series, scale, lines=tuple(lines), dots=tuple(dots))


def most_first(totals: dict[str, Sequence[float]]) -> list[Series]:
    """The series with the highest sums, and the rest as one: there are three colours."""
    ranked = sorted(totals.items(), key=lambda item: (-sum(item[1]), item[0]))
    if len(ranked) <= MOST_SERIES:
        return [Series(name, tuple(values)) for name, values in ranked]
    rest = zip(*(values for _, values in ranked[MOST_SERIES - 1 :]), strict=True)
    named = [Series(name, tuple(values)) for name, values in ranked[: MOST_SERIES - 1]]
    return [*named, Series("Others", tuple(sum(values) for values in rest))]


def _dots(words: Words, columns: Sequence[str], one: Series, number: int, top: float) -> list[Dot]:
    """Each value, so that one without neighbours is seen too."""
    return [
        Dot(
            _middle(at, len(columns)),
            _y(value, top),
            number,
            f"{columns[at]}, {one.name}: {words.number(value)}",
        )
        for at, value in enumerate(one.values)
        if value >= 0
    ]


@dataclass(frozen=True)
class _Place:
    column: str
    at: int
    of: int
    is_dim: bool


def _stack(words: Words, place: _Place, series: Sequence[Series], top: float) -> list[Bar]:
    wide = 100 / place.of
    bars, below = [], 0.0
    for number, one in enumerate(series, 1):
        value = one.values[place.at]
        height = round(value / top * HEIGHT, 1)
        if height <= 0:
            continue
        said = words.number(value)
        title = (
            f"{place.column}: {said}" if len(series) == 1 else f"{place.column}, {one.name}: {said}"
        )
        bars.append(
            Bar(
                x=round(wide * (place.at + GAP / 2), 2),
                width=round(wide * (1 - GAP), 2),
                y=round(HEIGHT - below - height, 1),
                height=round(max(height - (BETWEEN if below else 0), 0.5), 1),
                series=number,
                is_dim=place.is_dim,
                title=title,
            )
        )
        below += height
    return bars


def _chart(
    words: Words,
    columns: Sequence[str],
    series: Sequence[Series],
    scale: Sequence[float],
    **drawn: object,
) -> Chart:
    every = -(-len(columns) // MOST_LABELS) or 1
    last = len(columns) - 1
    labels = [
        Label(round(_middle(at, len(columns)), 2), column, is_minor=(last - at) // every % 2 == 1)
        for at, column in enumerate(columns)
        if (last - at) % every == 0
    ]
    rows = [
        tuple(words.number(one.values[at]) if one.values[at] >= 0 else NONE for one in series)
        for at in range(len(columns))
    ]
    return Chart(
        key=words.key,
        title=words.title,
        subtitle=words.subtitle,
        names=tuple(one.name for one in series),
        columns=tuple(columns),
        rows=tuple(rows),
        ticks=tuple(Tick(_y(value, scale[-1]), words.number(value)) for value in scale),
        labels=tuple(labels),
        colours=words.colours,
        **drawn,  # type: ignore[arg-type]
    )


def _middle(at: int, count: int) -> float:
    return round(100 / count * (at + 0.5), 2)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - value / top * HEIGHT, 1)
