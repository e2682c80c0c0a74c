"""The checker: reads all that a world ever wrote, and says what went wrong. It trusts no rule of the product."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Written down a second time on purpose, from the design (docs/architecture.md), not from catalog/states.py.
LEGAL = {
    # What nobody could so much as look at passes through processing, in the same write.
    "uploading": {"processing", "processing_failed", "expired", "deleted"},
    "processing": {"approved", "pending_review", "rejected", "processing_failed", "deleted"},
    "approved": {"taken_down", "pending_review", "deleted"},
    "pending_review": {"approved", "rejected", "deleted"},
    "rejected": {"processing", "pending_review", "deleted"},
    "processing_failed": {"processing", "deleted"},
    "expired": {"deleted"},
    "taken_down": {"processing", "deleted"},
    "deleted": set(),
}
_TOLD = {"approved", "rejected", "processing_failed"}


@dataclass(frozen=True)
class Row:
    """What the checker reads of one version of an image's row."""

    id: str
    status: str
    version: int
    rev: int
    media_key: str
    sha256: str
    renditions: tuple[str, ...]
    reasons: tuple[str, ...]
    model: str

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> Row:
        """A row as DynamoDB holds it."""
        return cls(
            id=item["pk"]["S"].removeprefix("IMG#"),
            status=item["status"]["S"],
            version=int(item["version"]["N"]),
            rev=int(item["rev"]["N"]),
            media_key=item["media_key"]["S"],
            sha256=item["source"]["M"].get("sha256", {}).get("S", ""),
            renditions=tuple(value["S"] for value in item.get("renditions", {}).get("L", [])),
            reasons=tuple(value["M"]["code"]["S"] for value in item.get("reasons", {}).get("L", [])),
            model=item.get("model", {}).get("S", ""),
        )


@dataclass(frozen=True)
class End:
    """All that is left when a world is quiet.

    Attributes:
        writes: Every write of a row, in order: what was there (None: nothing) and what came.
        files: Keys of the public bucket.
        vectors: Revision of the vector, by image.
        claims: Owner by sha256.
        forgotten: Prefixes that the edge was told to forget.
        remains: What is left of things that have ended.
        documents: Version in the index, by image.
        events: What was sent to the bus, in order.
        expected: How each image must have ended: in one of these statuses, or for a reason: "status: reason".
        exposed: Faults that were seen on the way.
    """

    writes: Sequence[tuple[Row | None, Row]]
    files: frozenset[str]
    vectors: Mapping[str, int]
    claims: Mapping[str, str]
    forgotten: frozenset[str]
    remains: Sequence[str]
    documents: Mapping[str, int]
    events: Sequence[tuple[str, Mapping[str, Any]]]
    expected: Mapping[str, frozenset[str]]
    exposed: Sequence[str]


def violations(end: End) -> list[str]:
    """Everything that is wrong; empty for a world as it should be."""
    last = {new.id: new for _, new in end.writes}
    return [
        *end.exposed,
        *end.remains,
        *_bad_steps(end.writes),
        *_lost(end, last),
        *_doubled(end, last),
        *_half_visible(end, last),
    ]


def _bad_steps(writes: Sequence[tuple[Row | None, Row]]) -> list[str]:
    """Every version follows the one before it, by a legal step."""
    faults = []
    seen: dict[str, Row] = {}
    for old, new in writes:
        before = seen.get(new.id)
        if before != old:
            faults.append(f"{new.id}: a write over version {old and old.version} that was never there")
        if old and new.version != old.version + 1:
            faults.append(f"{new.id}: version {old.version} is followed by {new.version}")
        if old and new.status != old.status and new.status not in LEGAL[old.status]:
            faults.append(f"{new.id}: {old.status} became {new.status}")
        seen[new.id] = new
    return faults


def _lost(end: End, last: Mapping[str, Row]) -> list[str]:
    """Every image ended, as it should; every entry into a final status was told."""
    faults = []
    for image_id, expected in end.expected.items():
        row = last[image_id]
        if expected.isdisjoint({row.status, *(f"{row.status}: {reason}" for reason in row.reasons)}):
            faults.append(f"{image_id}: lost at {row.status} {row.reasons}, not {sorted(expected)}")
        if row.status in {"rejected", "processing_failed", "taken_down"} and not row.reasons:
            faults.append(f"{image_id}: {row.status} without a reason")
    told = {detail["id"] for _, detail in end.events}
    for old, new in end.writes:
        entered = (old is None or old.status != new.status) and new.status in _TOLD
        if entered and f"{new.id}#{new.version}" not in told:
            faults.append(f"{new.id}: nobody was told that version {new.version} is {new.status}")
    return faults


def _doubled(end: End, last: Mapping[str, Row]) -> list[str]:
    """One living owner of a content, one event for a version, one way through the pipeline for a revision."""
    faults = []
    shown: dict[str, list[str]] = defaultdict(list)
    for row in last.values():
        if row.status in {"approved", "pending_review"}:
            shown[row.sha256].append(row.id)
            if end.claims.get(row.sha256) != row.id:
                faults.append(f"{row.id}: {row.status} without the claim on its content")
    faults += [f"{ids} show the same content" for ids in shown.values() if len(ids) > 1]
    types: dict[str, set[str]] = defaultdict(set)
    for name, detail in end.events:
        types[detail["id"]].add(name + json.dumps(detail, sort_keys=True))
    faults += [f"{event}: two events of one version" for event, kinds in types.items() if len(kinds) > 1]
    entries = Counter(
        (new.id, new.rev)
        for old, new in end.writes
        if new.status == "approved" and old and old.status == "processing"
    )
    faults += [
        f"{image}: approved {count} times by the pipeline" for image, count in entries.items() if count > 1
    ]
    return faults


def _half_visible(end: End, last: Mapping[str, Row]) -> list[str]:
    """What is approved is whole and found; what is not, is neither found nor has files that were public."""
    faults = []
    for row in last.values():
        if row.status == "approved":
            faults += missing_parts(row, end.files, end.vectors)
            if end.documents.get(row.id) != row.version:
                found = end.documents.get(row.id)
                faults.append(f"{row.id}: approved at {row.version}, in the index at {found}")
        elif row.id in end.documents:
            faults.append(f"{row.id}: {row.status}, and found")
    addresses = {row.media_key for row in last.values()}
    left = sorted(key for key in end.files if key.split("/")[0] not in addresses)
    faults += [f"{key}: still public at an address that was given up" for key in left]
    shown = {new.media_key for _, new in end.writes if new.status == "approved"}
    cached = sorted(shown - addresses - {prefix.rstrip("/") for prefix in end.forgotten})
    return faults + [f"{address}: given up, and still at the edge" for address in cached]


def missing_parts(row: Row, files: frozenset[str], vectors: Mapping[str, int]) -> list[str]:
    """What an approved image lacks."""
    faults = [
        f"{row.id}: approved without its file {name}"
        for name in row.renditions
        if f"{row.media_key}/{row.rev}/{name}.webp" not in files
    ]
    if not row.renditions:
        faults.append(f"{row.id}: approved without any file")
    if vectors.get(row.id) != row.rev:
        faults.append(f"{row.id}: approved at revision {row.rev} with the vector of {vectors.get(row.id)}")
    return faults
