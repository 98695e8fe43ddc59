"""What a person says of themselves: a name, and where their days begin."""

from uuid import UUID

from webapp.database import write_tx
from webapp.models import User
from webapp.services.audit import record_audit
from webapp.services.facts import AccountGone, TimeZoneRefused
from webapp.services.names import check_name
from webapp.services.time_zones import is_time_zone


def change_profile(
    user_id: UUID, display_name: str, time_zone: str, *, address: str | None = None
) -> None:
    """Raises NameRefused, TimeZoneRefused, AccountGone."""
    display_name = check_name(display_name)
    if not is_time_zone(time_zone):
        raise TimeZoneRefused
    with write_tx() as tx:
        user = tx.get(User, user_id)
        if user is None:
            raise AccountGone
        if (user.display_name, user.time_zone) == (display_name, time_zone):
            return
        user.display_name = display_name
        user.time_zone = time_zone
        record_audit(tx, "profile.changed", user_id, user_id, address)
