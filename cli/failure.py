"""How a command fails: an exit code that scripts can rely on, and a line that says what to do next."""

from __future__ import annotations

from enum import IntEnum

from cli.ledger import LedgerError
from cli.pictures import CaptionsError
from cli.problem import UnreachableError
from cli.stage import OperationError
from encoders.errors import HubUnreachableError, ModelError
from lumenstock.kernel.errors import (
    ClientError,
    ConfigurationError,
    ForbiddenError,
    InvalidInputError,
    LumenstockError,
    NotAuthenticatedError,
    NotFoundError,
    TooManyRequestsError,
)


class Exit(IntEnum):
    """Exit codes of every command. They are part of the interface: only added, never changed."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    SERVICE_FAILED = 4
    REFUSED = 5
    STILL_PROCESSING = 6
    STATE_FILE = 7
    NOT_PASSED = 8
    STOPPED = 130


# Nearest class first.
_RULES: tuple[tuple[type[LumenstockError], Exit, str], ...] = (
    (NotAuthenticatedError, Exit.NOT_SIGNED_IN, "Sign in with `lumenstock login EMAIL`."),
    (ForbiddenError, Exit.REFUSED, "Your account's roles do not allow this; `lumenstock whoami` lists them."),
    (NotFoundError, Exit.REFUSED, "Check the id: `lumenstock search` lists those of approved pictures."),
    (TooManyRequestsError, Exit.REFUSED, "Wait a minute, then send less at a time."),
    (InvalidInputError, Exit.REFUSED, "Change what is named above and call again."),
    (
        UnreachableError,
        Exit.SERVICE_FAILED,
        "Start the local cloud with `lumenstock local up`, or name another address with --api.",
    ),
    (HubUnreachableError, Exit.SERVICE_FAILED, "Where only a mirror is reachable, name it with --hub."),
    (ModelError, Exit.REFUSED, ""),
    (ClientError, Exit.REFUSED, ""),
    (ConfigurationError, Exit.SERVICE_FAILED, ""),
    (LedgerError, Exit.STATE_FILE, "Move it away (the server knows what it has), or name one with --state."),
    (OperationError, Exit.SERVICE_FAILED, "Check the credentials, the region and that the stage is up."),
    (LumenstockError, Exit.SERVICE_FAILED, ""),
)
# Errors of this machine say themselves what to do; those of the API know only which request it was.
_OF_THE_API = "Call again in a minute; `lumenstock local logs` shows what went wrong in the local cloud."


def explain(error: LumenstockError | CaptionsError) -> tuple[Exit, list[str]]:
    """The exit code for an error, and the lines to show: what happened, details, what to do next."""
    if isinstance(error, CaptionsError):
        return Exit.USAGE, [str(error), "Its first line names the columns: filename,title,tags"]
    exit_code, advice = next((code, advice) for kind, code, advice in _RULES if isinstance(error, kind))
    fields = [f"{item.pointer}: {item.detail}" for item in error.errors]
    notes = [f"({note})" for note in getattr(error, "__notes__", [])]
    if notes and exit_code is Exit.SERVICE_FAILED:
        advice = advice or _OF_THE_API
    return exit_code, [error.detail, *fields, *notes, *([advice] if advice else [])]
