"""Twenty planted bugs, each of which the model or the worlds of the handlers must notice, in every run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.model.conftest import NewWorld
from tests.model.crashes import Cut
from tests.model.history import violations
from tests.model.planting import Bug, NotPlantedError
from tests.model.rules import Rules
from tests.model.scripts import after_takedown, cut_once, lost_event, taken_down, twins
from tests.model.world import World

L = "lumenstock"
Script = Callable[[World], None]
# Noticed within so many worlds of rules; most within fifty.
RULE_WORLDS = 5000

IN_RULES = (
    Bug(
        "a version is not counted",
        f"{L}.catalog.image:Image.changed",
        "version=self.version + 1",
        "version=self.version",
    ),
    Bug(
        "the table of states is not asked",
        f"{L}.catalog.states:require_transition",
        "if target not in TRANSITIONS[current]:",
        "if False:",
    ),
    Bug(
        "a public address is not remembered as public",
        f"{L}.catalog.image:Image.moved",
        'fields["exposed"] = True',
        "pass",
    ),
    Bug(
        "a withdrawn image keeps its address",
        f"{L}.catalog.image:Image.withdrawn",
        '"media_key": media_key',
        '"media_key": self.media_key',
    ),
    Bug(
        "a withdrawn image keeps its revision",
        f"{L}.catalog.image:Image.withdrawn",
        "self.rev + 1",
        "self.rev",
    ),
    Bug(
        "a late run is not told from the present one",
        f"{L}.ingest.record:record",
        " and present.rev == checked.rev",
        "",
    ),
    Bug(
        "a recorded row is written again",
        f"{L}.ingest.record:_with_renditions",
        "return None if replace(successor, version=present.version) == present else successor",
        "return successor",
    ),
    Bug(
        "a failure is written over whatever is there",
        f"{L}.ingest.failure:failed",
        "if begun.status is not Status.PROCESSING:\n        return None",
        "if begun.status is not Status.PROCESSING:\n        begun = replace(begun, status=Status.PROCESSING)",
    ),
    Bug(
        "the sweeper does not look whether anything happened",
        f"{L}.ingest.sweep:Sweeper._end",
        "if present.version == seen.version else None",
        "if present.version else None",
    ),
    Bug(
        "whatever a moderator approved before waits again",
        f"{L}.ingest.review:ReviewPolicy.decide",
        "if image.cleared:",
        "if False:",
    ),
    Bug(
        "a refused image that was public keeps its files",
        f"{L}.ingest.moderation:Moderation.reject",
        "if present.exposed:",
        "if not present.exposed:",
    ),
    Bug(
        "a redrive brings back what did not fail",
        f"{L}.ingest.redrive:Redriver._reopened",
        "if present.status is not Status.PROCESSING_FAILED:",
        "if present.status is Status.DELETED:",
    ),
)

IN_HANDLERS: tuple[tuple[Bug, Script], ...] = (
    (
        Bug(
            "the message to the embedding goes before the row is written",
            f"{L}.ingest.record:record",
            "    plan, names = checked.plan, names_of(derived)\n",
            "    plan, names = checked.plan, names_of(derived)\n    return catalog.get(checked.image_id)\n",
        ),
        taken_down,
    ),
    (
        Bug(
            "the row names a vector that is not written yet",
            f"{L}.ingest.embed_batch:EmbedBatch._record",
            "            self._catalog.put_vector(image_id, vector_item(batch.model, vector, picture))\n"
            "            return self._catalog.update(image_id, annotated, seen=picture.image)",
            "            row = self._catalog.update(image_id, annotated, seen=picture.image)\n"
            "            self._catalog.put_vector(image_id, vector_item(batch.model, vector, picture))\n"
            "            return row",
        ),
        cut_once("embed", Cut(13, "after")),
    ),
    (
        Bug(
            "the claim of a dead owner is not released",
            f"{L}.adapters.aws.catalog:DynamoCatalog.claim",
            "if owner == image_id or self._inherit_claim(sha256, owner, image_id):",
            "if owner == image_id:",
        ),
        after_takedown,
    ),
    (
        Bug(
            "a claim does not ask who has it",
            f"{L}.adapters.aws.claims:first_claim",
            '"attribute_not_exists(pk) OR #owner = :me"',
            '"attribute_not_exists(nobody) OR #owner = :me"',
        ),
        twins,
    ),
    (
        Bug(
            "what was taken down goes live again by another upload",
            f"{L}.ingest.validate:Validator._hold_if_taken_down",
            "if before is None or before == image.id:",
            "if before != image.id:",
        ),
        after_takedown,
    ),
    (
        Bug(
            "a takedown is not remembered",
            f"{L}.adapters.aws.decisions:DynamoDecisions._remembered",
            "if ruling.decision.action is Action.TAKE_DOWN:",
            "if ruling.decision.action is None:",
        ),
        after_takedown,
    ),
    (
        Bug(
            "a duplicate is taken all the same",
            f"{L}.ingest.validate:Validator._claim",
            "if owner == image.id:",
            "if owner:",
        ),
        twins,
    ),
    (
        Bug(
            "nobody is told of what happened",
            f"{L}.ingest.index_changes:Indexer.apply",
            "if events := [event for event in happened if event is not None]:",
            "if events := [event for event in happened[:0] if event is not None]:",
        ),
        taken_down,
    ),
    (
        Bug(
            "what is taken down stays in the index",
            f"{L}.ingest.index_changes:Indexer._write_of",
            "if Status.APPROVED not in {change.new.status, change.old.status if change.old else None}:",
            "if Status.APPROVED is not change.new.status:",
        ),
        taken_down,
    ),
    (
        Bug(
            "files are deleted below the new address",
            f"{L}.ingest.moderation:Moderation.take_down",
            "decision, purge_of_files(present, successor.version, now))",
            "decision, purge_of_files(successor, successor.version, now))",
        ),
        taken_down,
    ),
    (
        Bug(
            "an upload whose event was lost is waited for",
            f"{L}.ingest.sweep:Sweeper._treat",
            "self._resend(image)  # its",
            "pass  # its",
        ),
        lost_event,
    ),
)


@pytest.mark.parametrize("bug", IN_RULES, ids=lambda bug: bug.name)
def test_a_bug_in_a_rule_is_noticed(bug: Bug) -> None:
    with bug.planted():
        assert any(_faults_of_rules(seed) for seed in range(RULE_WORLDS))


@pytest.mark.parametrize(("bug", "script"), IN_HANDLERS, ids=lambda value: getattr(value, "name", ""))
def test_a_bug_in_the_pipeline_is_noticed(new_world: NewWorld, bug: Bug, script: Script) -> None:
    world = new_world(1)
    script(world)
    assert violations(world.end()) == [], "without the bug all is well"
    with bug.planted():
        world = new_world(1)
        script(world)
        assert violations(world.end()) != []


def test_a_bug_whose_place_has_changed_is_told() -> None:
    gone = Bug("gone", f"{L}.ingest.record:_rejected", "no such line", "")
    elsewhere = Bug("elsewhere", f"{L}.ingest.record:_rejected", "names_of(derived)\n", "()\n")
    for bug in (gone, elsewhere):
        with pytest.raises(NotPlantedError), bug.planted():
            pass


def _faults_of_rules(seed: int) -> list[str]:
    """What is wrong in a world; a use case that falls over is wrong as well."""
    try:
        return Rules(seed).run()
    except Exception as error:  # noqa: BLE001 - whatever the bug brings about
        return [repr(error)]
