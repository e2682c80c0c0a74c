"""Whether each picture can be found by everybody, through the search API."""

from __future__ import annotations

import time
from collections.abc import Iterable

from cli.client import Client
from cli.outcome import Outcome, Result

_PAGE_SIZE = 100
_ASK_EVERY_S = 0.5


def wait_for(client: Client, contributor_id: str, image_ids: Iterable[str], patience_s: float) -> set[str]:
    """Wait until a search for the contributor's pictures shows all of ``image_ids``.

    Returns:
        Those that it does not show after ``patience_s``.
    """
    missing = set(image_ids)
    give_up_at_s = time.monotonic() + patience_s
    while missing:
        missing -= _listed(client, contributor_id)
        if time.monotonic() > give_up_at_s:
            break
        if missing:
            time.sleep(_ASK_EVERY_S)
    return missing


def not_found_by_title(client: Client, results: Iterable[Result]) -> list[Result]:
    """Those results whose picture a keyword search for its title does not show.

    A picture that was there already may have another title there: it is enough that something is found.
    """
    missing = []
    for result in results:
        found = client.search({"q": result.picture.title, "mode": "keyword", "page_size": _PAGE_SIZE}).results
        ids = {hit.id for hit in found}
        there = bool(ids) if result.outcome is Outcome.ALREADY_THERE else result.image_id in ids
        if not there:
            missing.append(result)
    return missing


def _listed(client: Client, contributor_id: str) -> set[str]:
    ids: set[str] = set()
    page = 1
    while True:
        found = client.search({"contributor": contributor_id, "page": page, "page_size": _PAGE_SIZE})
        ids |= {hit.id for hit in found.results}
        if len(found.results) < _PAGE_SIZE:
            return ids
        page += 1
