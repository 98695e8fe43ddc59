"""Support desk: a first contact that hands over to Billing or Technical support.

All three read one history, so that nobody has to say a thing twice.
"""

from agents import Agent
from agents.extensions.handoff_prompt import prompt_with_handoff_instructions

from webapp.assistants import offer
from webapp.assistants.cards import SUPPORT_DESK
from webapp.assistants.context import ChatContext

billing = Agent[ChatContext](
    name="Billing",
    handoff_description="Invoices, payments, refunds and subscriptions.",
    instructions=prompt_with_handoff_instructions(
        "You are Billing. Help with invoices, payments, refunds and subscriptions, from what was"
        " said in this chat already. You cannot see accounts or move money: say what the person"
        " has to do, or what has to be sent to whom. Hand over what is technical."
    ),
)

technical_support = Agent[ChatContext](
    name="Technical support",
    handoff_description="Errors, crashes, installation and whatever does not work.",
    instructions=prompt_with_handoff_instructions(
        "You are Technical support. Find out what happens and when, ask for one thing at a time,"
        " and give steps in order, from what was said in this chat already. Hand over questions"
        " about money."
    ),
)

support_desk = offer(
    Agent[ChatContext](
        name=SUPPORT_DESK.name,
        instructions=prompt_with_handoff_instructions(
            "You are the first contact of a support desk. Hand over to Billing or Technical"
            " support as soon as you know which it is, without asking for details: they do."
            " Answer yourself only what concerns neither."
        ),
        handoffs=[billing, technical_support],
    ),
    title=SUPPORT_DESK.title,
    description=SUPPORT_DESK.description,
    starters=SUPPORT_DESK.starters,
)

billing.handoffs = [technical_support]
technical_support.handoffs = [billing]
