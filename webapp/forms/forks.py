"""Where a chat is forked, and with whom it goes on."""

from wtforms import IntegerField, StringField
from wtforms.validators import NumberRange, Optional

from webapp.forms.base import Form
from webapp.models.session_message import MAX_POSITION


class ForkForm(Form):
    position = IntegerField(validators=[Optional(), NumberRange(1, MAX_POSITION)])
    agent = StringField()
