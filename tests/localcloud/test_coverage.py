from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from localcloud import coverage
from localcloud.applied import APPLIED
from lumenstock.kernel.errors import ConfigurationError

STACK: dict[str, Any] = {
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 90}},
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
    },
    "Outputs": {},
}


def test_a_listed_stack_passes() -> None:
    coverage.check([STACK])


def test_an_unknown_resource_type_stops_the_start_and_is_named() -> None:
    stack = deepcopy(STACK)
    stack["Resources"]["Pipe"] = {"Type": "AWS::Pipes::Pipe", "Properties": {"Source": "queue"}}
    with pytest.raises(ConfigurationError, match=r"coverage\.json.*AWS::Pipes::Pipe$"):
        coverage.check([STACK, stack])


def test_every_unknown_property_is_named() -> None:
    stack = deepcopy(STACK)
    stack["Resources"]["Queue"]["Properties"] |= {"FifoQueue": True, "DelaySeconds": 5}
    with pytest.raises(
        ConfigurationError, match=r"AWS::SQS::Queue\.DelaySeconds, AWS::SQS::Queue\.FifoQueue$"
    ):
        coverage.check([stack])


def test_conditions_are_refused_because_the_engine_misreads_them() -> None:
    with pytest.raises(ConfigurationError, match="section Conditions"):
        coverage.check(
            [STACK | {"Conditions": {"InEurope": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}}}]
        )


def test_each_property_has_one_place_and_each_exception_a_reason() -> None:
    for name, row in coverage.table().items():
        places = [*row.engine, *row.applied, *row.ignored]
        assert len(places) == len(set(places)), name
        assert all(reason.strip() for reason in (*row.applied.values(), *row.ignored.values())), name


def test_what_the_table_calls_applied_is_what_is_applied() -> None:
    listed = {(name, property_) for name, row in coverage.table().items() for property_ in row.applied}
    assert listed == set(APPLIED)
