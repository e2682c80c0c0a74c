"""The wiring is under test: each deployed part that is broken on purpose is noticed by a step of the journey."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.e2e import journey
from tests.e2e.stage import Person, Stage

pytestmark = pytest.mark.slow


def search(person: Person) -> None:
    journey.expect(person.api.get("/v1/search"))


def process(person: Person) -> None:
    """A healthy cloud needs 3 s, a warm-up included 15 s."""
    journey.approved(person, journey.upload(person), within_s=25)


@contextmanager
def without_a_route(cloud: Stage) -> Iterator[None]:
    """The search route is gone."""
    apis, api_id = cloud.operator.apis, cloud.outputs["ApiId"]
    [route] = [
        route for route in apis.get_routes(ApiId=api_id)["Items"] if route["RouteKey"] == "GET /v1/search"
    ]
    apis.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    try:
        yield
    finally:
        apis.create_route(ApiId=api_id, RouteKey=route["RouteKey"], Target=route["Target"])


@contextmanager
def with_another_event_pattern(cloud: Stage) -> Iterator[None]:
    """The rule waits for uploads below another prefix."""
    events = cloud.operator.events
    [rule] = [
        rule
        for rule in events.list_rules()["Rules"]
        if cloud.outputs["OriginalsBucket"] in rule.get("EventPattern", "")
    ]
    before = rule["EventPattern"]
    after = before.replace('"originals/"', '"elsewhere/"')
    assert after != before
    events.put_rule(Name=rule["Name"], EventPattern=after)
    try:
        yield
    finally:
        events.put_rule(Name=rule["Name"], EventPattern=before)


@contextmanager
def with_another_environment_variable(cloud: Stage) -> Iterator[None]:
    """The validator is pointed at a bucket that is not there."""
    functions, name = cloud.operator.functions, f"lumenstock-{cloud.name}-ingest-validate"
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    after = {**before, "ORIGINALS_BUCKET": "not-a-bucket-of-ours"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": after})
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})


@contextmanager
def with_another_state(cloud: Stage) -> Iterator[None]:
    """The machine takes every picture for refused."""
    machines, arn = cloud.operator.machines, cloud.outputs["IngestMachineArn"]
    before = machines.describe_state_machine(stateMachineArn=arn)["definition"]
    definition = json.loads(before)
    definition["States"]["Accepted"]["Choices"] = [{"Condition": "{% true %}", "Next": "NothingToDo"}]
    machines.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition))
    try:
        yield
    finally:
        machines.update_state_machine(stateMachineArn=arn, definition=before)


MUTATIONS: list[tuple[Callable[[Stage], AbstractContextManager[None]], Callable[[Person], None]]] = [
    (without_a_route, search),
    (with_another_event_pattern, process),
    (with_another_environment_variable, process),
    (with_another_state, process),
]


@pytest.mark.parametrize(("mutation", "step"), MUTATIONS, ids=lambda part: part.__name__)
def test_a_broken_part_is_noticed(
    cloud: Stage,
    contributor: Person,
    mutation: Callable[[Stage], AbstractContextManager[None]],
    step: Callable[[Person], None],
) -> None:
    with mutation(cloud), pytest.raises(AssertionError):
        step(contributor)
    step(contributor)
