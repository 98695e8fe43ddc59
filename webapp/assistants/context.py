"""What a run's tools are told about the person they act for."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ChatContext:
    """The person and the place of a run. Tools act with the rights of `user_id` alone."""

    user_id: UUID
    display_name: str
    time_zone: str
    """An IANA name."""
    session_id: UUID
    run_id: UUID
