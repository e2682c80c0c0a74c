"""What a failure of an AWS call means: a lost race, an overload that passes, or a fault."""

from __future__ import annotations

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnectedError

# Source: the throttling and transient codes of botocore's standard retry mode; the last one is of DynamoDB,
# to a single write on an item that a transaction is about to write or check.
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
        "TransactionConflictException",
    }
)

_REFUSED_IN_A_TRANSACTION = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


def failed_condition(error: ClientError) -> bool:
    """Whether a conditional write to DynamoDB or a transaction was refused by its condition."""
    if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
        return True
    reasons = error.response.get("CancellationReasons", [])
    return any(reason.get("Code") in _REFUSED_IN_A_TRANSACTION for reason in reasons)


def lost_race(error: ClientError) -> bool:
    """Whether to read again and write again: somebody was first, or has a transaction on this item."""
    return failed_condition(error) or error.response["Error"]["Code"] == "TransactionConflictException"


def is_temporary(error: BaseException) -> bool:
    """Whether the same call may succeed later: throttled, overloaded, or not answered."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") in _TEMPORARY_CODES
    return isinstance(error, NotConnectedError | HTTPClientError)
