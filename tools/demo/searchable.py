"""Whether each picture can be found by everybody, through the search API."""

from __future__ import annotations

import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from cli.client import Client
from cli.outcome import Outcome, Result
from cli.pictures import Picture
from cli.responses import Hit

_PAGE_SIZE = 100
_ASK_EVERY_S = 0.5


@dataclass(slots=True)
class Verdict:
    """Which pictures cannot be found, and what a search for the title of others found."""

    missing: list[Result] = field(default_factory=list)
    by_title: list[Hit] = field(default_factory=list)


def verify(
    client: Client,
    contributor_id: str,
    results: Sequence[Result],
    photos: AbstractSet[Picture],
    patience_s: float,
) -> Verdict:
    """Look for every picture of a run, for up to ``patience_s``.

    What was approved must be in the list of the contributor's pictures. ``photos`` must be found by the
    words of their titles as well; so must what was there already, though it may have another title there.
    """
    approved = {
        result.image_id for result in results if result.outcome is Outcome.APPROVED and result.image_id
    }
    unlisted = wait_for(client, contributor_id, approved, patience_s)
    verdict = Verdict()
    for result in results:
        is_there_already = result.outcome is Outcome.ALREADY_THERE
        is_there = is_there_already or (result.image_id in approved and result.image_id not in unlisted)
        if is_there and (is_there_already or result.picture in photos):
            hit = _by_title(client, result.picture.title, None if is_there_already else result.image_id)
            is_there = hit is not None
            verdict.by_title += [hit] if hit else []
        if not is_there:
            verdict.missing.append(result)
    return verdict


def wait_for(client: Client, contributor_id: str, image_ids: AbstractSet[str], patience_s: float) -> set[str]:
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


def _listed(client: Client, contributor_id: str) -> set[str]:
    ids: set[str] = set()
    page = 1
    while True:
        found = client.search({"contributor": contributor_id, "page": page, "page_size": _PAGE_SIZE})
        ids |= {hit.id for hit in found.results}
        if len(found.results) < _PAGE_SIZE:
            return ids
        page += 1


def _by_title(client: Client, title: str, image_id: str | None) -> Hit | None:
    """The image itself, or the best find where any will do."""
    found = client.search({"q": title, "mode": "keyword", "page_size": _PAGE_SIZE}).results
    return next((hit for hit in found if image_id in {None, hit.id}), None)
