"""Where a chat is forked, and with whom it goes on."""

from wtforms import IntegerField, StringField
from wtforms.validators import NumberRange, Optional

from webapp.forms.base import Form


class ForkForm(Form):
    position = IntegerField(validators=[Optional(), NumberRange(1, 2**31 - 1)])
    agent = StringField()
