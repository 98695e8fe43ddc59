"""What may be sent to make a token for a program."""

from wtforms import StringField
from wtforms.validators import DataRequired

from webapp.forms.base import Form, trimmed


class ApiTokenForm(Form):
    name = StringField(
        "Name",
        description="What it is for, so that you know later which one to revoke.",
        filters=[trimmed],
        validators=[DataRequired("Give the token a name.")],
        render_kw={"autocomplete": "off", "dir": "auto"},
    )
