"""What the pipeline's use cases need of buckets and queues; the AWS adapters have it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from enum import Enum, auto
from pathlib import Path
from typing import Protocol


class StoredObject(Protocol):
    """What a bucket says of one version of an object."""

    @property
    def version_id(self) -> str | None:
        """The version; None in a bucket without versions."""
        ...

    @property
    def etag(self) -> str:
        """The ETag, unquoted."""
        ...

    @property
    def size_bytes(self) -> int:
        """The length in bytes."""
        ...


class OpenedObject(StoredObject, Protocol):
    """One version of an object whose bytes are still to be read."""

    def save(self, path: Path) -> None:
        """Write the bytes to a file; once."""
        ...


class NewOriginals(Protocol):
    """Files of which nobody knows yet what they are."""

    def opened(self, key: str, version_id: str | None = None) -> AbstractContextManager[OpenedObject]:
        """Begin to read one version, or the newest; what it is stands before its bytes.

        Raises:
            NotFoundError: No such object.
        """
        ...


class Originals(Protocol):
    """The files as the contributors sent them."""

    def head(self, key: str, version_id: str | None = None) -> StoredObject:
        """Look at one version, or the newest.

        Raises:
            NotFoundError: No such object.
        """
        ...

    def download(self, key: str, path: Path, version_id: str | None = None) -> None:
        """Write one version to a file.

        Raises:
            NotFoundError: No such object.
        """
        ...


class DevelopedPictures(Protocol):
    """What was made of camera raw, as private as the originals."""

    def put_developed(self, key: str, path: Path) -> None:
        """Write one; the same key always gets the same picture."""
        ...


class Derivatives(Protocol):
    """The public files."""

    def put_derivative(self, key: str, body: bytes, content_type: str) -> None:
        """Write one; the same key always gets the same picture."""
        ...


class PublicFiles(Derivatives, Protocol):
    """The public files, to be read as well."""

    def download(self, key: str, path: Path, version_id: str | None = None) -> None:
        """Write one to a file.

        Raises:
            NotFoundError: No such object.
        """
        ...

    def head(self, key: str, version_id: str | None = None) -> StoredObject:
        """Look at one.

        Raises:
            NotFoundError: No such object.
        """
        ...

    def read(self, key: str) -> bytes:
        """The bytes of one.

        Raises:
            NotFoundError: No such object.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove one, if it is there."""
        ...


class Standing(Enum):
    """What somebody finds who wants to do what only one may do at a time."""

    OURS = auto()
    TAKEN = auto()
    HOPELESS = auto()


class Flight(Protocol):
    """One try at work that only one may do at a time."""

    def begin(self) -> Standing:
        """Take the work: ``OURS``, or another one has it, or it came to nothing not long ago."""
        ...

    def end(self) -> None:
        """Give the work back: it is done, or may be tried again at once."""
        ...

    def give_up(self) -> None:
        """Remember for a while that it comes to nothing."""
        ...


class Outbox(Protocol):
    """A queue to send to."""

    def send(self, message: Mapping[str, object]) -> None:
        """Send one message as JSON."""
        ...
