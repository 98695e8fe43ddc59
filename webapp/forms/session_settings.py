"""What a person may settle about one chat."""

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from webapp.forms.base import Form, trimmed
from webapp.services.sessions import MAX_DESCRIPTION, MAX_INSTRUCTIONS


class SessionSettingsForm(Form):
    agent = StringField()
    description = StringField(
        "Description",
        description="A line for yourself: what this chat is about.",
        filters=[trimmed],
        validators=[Length(max=MAX_DESCRIPTION)],
        render_kw={"dir": "auto", "autocomplete": "off", "maxlength": MAX_DESCRIPTION},
    )
    instructions = TextAreaField(
        "Instructions for this chat",
        description="Added to those of the agent, from the next message on.",
        filters=[trimmed],
        validators=[Length(max=MAX_INSTRUCTIONS)],
        render_kw={"dir": "auto", "rows": 6, "maxlength": MAX_INSTRUCTIONS},
    )
