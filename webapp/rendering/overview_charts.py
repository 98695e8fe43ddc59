"""The plots of the overview."""

from webapp.models import RunStatus
from webapp.rendering.charts import Chart, Series, Words, bar_chart, line_chart, most_first
from webapp.rendering.scales import seconds
from webapp.services.overview import Overview
from webapp.services.shares import Share

OUTCOMES = {
    "Finished": (RunStatus.FINISHED,),
    "Stopped": (RunStatus.STOPPED,),
    "Failed": (RunStatus.FAILED, RunStatus.INTERRUPTED),
}


def overview_charts(overview: Overview, currency: str) -> list[Chart]:
    days = overview.days
    columns = [f"{one.day.day} {one.day:%b}" for one in days]
    period = f"{columns[0]} to {columns[-1]}, days of UTC"
    charts = [
        bar_chart(
            Words("messages", "Messages a day", period),
            columns,
            [Series("Messages", tuple(float(one.messages) for one in days))],
        ),
        bar_chart(
            Words("tokens", "Tokens a day by agent", "Input and output together"),
            columns,
            _by_agent(overview.by_agent),
        ),
        line_chart(
            Words(
                "first-token",
                "Time to the first token",
                "Since the message was sent",
                seconds,
                is_whole=False,
            ),
            columns,
            [
                Series("Half are faster (p50)", _first_tokens(overview, 0)),
                Series("19 of 20 are faster (p95)", _first_tokens(overview, 1)),
            ],
        ),
        bar_chart(
            Words("runs", "Replies a day by outcome", period, colours=("a1", "a2", "a4")),
            columns,
            [
                Series(name, tuple(sum(one.runs.get(s, 0) for s in statuses) for one in days))
                for name, statuses in OUTCOMES.items()
            ],
        ),
        bar_chart(
            Words("people", "People a day", "Who sent a message"),
            columns,
            [Series("People", tuple(float(one.people) for one in days))],
        ),
    ]
    if any(one.cost is not None for one in days):
        cost = Series("Cost", tuple(one.cost or 0.0 for one in days))
        charts.append(
            bar_chart(
                Words("cost", "Cost a day", f"In {currency}", is_whole=False), columns, [cost]
            )
        )
    return charts


def _by_agent(shares: list[Share]) -> list[Series]:
    return most_first({share.name or "No agent": tuple(map(float, share.days)) for share in shares})


def _first_tokens(overview: Overview, which: int) -> tuple[float, ...]:
    return tuple(one.first_token[which] if one.first_token else -1.0 for one in overview.days)
