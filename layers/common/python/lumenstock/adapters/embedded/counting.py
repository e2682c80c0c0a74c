"""How many documents were found, and how many of them carry each value."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import tantivy

from lumenstock.adapters.embedded.carried import Carried, Mask
from lumenstock.search.facets import FILTER_OF
from lumenstock.search.ports import Facets

_TOTAL = {"total": {"value_count": {"field": "row"}}}


def count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """How many documents ``query`` finds."""
    return int(searcher.aggregate(query, _TOTAL)["total"]["value"])


def count_rows(carried: Carried, found: Mask, own: Mapping[str, Mask]) -> tuple[int, Facets]:
    """Count the rows in ``found``: all of them, and by the value of each facet.

    Args:
        carried: The values.
        found: bool[n].
        own: By the name of a facet, what it is counted over instead of ``found``.
    """
    facets = {facet: carried.largest(name, own.get(facet, found)) for facet, name in FILTER_OF.items()}
    return int(np.count_nonzero(found)), Facets(**facets)
