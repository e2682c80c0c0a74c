"""Which failures of an AWS call pass by themselves."""

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


def is_temporary(error: BaseException) -> bool:
    """Whether the same call may succeed later: throttled, overloaded, or not answered."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") in _TEMPORARY_CODES
    return isinstance(error, NotConnectedError | HTTPClientError)
