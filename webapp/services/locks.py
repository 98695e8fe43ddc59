"""One at a time, over all processes and machines."""

from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def lock_until_commit(tx: Session, *names: str) -> None:
    """Let only one transaction at a time go on with any of `names`.

    On SQLite, whoever is in `write_tx` is alone already.
    """
    if tx.get_bind().dialect.name != "postgresql":
        return
    # In one order for everybody: two that want the same two names must not wait for each other.
    for number in sorted({_number(name) for name in names}):
        tx.execute(select(func.pg_advisory_xact_lock(number)))


def _number(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True)
