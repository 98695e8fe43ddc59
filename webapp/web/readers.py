"""Whether those who read streams still may: asked for all of them at once."""

from dataclasses import dataclass
from uuid import UUID

from webapp.database import UNREACHABLE
from webapp.logs import Outage
from webapp.models import UserRole
from webapp.services.sign_ins import find_lasting

_outage = Outage("readers_not_looked_up")


@dataclass(frozen=True)
class Reader:
    """A browser that reads, as it was let in: with another role, its page asks again."""

    token: str
    role: UserRole


def find_unwelcome(readers: set[Reader], *, idle: int) -> tuple[set[Reader], list[UUID]]:
    """Those who may read no more; and the sign-ins of the others to `note_seen`.

    While the database cannot be reached, everybody may.
    """
    if not readers:
        return set(), []
    try:
        lasting = find_lasting({reader.token for reader in readers}, idle=idle)
    except UNREACHABLE as error:
        _outage.goes_on(error)
        return set(), []
    _outage.is_over()
    gone = {reader for reader in readers if lasting.roles.get(reader.token) != reader.role}
    return gone, lasting.unseen
