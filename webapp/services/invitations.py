"""Invitations: made, shown, accepted once, withdrawn."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.database import read_tx, utc_now, write_tx
from webapp.models import Invitation, User, UserRole
from webapp.services.accounts import add_user, new_user
from webapp.services.audit import record_audit
from webapp.services.facts import EmailTaken, InvitationClosed
from webapp.services.names import check_email
from webapp.services.tokens import hash_token, make_token

MOST = 200
"""Of open invitations that are listed."""


def invite(
    *,
    invited_by_id: UUID,
    email: str,
    role: UserRole,
    days: int,
    address: str | None = None,
) -> str:
    """Give the token of a new invitation. Raises EmailRefused, EmailTaken."""
    email = check_email(email)
    token, token_hash = make_token()
    with write_tx() as tx:
        if tx.scalar(User.with_email(email)) is not None:
            raise EmailTaken
        tx.add(
            Invitation(
                token_hash=token_hash,
                email=email,
                role=role,
                invited_by_id=invited_by_id,
                expires_at=tx.scalars(select(utc_now())).one() + timedelta(days=days),
            )
        )
        record_audit(
            tx, "invitation.made", invited_by_id, None, address, email=email, role=role.value
        )
    return token


def list_invitations() -> list[Invitation]:
    """Those that can still be used, the newest first."""
    with read_tx() as tx:
        return list(tx.scalars(Invitation.open().order_by(Invitation.id.desc()).limit(MOST)))


def find_invitation(token: str) -> Invitation:
    """Raises InvitationClosed where it was used, withdrawn, is past, or never was."""
    with read_tx() as tx:
        return _open(tx, token)


def accept_invitation(
    token: str, display_name: str, password: str, *, address: str | None = None
) -> UUID:
    """Make the account that the invitation offers.

    Raises InvitationClosed, NameRefused, PasswordRefused, EmailTaken.
    """
    invitation = find_invitation(token)
    user = new_user(invitation.email, display_name, password, invitation.role)
    try:
        with write_tx() as tx:
            invitation = _open(tx, token, lock=True)
            add_user(tx, user, address)
            invitation.accepted_at = tx.scalars(select(utc_now())).one()
            invitation.accepted_by_id = user.id
            record_audit(tx, "invitation.accepted", user.id, user.id, address)
    except IntegrityError:
        raise EmailTaken from None
    return user.id


def withdraw_invitation(invitation_id: UUID, *, actor_id: UUID, address: str | None = None) -> None:
    """Make the link worthless. One that was used, or is gone, stays as it is."""
    with write_tx() as tx:
        gone = tx.scalar(
            delete(Invitation)
            .where(Invitation.id == invitation_id, Invitation.accepted_at.is_(None))
            .returning(Invitation.id)
        )
        if gone is not None:
            record_audit(tx, "invitation.withdrawn", actor_id, None, address)


def _open(tx: Session, token: str, *, lock: bool = False) -> Invitation:
    query = Invitation.open().where(Invitation.token_hash == hash_token(token))
    invitation = tx.scalar(query.with_for_update() if lock else query)
    if invitation is None:
        raise InvitationClosed
    return invitation
