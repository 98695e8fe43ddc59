"""Guessing is slowed down: so many failures, then a wait, for an account and for an address."""

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from webapp.database import utc_now, write_tx
from webapp.models import AttemptOutcome, SignInAttempt
from webapp.services.facts import TooManyAttempts
from webapp.services.locks import lock_until_commit

MOST_FAILURES = 20
WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=60)

# The address of an attempt that has not ended. It counts for its account from the start, so that
# a burst cannot slip through, and for its address at its end, so that people who sign in at the
# same moment from one office do not stand in each other's way.
_UNDER_WAY = ""


def begin_attempt(email: str, address: str) -> UUID:
    """Count a failure, before the password is looked at; `end_attempt` may call it a success.

    Raises TooManyAttempts. A refused try is not counted, or whoever goes on trying would lock the
    account for good.
    """
    account, source = _account(email), _source(address)
    with write_tx() as tx:
        lock_until_commit(tx, f"attempt {account}", f"attempt {source}")
        now = tx.scalars(select(utc_now())).one()
        _refuse_too_many(tx, account, source, now)
        about = (SignInAttempt.account == account) | (SignInAttempt.address == source)
        tx.execute(delete(SignInAttempt).where(about, SignInAttempt.created_at < now - KEPT))
        attempt = SignInAttempt(
            account=account, address=_UNDER_WAY, outcome=AttemptOutcome.FAILED, created_at=now
        )
        tx.add(attempt)
        tx.flush()
        return attempt.id


def end_attempt(tx: Session, attempt_id: UUID, address: str, outcome: AttemptOutcome) -> None:
    values = {"address": _source(address), "outcome": outcome}
    tx.execute(update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(values))


def withdraw_attempt(attempt_id: UUID) -> None:
    """Forget an attempt whose password nobody has looked at."""
    with write_tx() as tx:
        tx.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def _refuse_too_many(tx: Session, account: str, source: str, now: datetime) -> None:
    of_account = SignInAttempt.account == account
    if _is_familiar(tx, account, source):
        # Where the person has signed in before, only failures there count: strangers who guess
        # elsewhere, or at a neighbour's account, do not keep them out.
        here = SignInAttempt.address.in_((source, _UNDER_WAY))
        counted: list[ColumnElement[bool]] = [of_account & here]
    else:
        counted = [of_account, SignInAttempt.address == source]
    waits = [_wait(tx, failures, now) for failures in counted]
    if max(waits) > 0:
        raise TooManyAttempts(max(waits))


def _is_familiar(tx: Session, account: str, source: str) -> bool:
    succeeded = select(SignInAttempt.id).where(
        SignInAttempt.account == account,
        SignInAttempt.address == source,
        SignInAttempt.outcome == AttemptOutcome.SUCCEEDED,
    )
    return tx.scalar(select(succeeded.exists())) or False


def _wait(tx: Session, counted: ColumnElement[bool], now: datetime) -> int:
    """Seconds until there are fewer failures within the window than are allowed."""
    oldest_that_counts = (
        select(SignInAttempt.created_at)
        .where(counted, SignInAttempt.outcome == AttemptOutcome.FAILED)
        .where(SignInAttempt.created_at > now - WINDOW)
        .order_by(SignInAttempt.created_at.desc())
        .offset(MOST_FAILURES - 1)
        .limit(1)
    )
    oldest = tx.scalar(oldest_that_counts)
    return 0 if oldest is None else int((oldest + WINDOW - now).total_seconds()) + 1


def _account(email: str) -> str:
    return sha256(email.encode("utf-8", "surrogatepass")).hexdigest()


def _source(address: str) -> str:
    """The address, or of IPv6 the network that one customer is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        # Some proxies tell the port too, which is another one with each connection.
        host, _, port = address.rpartition(":")
        return _source(host.strip("[]")) if host and port.isdecimal() else address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return address
