"""An answer that is given in the engine's place."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The guard answers instead of the engine.

    Attributes:
        status: HTTP status.
        message: Why, for the person who reads the client's error.
    """

    def __init__(self, status: int, message: str) -> None:
        """Answer ``status`` with ``message``."""
        super().__init__(message)
        self.status = status
        self.message = message
