"""What may be sent to sign in, to register and to set up."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from webapp.forms.base import Form, trimmed

BETTER = "At least 8 characters; 12 or more are better."


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


def password_field(
    autocomplete: str, description: str = "", label: str = "Password"
) -> PasswordField:
    return PasswordField(
        label,
        description=description,
        # One of spaces is a password too.
        validators=[InputRequired("Write the password.")],
        render_kw={"autocomplete": autocomplete},
    )


def zone_field() -> HiddenField:
    """The zone of the browser's clock, which a script fills in."""
    return HiddenField(render_kw={"data-time-zone": True, "autocomplete": "off"})


def name_field() -> StringField:
    return StringField(
        "Your name",
        filters=[trimmed],
        validators=[DataRequired("Write your name.")],
        render_kw={"autocomplete": "name"},
    )


class SignInForm(Form):
    email = _email()
    password = password_field("current-password")
    time_zone = zone_field()


class RegisterForm(Form):
    display_name = name_field()
    email = _email()
    password = password_field("new-password", BETTER)


class SetupForm(RegisterForm):
    time_zone = zone_field()
    token = StringField(
        "Set-up token",
        description="Printed in the terminal when the server started.",
        filters=[trimmed],
        validators=[DataRequired("Write the token.")],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class PasswordForm(Form):
    """The password of now, and the next one."""

    current = password_field("current-password", label="Your password now")
    password = password_field("new-password", BETTER, "New password")


class DeleteAccountForm(Form):
    email = StringField(
        "Your email",
        description="Type it, so that nothing is deleted by a slip.",
        filters=[trimmed],
        validators=[DataRequired("Type your email.")],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = password_field("current-password", label="Your password")
