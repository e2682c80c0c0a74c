"""Formats through the deployed pipeline: one of each is taken, and broken ones are refused by it, never lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lumenstock.imaging.formats import Format
from tests.e2e.journey import expect, send, settled
from tests.e2e.stage import Person, Stage
from tests.hostile import HOSTILE
from tools.fuzz.mutation import mutants
from tools.samples.variants import VARIANTS

# Through every queue and function 1 to 2 s each; the tasks alone see far more (test_fuzz.py), none of these.
BROKEN_FILES, SEED = 24, 20_261_122


def upload_as(person: Person, body: bytes, media_type: str) -> str:
    """Announce and send a file under a type; returns the image's id."""
    wanted: Mapping[str, Any] = {
        "filename": "a",
        "contentType": media_type,
        "sizeBytes": len(body),
        "title": "A file",
    }
    ticket = expect(person.api.post("/v1/images/upload", json=wanted))
    send(ticket, body)
    return str(ticket["imageId"])


def codes(status: Mapping[str, Any]) -> list[str]:
    return [reason["code"] for reason in status["reasons"]]


def test_one_file_of_every_format_is_taken(contributor: Person) -> None:
    sent = {}
    for kind in Format:
        variant = next((one for one in VARIANTS if one.format is kind and one.make), None)
        if variant and variant.make:
            # Sizes of no other test: the catalogue knows these bytes only once.
            sent[kind] = upload_as(contributor, variant.make(654, 432), kind.media_type)
    for kind, image_id in sent.items():
        status = settled(contributor, image_id, within_s=150)
        allowed = codes(status) == ["exact_duplicate"]  # of an earlier run in the same cloud
        assert status["status"] in {"approved", "pending_review"} or allowed, (kind, status)
    assert Format.DNG in sent


def test_every_hostile_file_is_refused_with_its_code(contributor: Person) -> None:
    sent = {name: upload_as(contributor, body, media_type) for name, (body, media_type, _) in HOSTILE.items()}
    for name, image_id in sent.items():
        status = settled(contributor, image_id)
        assert status["status"] == "rejected", name
        assert HOSTILE[name][2] in codes(status), name
        assert all(reason["needsNewUpload"] and reason["text"] for reason in status["reasons"]), name


def test_broken_files_end_as_refused_or_shown_and_none_as_failed(cloud: Stage, contributor: Person) -> None:
    before = cloud.dead_letters()
    sent = {
        mutant.number: upload_as(contributor, mutant.body, mutant.format.media_type)
        for mutant in mutants(SEED, BROKEN_FILES)
        if mutant.body  # nothing at all cannot be announced
    }
    for number, image_id in sent.items():
        status = settled(contributor, image_id, within_s=60 + 2 * BROKEN_FILES)
        assert status["status"] in {"approved", "pending_review", "rejected"}, (number, status)
        # Mutants of one picture that decode look the same, as each other or as somebody else's: told, not refused.
        refusals = set(codes(status)) - {"near_duplicate", "near_duplicate_of_another"}
        assert (status["status"] == "rejected") == bool(refusals), (number, status)
    assert cloud.dead_letters() == before
