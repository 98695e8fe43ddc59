"""What can be wrong, as facts. Services and runs raise them; `web/errors.py` alone tells people."""


class Fact(Exception):
    """Something that a person can be told in a sentence."""


class SessionGone(Fact):
    """The chat was deleted meanwhile."""


class SessionInactive(Fact):
    """The chat is deactivated: it can be read, and takes no messages."""


class RunAlreadyActive(Fact):
    """The chat has a run that has not ended."""


class RunNotRetryable(Fact):
    """Only the last turn of a chat can be tried again, once it has ended without a reply."""


class TooManyRuns(Fact):
    """The person, or everybody together, has as many runs as are allowed at one time."""


class EmailTaken(Fact):
    """There is an account with this email."""


class PasswordRefused(Fact):
    """The password is too short, too long or too common; the text says which."""


class SignInRefused(Fact):
    """Unknown, wrong or disabled: nobody is told which."""


class TooManyAttempts(Fact):
    """So many failures that the next try has to wait."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after
        """Seconds."""


class SetupClosed(Fact):
    """There is an account already, or the link's token is not the one that was printed."""
