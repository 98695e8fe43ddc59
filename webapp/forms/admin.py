"""What an admin may choose and send. Choices are in the address: a page can be kept and shared."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import request
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from webapp.forms.base import Form, trimmed
from webapp.models import MessageRole, RunStatus
from webapp.services.audit_log import AuditFilters
from webapp.services.message_filters import MessageFilters
from webapp.services.reading import MAX_REASON
from webapp.services.run_viewer import RunFilters

Kind = TypeVar("Kind", bound=StrEnum)

ANY = ""
_UUID = r"^(?:[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12})?$"


class Choices(Form):
    """A form that is sent with GET, and so is the page's address."""

    @classmethod
    def from_address(cls) -> Any:
        form = cls(formdata=request.args)
        form.validate()
        return form

    @property
    def chosen(self) -> dict[str, str]:
        """What the address says, without what is left open."""
        return {field.name: field.raw_data[0] for field in self if field.raw_data and field.data}


def choice(label: str, *options: tuple[str, str], default: str = "") -> SelectField:
    choices = [SelectChoice(value, said) for value, said in options]
    return SelectField(label, choices=choices, default=default)


def choice_of(label: str, anything: str, kind: Iterable[StrEnum]) -> SelectField:
    return choice(label, (ANY, anything), *((member.value, member.value) for member in kind))


def choice_of_chats() -> SelectField:
    states = (("yes", "Active chats"), ("no", "Deactivated chats"))
    return choice("Chats", (ANY, "Every chat"), *states)


def text(label: str, *, most: int = 200, **attributes: Any) -> StringField:
    return StringField(
        label, filters=[trimmed], validators=[Length(max=most)], render_kw=attributes
    )


def day(label: str) -> DateField:
    return DateField(label, validators=[Optional()])


class MessageChoices(Choices):
    words = text("Words", most=500, type="search", placeholder="Words in messages")
    person = text("Person", type="search", placeholder="Anyone", autocomplete="off")
    role = choice_of("Role", "Every role", MessageRole)
    agent = text("Agent", placeholder="Every agent", list="agents", autocomplete="off")
    since = day("From")
    until = day("To")
    tool = text("Tool", placeholder="Every tool", autocomplete="off", spellcheck="false")
    status = choice_of("Run", "Every run", RunStatus)
    active = choice_of_chats()
    chat = StringField(
        "Chat id",
        filters=[trimmed],
        validators=[Regexp(_UUID, message="This is no id.")],
        render_kw={"autocomplete": "off", "spellcheck": "false", "placeholder": "Any"},
    )

    def filters(self, time_zone: str, *, with_words: bool = True) -> MessageFilters:
        return MessageFilters(
            words=self.text("words") if with_words else "",
            person=self.text("person"),
            session_id=UUID(self.chat.data) if self.chat.data else None,
            agent=self.text("agent"),
            role=MessageRole(self.role.data) if self.role.data else None,
            tool=self.text("tool"),
            since=self.since.data,
            until=self.until.data,
            time_zone=time_zone,
            status=RunStatus(self.status.data) if self.status.data else None,
            is_active={"yes": True, "no": False}.get(self.active.data or ANY),
        )


class ReasonForm(Form):
    reason = StringField(
        "Reason",
        filters=[trimmed],
        validators=[
            InputRequired("Say why."),
            Length(min=3, max=MAX_REASON, message=f"Write 3 to {MAX_REASON} characters."),
        ],
        render_kw={"autocomplete": "off", "maxlength": MAX_REASON, "dir": "auto"},
    )


class ExportForm(ReasonForm):
    kind = choice("Format", ("jsonl", "JSON lines"), ("csv", "CSV, for spreadsheets"))


class ChatChoices(Choices):
    person = text("Person", type="search", placeholder="Anyone", autocomplete="off")
    agent = text("Agent", placeholder="Every agent", autocomplete="off")
    active = choice_of_chats()

    def filters(self) -> dict[str, Any]:
        return {
            "person": self.text("person"),
            "agent": self.text("agent"),
            "is_active": {"yes": True, "no": False}.get(self.active.data or ANY),
        }


class RunChoices(Choices):
    person = text("Person", type="search", placeholder="Anyone", autocomplete="off")
    agent = text("Agent", placeholder="Every agent", list="agents", autocomplete="off")
    status = choice_of("Outcome", "Every outcome", RunStatus)
    model = text("Model", placeholder="Every model", autocomplete="off")
    error = text("Kind of error", placeholder="Every error", autocomplete="off")
    since = day("From")
    until = day("To")

    def filters(self, time_zone: str) -> RunFilters:
        return RunFilters(
            person=self.text("person"),
            agent=self.text("agent"),
            model=self.text("model"),
            status=RunStatus(self.status.data) if self.status.data else None,
            error_kind=self.text("error"),
            since=self.since.data,
            until=self.until.data,
            time_zone=time_zone,
        )


class AuditChoices(Choices):
    action = text("Action", placeholder="Every action", list="actions", autocomplete="off")
    actor = text("Who", type="search", placeholder="By anybody", autocomplete="off")
    subject = text("Whose", placeholder="About anybody", autocomplete="off")
    since = day("From")
    until = day("To")

    def filters(self, time_zone: str) -> AuditFilters:
        return AuditFilters(
            action=self.text("action"),
            actor=self.text("actor"),
            subject=self.text("subject"),
            since=self.since.data,
            until=self.until.data,
            time_zone=time_zone,
        )


class PeopleChoices(Choices):
    search = text("Name or email", type="search", placeholder="Name or email", autocomplete="off")


class InviteForm(Form):
    email = StringField(
        "Email",
        filters=[trimmed],
        validators=[InputRequired("Write the email.")],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    role = choice("Role", ("user", "User"), ("admin", "Admin"), default="user")
    days = choice("Valid for", ("1", "1 day"), ("7", "7 days"), ("30", "30 days"), default="7")


def cap(label: str) -> IntegerField:
    return IntegerField(
        label,
        validators=[Optional(), NumberRange(0, 10**12, "Write a number, 0 or more.")],
        render_kw={"inputmode": "numeric", "placeholder": "As for everybody"},
    )


class CapsForm(Form):
    messages_per_day = cap("Messages a day")
    messages_per_month = cap("Messages a month")
    tokens_per_day = cap("Tokens a day")
    tokens_per_month = cap("Tokens a month")


class DeletePersonForm(Form):
    email = StringField(
        "Email of the account",
        description="Type it, so that nobody is deleted by a slip.",
        filters=[trimmed],
        validators=[InputRequired("Type the email.")],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
