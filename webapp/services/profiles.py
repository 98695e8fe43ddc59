"""What a person says of themselves: a name, and where their days begin."""

from uuid import UUID

from sqlalchemy import update

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
        before = (user.display_name, user.time_zone)
        user.display_name = display_name
        user.time_zone = time_zone
        user.is_zone_known = True
        if before == (display_name, time_zone):
            return
        record_audit(tx, "profile.changed", user_id, user_id, address)


def adopt_time_zone(user_id: UUID, time_zone: str) -> None:
    """Take the zone that the person's browser tells, where none was told before.

    One that is not known changes nothing: it is a guess, and must not keep anybody out.
    """
    if not is_time_zone(time_zone):
        return
    untold = update(User).where(User.id == user_id, User.is_zone_known.is_(False))
    with write_tx() as tx:
        tx.execute(untold.values(time_zone=time_zone, is_zone_known=True))
