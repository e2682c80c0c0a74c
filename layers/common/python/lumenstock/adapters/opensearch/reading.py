"""Searches and gets through the read alias, several searches over one state of the index."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, TransportError

from lumenstock.adapters.opensearch.faults import GONE, status_of
from lumenstock.adapters.opensearch.legs import Response
from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.kernel.ids import ImageId

_PAUSES_S = (0.02, 0.1, 0.3)
_UNAVAILABLE = 503
_KEEP_ALIVE = "10s"  # longer than a search may take
_WHOLE = {"allow_partial_search_results": "false"}  # a total without one part of the index is wrong
_EMPTY: Response = {"hits": {"total": {"value": 0}, "hits": []}, "aggregations": {}}


class Reader:
    """Asks the index behind an alias. Where there is none, nothing was ever written: nothing is found.

    A rebuild that ends takes the old index away from under a search, and a part of an index that moves to
    another node, or was just made, is away for a moment: then it is asked again.
    """

    def __init__(
        self, client: OpenSearch, alias: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """Read through ``alias``; ``pause`` rests for so many seconds."""
        self._client = client
        self._alias = alias
        self._pause = pause

    def search(self, searches: Sequence[Body]) -> list[Response]:
        """The answers to ``searches``, all from one state of the index."""
        for pause_s in _PAUSES_S:
            try:
                return self._search(searches)
            except NotFoundError as error:
                if error.error not in GONE:
                    raise
            except TransportError as error:
                if status_of(error) != _UNAVAILABLE or pause_s == _PAUSES_S[-1]:
                    raise
            self._pause(pause_s)
        return [_EMPTY for _ in searches]

    def sources(self, ids: Sequence[ImageId]) -> dict[ImageId, Mapping[str, Any]]:
        """What was last written under ``ids``, in their order, searchable or not yet."""
        for pause_s in _PAUSES_S if ids else ():
            found = self._client.mget(index=self._alias, body={"ids": list(ids)})["docs"]
            errors = [one["error"]["type"] for one in found if "error" in one]
            if not errors:
                return {ImageId(one["_id"]): one["_source"] for one in found if one["found"]}
            if not GONE.issuperset(errors):
                raise TransportError(_UNAVAILABLE, errors[0])
            self._pause(pause_s)
        return {}

    def _search(self, searches: Sequence[Body]) -> list[Response]:
        if len(searches) == 1:
            return [self._client.search(index=self._alias, body=searches[0], params=_WHOLE)]
        with self._state() as state:
            lines: list[Body] = []
            for search in searches:
                lines += [_WHOLE, search | {"pit": {"id": state}}]
            responses: list[Response] = self._client.msearch(body=lines)["responses"]
        for response in responses:
            if "error" in response:
                _raise(response)
        return responses

    @contextmanager
    def _state(self) -> Iterator[str]:
        """A point in time of the index."""
        state: str = self._client.create_pit(index=self._alias, params={"keep_alive": _KEEP_ALIVE})["pit_id"]
        try:
            yield state
        finally:
            self._client.delete_pit(body={"pit_id": [state]})


def _raise(response: Response) -> None:
    error, status = response["error"], int(response["status"])
    causes = {error["type"], *(cause["type"] for cause in error.get("root_cause", ()))}
    if gone := causes & GONE:
        raise NotFoundError(404, gone.pop(), response)
    raise TransportError(status, error["type"], response)
