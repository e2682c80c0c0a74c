"""Snapshots of the index that answers, in a repository that the engine itself writes to: S3, or a folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError as MissingError

from lumenstock.adapters.opensearch.aliases import Aliases
from lumenstock.adapters.opensearch.faults import available
from lumenstock.kernel.errors import NotFoundError, ServiceError

_LOOK_S = 0.5
_RESTORE_S = 6 * 3600
_ENDED = frozenset({"SUCCESS", "PARTIAL", "FAILED"})


class SnapshotError(ServiceError):
    """The engine could not take a snapshot, or not whole."""

    code, title = "snapshot_failed", "Snapshot failed"


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """One snapshot.

    Attributes:
        state: ``SUCCESS``, ``IN_PROGRESS``, ``PARTIAL`` or ``FAILED``.
        begun_at: ISO 8601, UTC.
        indices: Those of the collection in it.
    """

    name: str
    state: str
    begun_at: str
    indices: tuple[str, ...]


class Snapshots:
    """The snapshots of one collection in one repository."""

    def __init__(
        self,
        client: OpenSearch,
        aliases: Aliases,
        repository: str,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep snapshots of what is behind ``aliases`` in ``repository``; ``pause`` rests so many seconds."""
        self._client = client
        self._aliases = aliases
        self._repository = repository
        self._pause = pause

    def register(self, kind: str, settings: Mapping[str, str]) -> None:
        """Make the repository known to the engine, which looks whether it can write there."""
        body = {"type": kind, "settings": dict(settings)}
        with available():
            self._client.snapshot.create_repository(repository=self._repository, body=body)

    def take(self, name: str) -> SnapshotInfo:
        """Take a snapshot of the index that answers, and wait for its end.

        Raises:
            SnapshotError: It failed, or a part of the index is not in it.
            NotFoundError: There is no index yet, or no such repository.
        """
        index = self._aliases.answering()
        if index is None:
            raise NotFoundError("There is no index to take a snapshot of.")
        body = {"indices": index, "include_global_state": False}
        with available(), self._known():
            self._client.snapshot.create(repository=self._repository, snapshot=name, body=body)
            while (taken := self._info(name)).state not in _ENDED:
                self._pause(_LOOK_S)
        if taken.state != "SUCCESS":
            message = f"Snapshot {name} is {taken.state}."
            raise SnapshotError(message)
        return taken

    def all(self) -> list[SnapshotInfo]:
        """All snapshots that hold an index of the collection, oldest first."""
        with available(), self._known():
            found = self._client.snapshot.get(repository=self._repository, snapshot="_all")["snapshots"]
        kept = (self._told(one) for one in found)
        return sorted((one for one in kept if one.indices), key=lambda one: (one.begun_at, one.name))

    def restore(self, name: str) -> str:
        """Bring a snapshot's index back beside the one that answers; from then on writes go to both.

        Returns:
            Its name. It answers after :meth:`lumenstock.adapters.opensearch.aliases.Aliases.finish`.

        Raises:
            ConflictError: The snapshot is of another form of the index: only a reindex helps.
            NotFoundError: There is no such snapshot, or it holds no index of this collection.
            SnapshotError: It did not come back.
        """
        with available(), self._known():
            indices = self._info(name).indices
            if not indices:
                message = f"Snapshot {name} holds no index of this collection."
                raise NotFoundError(message)
            into = self._aliases.next_name()
            body = {
                "indices": indices[-1],
                "include_global_state": False,
                "include_aliases": False,
                "rename_pattern": ".+",
                "rename_replacement": into,
            }
            self._client.snapshot.restore(repository=self._repository, snapshot=name, body=body)
            self._wait_for(into)
            self._aliases.bring_in(into)
        return into

    def _wait_for(self, index: str) -> None:
        for _ in range(int(_RESTORE_S / _LOOK_S)):
            # The engine's "yellow" says nothing: it is that from the first byte of a restore on.
            health = self._client.cluster.health(index=index, params={"level": "indices"})
            known = health["indices"].get(index)
            if known and known["active_primary_shards"] == known["number_of_shards"]:
                return
            self._pause(_LOOK_S)
        message = f"The index {index} did not come back."
        raise SnapshotError(message)

    def _info(self, name: str) -> SnapshotInfo:
        (found,) = self._client.snapshot.get(repository=self._repository, snapshot=name)["snapshots"]
        return self._told(found)

    def _told(self, found: Mapping[str, Any]) -> SnapshotInfo:
        indices = sorted(index for index in found["indices"] if self._aliases.owns(index))
        return SnapshotInfo(found["snapshot"], found["state"], found["start_time"], tuple(indices))

    @contextmanager
    def _known(self) -> Iterator[None]:
        try:
            yield
        except MissingError as missing:
            message = f"Repository {self._repository} has no such snapshot, or there is no such repository."
            raise NotFoundError(message) from missing
