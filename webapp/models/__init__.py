"""The tables. One file a noun; importing this package makes them all known."""

from webapp.models.agent_run import AgentRun, RunStatus
from webapp.models.agent_session import AgentSession
from webapp.models.api_token import ApiToken
from webapp.models.audit_entry import AuditEntry
from webapp.models.invitation import Invitation
from webapp.models.password_reset import PasswordReset
from webapp.models.run_event import RunEvent
from webapp.models.run_span import RunSpan
from webapp.models.search_document import SearchDocument
from webapp.models.session_message import MessageRole, SessionMessage
from webapp.models.sign_in import SignIn
from webapp.models.sign_in_attempt import AttemptOutcome, SignInAttempt
from webapp.models.todo_item import TodoItem
from webapp.models.tool_approval import ToolApproval
from webapp.models.usage_cap import UsageCap
from webapp.models.usage_day import UsageDay
from webapp.models.user import User, UserRole

__all__ = [
    "AgentRun",
    "AgentSession",
    "ApiToken",
    "AttemptOutcome",
    "AuditEntry",
    "Invitation",
    "MessageRole",
    "PasswordReset",
    "RunEvent",
    "RunSpan",
    "RunStatus",
    "SearchDocument",
    "SessionMessage",
    "SignIn",
    "SignInAttempt",
    "TodoItem",
    "ToolApproval",
    "UsageCap",
    "UsageDay",
    "User",
    "UserRole",
]
