"""What may be sent to sign in, to register and to set up."""

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from webapp.forms.base import Form, trimmed


def _email() -> StringField:
    return StringField(
        "Email",
        filters=[trimmed],
        validators=[DataRequired("Write your email.")],
        render_kw={
            "type": "email",
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        },
    )


def _password(autocomplete: str, description: str = "") -> PasswordField:
    return PasswordField(
        "Password",
        description=description,
        # One of spaces is a password too.
        validators=[InputRequired("Write the password.")],
        render_kw={"autocomplete": autocomplete},
    )


class SignInForm(Form):
    email = _email()
    password = _password("current-password")


class RegisterForm(Form):
    display_name = StringField(
        "Your name",
        filters=[trimmed],
        validators=[DataRequired("Write your name.")],
        render_kw={"autocomplete": "name"},
    )
    email = _email()
    password = _password("new-password", "At least 8 characters; 12 or more are better.")


class SetupForm(RegisterForm):
    token = StringField(
        "Set-up token",
        description="Printed in the terminal when the server started.",
        filters=[trimmed],
        validators=[DataRequired("Write the token.")],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
