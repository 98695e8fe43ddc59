"""What the bearer of a one-time link may send."""

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from webapp.forms.accounts import zone_field
from webapp.forms.base import Form, trimmed


def _new_password(label: str) -> PasswordField:
    return PasswordField(
        label,
        description="At least 8 characters; 12 or more are better.",
        validators=[InputRequired("Write the password.")],
        render_kw={"autocomplete": "new-password"},
    )


class InvitedForm(Form):
    display_name = StringField(
        "Your name",
        filters=[trimmed],
        validators=[DataRequired("Write your name.")],
        render_kw={"autocomplete": "name"},
    )
    password = _new_password("Password")
    time_zone = zone_field()


class NewPasswordForm(Form):
    password = _new_password("New password")
