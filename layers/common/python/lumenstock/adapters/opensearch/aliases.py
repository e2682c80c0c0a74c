"""Which index is which: names, aliases, and the one step that puts another index in place.

``img-read`` and ``img-write`` stand for the index that answers. While a rebuild fills the next one,
``img-rebuild`` stands for that, and whoever writes writes to both. ``img-retired`` stands for what answered
before and is about to be deleted: taken away in the step that moves the other aliases, an index is missed by
every search for as long as the engine deletes it (up to 0.24 s as measured).
"""

from __future__ import annotations

import hashlib
import json
import re

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, RequestError

from lumenstock.adapters.opensearch.mapping import Body, IndexShape, index_body
from lumenstock.kernel.errors import ConflictError

_START_S = 30
_SETTLE_S = 600  # for copies to be made before a new index answers
_TAKEN_OVER = "Another rebuild of the search index took over."


class Aliases:
    """The indices of one collection."""

    def __init__(self, client: OpenSearch, name: str, shape: IndexShape) -> None:
        """Name everything after ``name``; make new indices in ``shape``."""
        self._client = client
        self._name = name
        self._body = index_body(shape)
        self._made = hashlib.sha256(json.dumps(self._body, sort_keys=True).encode()).hexdigest()
        self._body["mappings"]["_meta"] = {"made": self._made}
        self.read, self.write, self.rebuild = f"{name}-read", f"{name}-write", f"{name}-rebuild"
        self._retired = f"{name}-retired"

    def targets(self) -> dict[str, str]:
        """Where a write has to go: alias to index. The first one ever makes the first index."""
        found = self._indices(self.write, self.rebuild)
        if self.write not in found:
            self._begin_at_all(f"{self._name}-v1")
            found = self._indices(self.write, self.rebuild)
        return found

    def begin(self) -> str:
        """Make the next index, empty, and let writers know of it; what a rebuild left behind goes.

        Returns:
            Its name.

        Raises:
            ConflictError: Another rebuild began at the same time.
        """
        left_over = self._named(self.rebuild, self._retired)
        index = self.next_name()
        if not self._create(index):
            raise ConflictError(_TAKEN_OVER)
        self._announce(index, left_over)
        return index

    def next_name(self) -> str:
        """Name of the index that would be made next."""
        numbers = [int(found[1]) for name in self._all() if (found := re.search(r"-v(\d+)$", name))]
        return f"{self._name}-v{max(numbers, default=0) + 1}"

    def owns(self, index: str) -> bool:
        """Whether an index of this name is one of the collection."""
        return re.fullmatch(rf"{re.escape(self._name)}-v\d+", index) is not None

    def answering(self) -> str | None:
        """The index that answers; None if there is none."""
        return self._indices(self.read).get(self.read)

    def bring_in(self, index: str) -> None:
        """Let writers know of ``index``, which came back from a snapshot; what a rebuild left behind goes.

        It is never gone on with as a rebuild is: who fills it is who brought it in.

        Raises:
            ConflictError: It is of another form than new indices are. It is dropped.
        """
        if self._notes(index).get("made") != self._made:
            self._client.indices.delete(index=index)
            raise ConflictError("The snapshot is of another form of the index: only a reindex helps.")
        self._client.indices.put_mapping(index=index, body={"_meta": {"made": "of a snapshot"}})
        self._announce(index, self._named(self.rebuild, self._retired))

    def _announce(self, index: str, left_over: list[str]) -> None:
        everywhere = {"index": f"{self._name}-v*", "alias": self.rebuild, "must_exist": False}
        here = {"index": index, "alias": self.rebuild}
        self._client.indices.update_aliases(body={"actions": [{"remove": everywhere}, {"add": here}]})
        self._delete(left_over)

    def unfinished(self) -> tuple[str, str | None] | None:
        """The half-built index and its bookmark; None if there is none, or one of another shape."""
        for index in self._named(self.rebuild):
            noted = self._notes(index)
            if noted.get("made") == self._made:
                return index, noted.get("bookmark")
        return None

    def note(self, index: str, bookmark: str) -> None:
        """Keep with a half-built index from where its source goes on."""
        notes = self._notes(index) | {"bookmark": bookmark}
        self._client.indices.put_mapping(index=index, body={"_meta": notes})

    def finish(self, index: str) -> None:
        """Put ``index`` in the place of the one that answers in one step; that one goes when it is done.

        Raises:
            ConflictError: Another rebuild took over.
        """
        self._client.indices.refresh(index=index)
        self._client.cluster.health(
            index=index,
            params={"wait_for_no_initializing_shards": "true", "timeout": f"{_SETTLE_S}s"},
            request_timeout=_SETTLE_S + 5,
        )
        before = [name for name in self._named(self.read, self.write) if name != index]
        actions: list[Body] = [
            {"remove": {"index": index, "alias": self.rebuild, "must_exist": True}},
            {"add": {"index": index, "alias": self.read}},
            {"add": {"index": index, "alias": self.write}},
        ]
        for name in before:
            answering = {"index": name, "aliases": [self.read, self.write], "must_exist": False}
            actions += [{"remove": answering}, {"add": {"index": name, "alias": self._retired}}]
        try:
            self._client.indices.update_aliases(body={"actions": actions})
        except (NotFoundError, RequestError) as error:
            raise ConflictError(_TAKEN_OVER) from error
        self._client.indices.put_mapping(index=index, body={"_meta": {"made": self._made}})
        self._delete(self._named(self._retired))

    def abandon(self, index: str) -> None:
        """Drop a half-built ``index``; one that was put in place stays."""
        if index in self._named(self.rebuild):
            self._delete([index])

    def give_up(self) -> bool:
        """Drop every half-built index; whether there was one."""
        left_over = self._named(self.rebuild)
        for index in left_over:
            self.abandon(index)
        return bool(left_over)

    def _begin_at_all(self, index: str) -> None:
        """Make the first index, or wait for who is making it; readers see it when it can answer."""
        self._create(index)
        ready = {"wait_for_status": "yellow", "timeout": f"{_START_S}s"}
        self._client.cluster.health(index=index, params=ready, request_timeout=_START_S + 5)
        added = [{"add": {"index": index, "alias": alias}} for alias in (self.read, self.write)]
        self._client.indices.update_aliases(body={"actions": added})

    def _create(self, index: str) -> bool:
        """Make an index; False if there is one of that name."""
        try:
            self._client.indices.create(index=index, body=self._body)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            return False
        return True

    def _delete(self, indices: list[str]) -> None:
        for name in indices:
            self._client.indices.delete(index=name, params={"ignore_unavailable": "true"})

    def _notes(self, index: str) -> Body:
        mappings: Body = self._client.indices.get_mapping(index=index)[index]["mappings"]
        notes: Body = mappings.get("_meta", {})
        return notes

    def _all(self) -> list[str]:
        return list(self._client.indices.get(index=f"{self._name}-v*", params={"expand_wildcards": "all"}))

    def _named(self, *aliases: str) -> list[str]:
        return list(dict.fromkeys(self._indices(*aliases).values()))

    def _indices(self, *aliases: str) -> dict[str, str]:
        # Asked for by a pattern, an alias that is missing is no error.
        answer = self._client.indices.get_alias(name=f"{self._name}-*")
        return {
            alias: index for index, entry in answer.items() for alias in entry["aliases"] if alias in aliases
        }
