"""What is said when something cannot be done: a status, a title, a sentence about what to do."""

from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.services import facts
from webapp.web.moments import in_own_zone

BUSY_SECONDS = 5


@dataclass(frozen=True)
class Trouble:
    status: int
    title: str
    sentence: str
    retry_after: int | None = None
    """Seconds."""

    @property
    def headers(self) -> dict[str, str]:
        """What an answer that tells of it says beside."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


NOT_FOUND = Trouble(
    404,
    "There is no such page",
    "It may have been deleted, or it belongs to somebody else. Check the address.",
)
BUSY = Trouble(
    503,
    "Busy just now",
    "The database cannot be reached or written to. Nothing that was saved is lost. "
    "Try again in a moment.",
    BUSY_SECONDS,
)
NO_COOKIE = Trouble(
    400,
    "Your browser sent no cookie",
    "Parley needs one to know you by. Allow cookies for this site, then go back, reload the page "
    "and try again.",
)
BROKEN = Trouble(500, "Something went wrong", "It is not your doing, and it has been noted.")
UNKNOWN_FACT = Trouble(409, "That cannot be done now", "Go back, reload the page and try again.")

OF_STATUS: dict[int, Trouble] = {
    400: Trouble(400, "That could not be understood", "Go back, reload the page and try again."),
    401: Trouble(401, "Sign in first", "Your sign-in has ended."),
    403: Trouble(403, "This is for admins", "Ask an admin if you need to see it."),
    404: NOT_FOUND,
    405: Trouble(405, "That cannot be done here", "Go back and try another way."),
    413: Trouble(413, "That is too much at once", "Send it in smaller parts."),
    415: Trouble(415, "That kind of content is not taken", "Go back and try another way."),
    429: Trouble(429, "Too much at once", "Wait a moment, then try again.", BUSY_SECONDS),
    503: BUSY,
}

OF_FACTS: dict[type[facts.Fact], Trouble] = {
    facts.SessionGone: Trouble(
        404,
        "There is no such chat",
        "It may have been deleted, or it belongs to somebody else. "
        "Check the address, or find it among your chats.",
    ),
    facts.SessionInactive: Trouble(
        409, "This chat is deactivated", "It can be read. Activate it to send messages."
    ),
    facts.MessageGone: Trouble(
        409, "This message was replaced", "Something else stands there now. Reload the page."
    ),
    facts.KeyUsed: Trouble(
        422, "This key was used before", "For another message. Give each message a key of its own."
    ),
    facts.RunAlreadyActive: Trouble(
        409, "A reply is on its way", "Wait until it has ended, or stop it, then send again."
    ),
    facts.RunNotRetryable: Trouble(
        409, "This cannot be tried again", "Only the last turn of a chat can, once it has ended."
    ),
    facts.RunNotContinuable: Trouble(
        409, "This cannot go on", "Only the last turn of a chat can, once it has ended."
    ),
    facts.ApprovalSettled: Trouble(
        409,
        "This was settled already",
        "Somebody decided, or the reply has ended. Reload the page.",
    ),
    facts.TooManyRuns: Trouble(
        429, "Too many replies at once", "Wait until one has ended, then send again.", BUSY_SECONDS
    ),
    facts.TooManyTokens: Trouble(
        409, "Too many tokens", "Revoke one that is not used any more, then make another."
    ),
    facts.TokenGone: Trouble(404, "There is no such token", "It was revoked already."),
    facts.EmailTaken: Trouble(409, "This email is taken", "There is an account with it already."),
    facts.EmailRefused: Trouble(422, "This is no email", "Write one such as ada@example.org."),
    facts.NameRefused: Trouble(422, "Choose another name", "This one is empty or too long."),
    facts.PasswordRefused: Trouble(422, "Choose another password", "This one is easy to guess."),
    facts.PasswordWrong: Trouble(422, "Wrong password", "This is not your password."),
    facts.TimeZoneRefused: Trouble(422, "No such time zone", "Choose one of the list."),
    facts.AccountGone: Trouble(404, "There is no such person", "The account was deleted."),
    facts.LastAdmin: Trouble(
        409, "This is the last admin", "Make somebody else an admin first, then try again."
    ),
    facts.SignInRefused: Trouble(422, "That did not work", "The email or the password is wrong."),
    facts.SignInGone: Trouble(404, "There is no such sign-in", "It has ended already."),
    facts.RegistrationClosed: Trouble(
        404, "Registration is closed", "Ask an admin for an account."
    ),
    facts.ServerBusy: Trouble(
        503, "Busy just now", "Many people ask at once. Try again in a moment.", BUSY_SECONDS
    ),
    facts.SetupClosed: Trouble(
        404, "Parley is set up already", "Sign in, or ask an admin for an account."
    ),
    facts.SetupTokenWrong: Trouble(422, "Wrong token", "Use the one that the server printed."),
    facts.InvitationClosed: Trouble(
        404, "This invitation has ended", "It was used or withdrawn. Ask for another."
    ),
    facts.ResetClosed: Trouble(
        404, "This link has ended", "It was used, or it is too old. Ask for another."
    ),
    facts.TodoGone: Trouble(404, "There is no such todo", "It may have been deleted meanwhile."),
    facts.TodoExists: Trouble(
        409, "There is an open todo of this title", "Complete that one first, or delete one."
    ),
    facts.ReadingOff: Trouble(
        403, "Chats are private here", "Admins do not read other people's chats."
    ),
    facts.ReasonNeeded: Trouble(403, "Say why first", "Reading another's chat needs a reason."),
}


def of_fact(fact: facts.Fact) -> Trouble:
    if isinstance(fact, facts.TooManyAttempts):
        return _too_many_attempts(fact)
    if isinstance(fact, facts.CapReached):
        return _cap_reached(fact)
    return next(
        (trouble for kind, trouble in OF_FACTS.items() if isinstance(fact, kind)), UNKNOWN_FACT
    )


def of_status(status: int) -> Trouble:
    """Another than the ones above is told as the plainest of its kind."""
    return OF_STATUS.get(status, BROKEN if status >= BROKEN.status else OF_STATUS[400])


def _too_many_attempts(fact: facts.TooManyAttempts) -> Trouble:
    minutes = -(-fact.retry_after // 60)
    wait = "a minute" if minutes <= 1 else f"{minutes} minutes"
    return Trouble(
        429, "Too many tries", f"Too many tries. Wait {wait}, then try again.", fact.retry_after
    )


def _cap_reached(fact: facts.CapReached) -> Trouble:
    wait = max(1, int((fact.ends_at - datetime.now(UTC)).total_seconds()))
    used = f"You have used your {fact.limit:,} {fact.what} of this {fact.period}."
    there = in_own_zone(fact.ends_at)
    begins = f"{there:%H:%M %Z} on {there.day} {there:%B}"
    again = f"Counting begins anew at {begins}, in {_in_words(wait)}."
    return Trouble(429, "That is all for now", f"{used} {again}", wait)


def _in_words(seconds: int) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}s"
    return "a minute"
