"""The word that opens another person's chat to an admin, for an hour."""

from uuid import UUID

from flask_login import current_user

from webapp.forms.admin import ReasonForm
from webapp.services.facts import ReadingOff, ReasonNeeded
from webapp.services.reading import check_chat_open, last_reason, open_chat
from webapp.web.current import address, settings


def refuse_where_off() -> None:
    """Raises ReadingOff where the operator has decided that admins do not read."""
    if not settings().admin_reading:
        raise ReadingOff


def is_open(session_id: UUID) -> bool:
    """Whether the admin may read this chat now. Raises ReadingOff, SessionGone."""
    refuse_where_off()
    try:
        check_chat_open(current_user.id, session_id)
    except ReasonNeeded:
        return False
    return True


def reason_form() -> ReasonForm:
    """Empty, or with what was said last: the same work often leads to several chats."""
    return ReasonForm(formdata=None, reason=last_reason(current_user.id))


def give_reason(session_id: UUID, form: ReasonForm) -> None:
    """Raises SessionGone."""
    open_chat(current_user.id, session_id, form.text("reason"), address=address())
