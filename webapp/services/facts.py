"""What can be wrong, as facts. Services and runs raise them; `web/errors.py` alone tells people."""

from datetime import datetime


class Fact(Exception):
    """Something that a person can be told in a sentence."""


class SessionGone(Fact):
    """The chat was deleted meanwhile."""


class SessionInactive(Fact):
    """The chat is deactivated: it can be read, and takes no messages."""


class MessageGone(Fact):
    """The message is not among what the chat consists of now, or never was."""


class KeyUsed(Fact):
    """Another message was sent with this key."""


class RunAlreadyActive(Fact):
    """The chat has a run that has not ended."""


class RunNotRetryable(Fact):
    """Only the last turn of a chat can be tried again, once it has ended without a reply."""


class RunNotContinuable(Fact):
    """Only the last turn of a chat can go on, once it has ended without a whole reply."""


class ApprovalSettled(Fact):
    """Nothing waits for this decision: it was made already, or the run has ended or gone on."""


class TooManyTokens(Fact):
    """The person has as many tokens as one may have."""


class TokenGone(Fact):
    """The person has no such token, or has revoked it."""


class TooManyRuns(Fact):
    """The person, or everybody together, has as many runs as are allowed at one time."""


class EmailTaken(Fact):
    """There is an account with this email."""


class EmailRefused(Fact):
    """It is no email; the text says what is wrong."""


class NameRefused(Fact):
    """The name is empty or too long; the text says which."""


class AccountGone(Fact):
    """The account was deleted meanwhile."""


class LastAdmin(Fact):
    """There must stay an admin who can sign in."""


class RegistrationClosed(Fact):
    """Strangers may not make accounts here."""


class ServerBusy(Fact):
    """So many ask for the same costly thing that this one has to come again."""


class PasswordRefused(Fact):
    """The password is too short, too long or too common; the text says which."""


class PasswordWrong(Fact):
    """It is not the password of the person who is signed in."""


class TimeZoneRefused(Fact):
    """There is no time zone of this name."""


class SignInRefused(Fact):
    """Unknown, wrong or disabled: nobody is told which."""


class SignInGone(Fact):
    """The person is not signed in there (any more)."""


class TooManyAttempts(Fact):
    """So many failures that the next try has to wait."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        """Seconds."""


class SetupClosed(Fact):
    """There is an account already."""


class SetupTokenWrong(Fact):
    """The token is not the one that was printed when the server started."""


class InvitationClosed(Fact):
    """The invitation was used or withdrawn, is past, or never was."""


class ResetClosed(Fact):
    """The link for a new password was used, is past, or never was."""


class ReadingOff(Fact):
    """The operator has decided that admins do not read other people's chats."""


class ReasonNeeded(Fact):
    """Another person's chat is read with a reason, given at most an hour ago."""


class CapReached(Fact):
    """The person has used what a person may use in a day or month."""

    def __init__(self, what: str, limit: int, period: str, ends_at: datetime) -> None:
        super().__init__(what, limit, period, ends_at)
        self.what = what
        """`messages` or `tokens`."""
        self.limit = limit
        self.period = period
        """`day` or `month`, of UTC."""
        self.ends_at = ends_at
        """When the next period begins, and counting begins anew."""


class TodoGone(Fact):
    """The person has no such todo (any more)."""


class TodoAmbiguous(Fact):
    """Several todos are meant by the words."""

    def __init__(self, titles: list[str]) -> None:
        super().__init__(titles)
        self.titles = titles


class TodoExists(Fact):
    """The person has an open todo of this title; the text is the title."""


class TodoRefused(Fact):
    """A title, note or tag is empty or too long; the text says which."""


class TooManyTodos(Fact):
    """The person has as many todos as one may have."""
