"""Searches and gets through the read alias."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError

from lumenstock.adapters.opensearch.faults import GONE, causes_of, status_of
from lumenstock.adapters.opensearch.legs import Response
from lumenstock.adapters.opensearch.mapping import Body
from lumenstock.kernel.ids import ImageId

_PAUSES_S = (0.02, 0.1, 0.3)
_UNAVAILABLE = 503
_HOW = {
    "allow_partial_search_results": "false",  # a total without one part of the index is wrong
    "include_named_queries_score": "true",
}
_NOTHING: Response = {
    "_shards": {"total": 0},
    "hits": {"total": {"value": 0}, "hits": []},
    "aggregations": {},
}


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

    def search(self, search: Body) -> Response:
        """The answer to ``search``."""
        for pause_s in _PAUSES_S:
            try:
                return self._client.search(index=self._alias, body=search, params=_HOW)  # type: ignore[no-any-return] # JSON
            except TransportError as error:
                again = status_of(error) == _UNAVAILABLE and pause_s != _PAUSES_S[-1]
                if not (again or GONE & causes_of(error)):
                    raise
            self._pause(pause_s)
        return _NOTHING

    def sources(self, ids: Sequence[ImageId]) -> dict[ImageId, Mapping[str, Any]]:
        """What was last written under ``ids``, in their order, searchable or not yet."""
        for pause_s in _PAUSES_S if ids else ():
            found = self._client.mget(index=self._alias, body={"ids": list(ids)})["docs"]
            errors = [one["error"]["type"] for one in found if "error" in one]
            if not errors:
                return {ImageId(one["_id"]): one["_source"] for one in found if one["found"]}
            if not GONE.issuperset(errors) and pause_s == _PAUSES_S[-1]:
                raise TransportError(_UNAVAILABLE, errors[0])
            self._pause(pause_s)
        return {}
