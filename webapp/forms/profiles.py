"""What a person may say of themselves."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, ValidationError

from webapp.forms.base import Form, trimmed
from webapp.services.time_zones import is_time_zone, zones_by_region


def _choices() -> dict[str, list[Any]]:
    """In groups, each zone by its place: `Argentina, Buenos Aires`."""
    return {
        region: [SelectChoice(zone, _place(zone)) for zone in zones]
        for region, zones in zones_by_region().items()
    }


def _place(zone: str) -> str:
    return zone.partition("/")[2].replace("/", ", ").replace("_", " ") or zone


def _is_known(form: Form, field: SelectField) -> None:
    if not is_time_zone(field.data or ""):
        raise ValidationError("Choose a time zone of the list.")


class ProfileForm(Form):
    display_name = StringField(
        "Name",
        filters=[trimmed],
        validators=[DataRequired("Write your name.")],
        render_kw={"autocomplete": "name", "dir": "auto"},
    )
    time_zone = SelectField(
        "Time zone",
        description="Your pages go by it, and so does what agents call today.",
        choices=_choices,
        validate_choice=False,
        validators=[_is_known],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.text("time_zone")
        groups: Any = self.time_zone.choices
        if is_time_zone(chosen) and not any(
            choice.value == chosen for choices in groups.values() for choice in choices
        ):
            # An old name, or one that names no place: saving must not change it by itself.
            self.time_zone.choices = {"As it is": [SelectChoice(chosen, chosen)], **groups}
