"""What the bearer of a one-time link may send."""

from webapp.forms.accounts import BETTER, name_field, password_field, zone_field
from webapp.forms.base import Form


class InvitedForm(Form):
    display_name = name_field()
    password = password_field("new-password", BETTER)
    time_zone = zone_field()


class NewPasswordForm(Form):
    password = password_field("new-password", BETTER, "New password")
