"""Assistant: answers questions, knows the time anywhere, and calculates."""

from typing import Annotated

from agents import Agent, RunContextWrapper, function_tool

from webapp.assistants import offer
from webapp.assistants.built_in import arithmetic, clock
from webapp.assistants.cards import ASSISTANT
from webapp.assistants.context import ChatContext

Zone = Annotated[
    str,
    "A city, such as Tokyo, or an IANA time zone, such as Asia/Tokyo."
    " Empty for where the person is.",
]
Expression = Annotated[
    str,
    "Numbers with + - * / // % ** and brackets, sqrt, abs, round, min, max, floor, ceil, log,"
    " log10, exp, sin, cos, tan, pi and e: such as (3 + 4) * sqrt(2).",
]


@function_tool
def current_time(context: RunContextWrapper[ChatContext], zone: Zone = "") -> str:
    """The date and time in a place."""
    try:
        return clock.say_time(zone or context.context.time_zone)
    except clock.UnknownPlace as error:
        return str(error)


@function_tool
def calculate(expression: Expression) -> str:
    """The value of an arithmetic expression."""
    try:
        return f"{expression.strip()} = {arithmetic.calculate(expression)}"
    except arithmetic.NotArithmetic as error:
        return f"This cannot be calculated: {error}"


def _instructions(context: RunContextWrapper[ChatContext], agent: Agent[ChatContext]) -> str:
    person = context.context
    return (
        f"You are a helpful assistant talking with {person.display_name},"
        f" whose time zone is {person.time_zone}. Use the tools for the time and for any"
        " calculation. Answer in Markdown, in the person's language, and keep it short."
    )


assistant = offer(
    Agent[ChatContext](
        name=ASSISTANT.name, instructions=_instructions, tools=[current_time, calculate]
    ),
    title=ASSISTANT.title,
    description=ASSISTANT.description,
    starters=ASSISTANT.starters,
)
