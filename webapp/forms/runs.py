"""What a person may say of a reply that waits for them."""

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import AnyOf, Length

from webapp.forms.base import Form, trimmed

APPROVE, REJECT = "approve", "reject"


class DecisionForm(Form):
    call_id = HiddenField(validators=[Length(min=1, max=255)])
    decision = StringField(validators=[AnyOf([APPROVE, REJECT])])
    reason = StringField(filters=[trimmed], validators=[Length(max=1000)])
    always = BooleanField()
