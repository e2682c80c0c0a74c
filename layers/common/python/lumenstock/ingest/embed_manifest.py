"""Lists of images to embed: slices for the children of an array job, and what each child says of its own.

A list ``NAME`` is the folder ``bulk/embed/NAME/`` in the bucket of the originals. Slice 7 is ``00007.csv``,
an image id a line. When it is done there is ``00007.failed.csv`` with what could not be embedded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from lumenstock.ingest.backfill import BULK
from lumenstock.kernel.errors import ConfigurationError
from lumenstock.kernel.ids import ImageId
from lumenstock.kernel.portions import portions

LISTS = f"{BULK}embed/"
SLICE = 20_000  # images a child: two minutes of an L4, so that a lost spot machine costs little
CHILDREN_MAX = 10_000  # AWS Batch has no more in one array


class BulkFiles(Protocol):
    """The bucket of lists and reports."""

    def read(self, key: str) -> bytes:
        """The bytes of one object.

        Raises:
            NotFoundError: No such object.
        """
        ...

    def put_list(self, key: str, body: bytes) -> None:
        """Write one."""
        ...


def slice_key(folder: str, index: int | None) -> str:
    """Key of the list that a job works through.

    Args:
        folder: Key of one list, or with ``/`` at its end of a folder of slices.
        index: Number of the child in its array; None outside of one.

    Raises:
        ConfigurationError: A folder, but no number.
    """
    if not folder.endswith("/"):
        return folder
    if index is None:
        message = f"{folder} is a folder of slices: only a child of an array job has one of them."
        raise ConfigurationError(message)
    return f"{folder}{index:05}.csv"


def report_key(key: str) -> str:
    """Key of what is said of the list at ``key``."""
    return f"{key.removesuffix('.csv')}.failed.csv"


def read_ids(files: BulkFiles, key: str) -> list[ImageId]:
    """The images of a list.

    Raises:
        NotFoundError: There is no such list.
    """
    return [ImageId(line) for line in files.read(key).decode("ascii").split()]


def write_ids(files: BulkFiles, key: str, ids: Iterable[ImageId]) -> None:
    """Write a list."""
    files.put_list(key, "".join(f"{image_id}\n" for image_id in ids).encode("ascii"))


def write_slices(files: BulkFiles, folder: str, ids: Iterable[ImageId], size: int = SLICE) -> list[int]:
    """Write ``ids`` as slices of ``size`` below ``folder``; the length of each.

    Raises:
        ConfigurationError: They are too many for one array.
    """
    lengths = list[int]()
    for some in portions(ids, size):
        if len(lengths) == CHILDREN_MAX:
            message = f"More than {CHILDREN_MAX * size:,} images: choose fewer."
            raise ConfigurationError(message)
        write_ids(files, slice_key(folder, len(lengths)), some)
        lengths.append(len(some))
    return lengths
