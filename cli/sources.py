"""Where a migration's pictures come from: a folder, or a manifest. Both are read as they are needed.

Nothing here grows with the number of files: a folder is not sorted, a manifest not loaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.manifest import Unusable, read_manifest
from cli.others import PassedOver
from cli.pictures import CAPTIONS, Picture, Words, describe, is_told_of, read_captions
from lumenstock.ingest.upload import media_type_of

Item = Picture | Unusable | PassedOver


def items(source: Path, said: Words) -> Iterator[Item]:
    """The pictures of a folder, or of a manifest (``.jsonl``, ``.ndjson``, any other ending: CSV).

    Raises:
        CaptionsError: The manifest, or a captions file in the folder, is not as it should be.
    """
    return walk(source, said) if source.is_dir() else read_manifest(source, said)


def walk(folder: Path, said: Words) -> Iterator[Item]:
    """The pictures below ``folder``, in the order of the file system.

    Hidden files and folders are passed over, and links to folders: they may lead in a circle. A
    ``captions.csv`` counts as in :func:`cli.pictures.gather`; one is in memory for each level of folders.
    """
    try:
        found = os.scandir(folder)
    except OSError as error:
        yield Unusable(str(folder), "unreadable_folder", f"{error.strerror}: {folder}")
        return
    captions: Mapping[str, Words] | None = None
    with found:
        for entry in found:
            path = Path(entry.path)
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from walk(path, said)
            elif entry.is_dir():
                continue
            elif not media_type_of(entry.name):
                if is_told_of(entry.name):
                    yield PassedOver(path)
            else:
                if captions is None:
                    captions = _captions_beside(path)
                yield describe(path, captions.get(entry.name, Words()), said)


def _captions_beside(path: Path) -> Mapping[str, Words]:
    captions = path.parent / CAPTIONS
    return read_captions(captions) if captions.is_file() else {}
