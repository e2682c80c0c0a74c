"""What a failure of an AWS call means: a lost race, an overload that passes, or a fault."""

from __future__ import annotations

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnectedError

# Source: the throttling and transient codes of botocore's standard retry mode.
_TEMPORARY_CODES = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

# A single write gets the last one when a transaction is about to write or check the same item.
_LOST_RACES = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})
_LOST_IN_A_TRANSACTION = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


def failed_condition(error: ClientError) -> bool:
    """Whether a write to DynamoDB, or a transaction, was refused because somebody else was first."""
    if error.response["Error"]["Code"] in _LOST_RACES:
        return True
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") in _LOST_IN_A_TRANSACTION for reason in reasons)


def is_temporary(error: BaseException) -> bool:
    """Whether the same call may succeed later: throttled, overloaded, or not answered."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") in _TEMPORARY_CODES
    return isinstance(error, NotConnectedError | HTTPClientError)
