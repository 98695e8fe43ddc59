"""What a person may send to an agent."""

from hashlib import blake2b

from uuid_utils import uuid4  # the standard library's asks the system each time
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Regexp

from webapp.forms.base import Form
from webapp.web.current import settings


def new_key() -> str:
    """One for each form: the same message sent twice from it is one message."""
    return uuid4().hex


def _with_plain_lines(value: str | None) -> str:
    # A form sends every line break as two characters.
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip("\n")


class MessageForm(Form):
    message = TextAreaField("Message", name="text", filters=[_with_plain_lines])
    key = HiddenField(validators=[Regexp(r"[0-9A-Za-z_-]{8,64}\Z", message="Reload the page.")])

    def validate_message(self, field: TextAreaField) -> None:
        text, longest = field.data or "", settings().max_message
        if not text.strip():
            raise ValidationError("Write a message first.")
        if len(text) > longest:
            raise ValidationError(
                f"The message has {len(text):,} characters; it may have {longest:,}."
            )

    @property
    def sending(self) -> str:
        """What the same message bears that is sent again, by a double click or a reload.

        Other words are another message, as when somebody goes back to a form that was sent.
        """
        said = repr(list(self.data.values()))
        return blake2b(said.encode(), digest_size=16).hexdigest()

    @property
    def wrong(self) -> str:
        """What is wrong, in one sentence."""
        return str(next((error for errors in self.errors.values() for error in errors), ""))


class FirstMessageForm(MessageForm):
    """A message that begins a chat."""

    agent = StringField()
