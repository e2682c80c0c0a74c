"""What a failure of OpenSearch means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from opensearchpy.exceptions import OpenSearchException, TransportError

from lumenstock.kernel.errors import SearchUnavailableError

BUSY = frozenset({429, 500, 502, 503, 504})
NOT_FOUND = 404
GONE = frozenset({"index_not_found_exception", "search_context_missing_exception"})


def status_of(error: OpenSearchException) -> int:
    """The HTTP status; 503 where no answer came."""
    code = error.status_code if isinstance(error, TransportError) else None
    return code if isinstance(code, int) else 503


def causes_of(error: TransportError) -> set[str]:
    """The types of what is wrong, as the engine names it and its parts do."""
    said = error.info.get("error", {}) if isinstance(error.info, dict) else {}
    causes = said.get("root_cause", ()) if isinstance(said, dict) else ()
    return {error.error, *(cause["type"] for cause in causes)}


@contextmanager
def available() -> Iterator[None]:
    """Tell of any failure of the engine as the port does."""
    try:
        yield
    except OpenSearchException as error:
        message = f"The search index answers {status_of(error)}."
        raise SearchUnavailableError(message) from error
