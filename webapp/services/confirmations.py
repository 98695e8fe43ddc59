"""Asking a person who is signed in for their password once more, before what matters most."""

from uuid import UUID

from webapp.database import read_tx, write_tx
from webapp.models import AttemptOutcome, User
from webapp.services.audit import record_audit
from webapp.services.facts import AccountGone, PasswordWrong, ServerBusy
from webapp.services.passwords import verify_password
from webapp.services.sign_in_attempts import begin_attempt, end_attempt, withdraw_attempt


def confirm_password(user_id: UUID, password: str, address: str) -> None:
    """Raises PasswordWrong, TooManyAttempts, ServerBusy, AccountGone.

    Guesses count as they do at the sign-in: a browser left open is no way around it.
    """
    with read_tx() as tx:
        user = tx.get(User, user_id)
    if user is None:
        raise AccountGone
    attempt_id = begin_attempt(user.email, address)
    try:
        is_right = verify_password(user.password_hash, password)
    except ServerBusy:
        withdraw_attempt(attempt_id)
        raise
    outcome = AttemptOutcome.SUCCEEDED if is_right else AttemptOutcome.FAILED
    with write_tx() as tx:
        end_attempt(tx, attempt_id, address, outcome)
        if not is_right:
            record_audit(tx, "password.not_confirmed", user_id, user_id, address)
    if not is_right:
        raise PasswordWrong
