from typing import Any

import pytest

from functions.manifest import FUNCTIONS, FunctionSpec, Layer
from functions.moderation import purge
from lumenstock.catalog.purge import LATE_WRITERS
from lumenstock.settings import Settings
from tests.infra.templates import Resource, Templates, synthesise

MAX_LAYERS = 5  # Lambda's limit
MAX_GATEWAY_S = 30  # an HTTP API waits no longer
# Read by something else than our settings.
FOREIGN_VARIABLES = {"LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "PYTHONPATH"}

each_function = pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)


def variables(function: Resource) -> Any:
    return function.properties["Environment"]["Variables"]


def test_the_manifest_is_deployed_whole_and_nothing_else(stage: Templates) -> None:
    deployed = sorted(function.properties["Handler"] for function in stage.of("AWS::Lambda::Function"))
    assert deployed == sorted(spec.handler for spec in FUNCTIONS)


@each_function
def test_a_function_has_the_limits_of_its_line_in_the_manifest(stage: Templates, spec: FunctionSpec) -> None:
    properties = stage.function(spec.name).properties
    assert properties["MemorySize"] == spec.memory_mib
    assert properties["Timeout"] == (spec.timeout_s or stage.config.times.dispatch_s)
    assert properties["TracingConfig"] == {"Mode": "Active"}


def test_functions_that_run_a_model_have_the_memory_that_the_stage_says() -> None:
    large = synthesise("dev", model_memory_mib=4608)
    made = {spec.name: large.function(spec.name).properties["MemorySize"] for spec in FUNCTIONS}
    assert {name for name, memory in made.items() if memory == 4608} == {"search-api", "embed-live"}


def test_the_purger_has_time_left_when_it_stops() -> None:
    (spec,) = (one for one in FUNCTIONS if one.handler == "functions.moderation.purge.handler")
    assert purge.WORKS_S + 45 <= (spec.timeout_s or 0) < LATE_WRITERS.total_seconds()


@each_function
def test_a_log_group_ends_after_the_days_that_the_stage_says(stage: Templates, spec: FunctionSpec) -> None:
    group = stage.named(stage.function(spec.name).properties["LoggingConfig"]["LogGroup"])
    assert group.properties["RetentionInDays"] == stage.config.log_retention_days
    assert group.properties["LogGroupName"] == f"/aws/lambda/lumenstock-{stage.config.stage}-{spec.name}"


def test_every_other_log_ends_as_well(stage: Templates) -> None:
    assert {group.properties["RetentionInDays"] for group in stage.of("AWS::Logs::LogGroup")} == {
        stage.config.log_retention_days
    }


def test_no_two_functions_share_a_role(stage: Templates) -> None:
    roles = [function.properties["Role"] for function in stage.of("AWS::Lambda::Function")]
    assert len(set(roles)) == len(roles)


@each_function
def test_every_variable_is_one_that_the_settings_read(stage: Templates, spec: FunctionSpec) -> None:
    known = {name.upper() for name in Settings.model_fields} | FOREIGN_VARIABLES
    assert set(variables(stage.function(spec.name))) <= known


@each_function
def test_the_rules_of_the_stage_parse_as_settings(stage: Templates, spec: FunctionSpec) -> None:
    given = variables(stage.function(spec.name))
    parsed = Settings.model_validate({name.lower(): value for name, value in given.items()})
    assert parsed.retry_delays_s == stage.config.times.retry_delays_s
    assert parsed.embed_retry_delays_s == stage.config.times.embed_retry_delays_s
    assert parsed.max_receives == stage.config.ingest.max_receives
    assert parsed.prices == stage.config.prices
    assert parsed.approve_unscored is stage.config.moderation.approve_unscored
    assert parsed.max_pixels == stage.config.limits.max_pixels


@each_function
def test_functions_on_aws_run_on_arm_with_the_layers_of_the_manifest(
    cloud: Templates, spec: FunctionSpec
) -> None:
    properties = cloud.function(spec.name).properties
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    layers = [cloud.named(layer) for layer in properties["Layers"]]
    model = Layer.MODEL_DEMO in spec.layers  # travels with our own files
    embedded = Layer.SEARCH in spec.layers  # the index of one machine stays there
    assert len(layers) == 1 + len(spec.layers) - model - embedded <= MAX_LAYERS
    assert {tuple(layer.properties["CompatibleArchitectures"]) for layer in layers} == {("arm64",)}
    assert variables(cloud.function(spec.name)).get("MODEL_DIR") == ("/opt/models/demo" if model else None)


def test_a_layer_version_is_never_imported_from_another_stack(cloud: Templates) -> None:
    for function in cloud.of("AWS::Lambda::Function"):
        own = function.name.partition("/")[0]
        assert {layer.partition("/")[0] for layer in function.properties["Layers"]} == {own}


def test_the_local_engine_unpacks_no_layer(local: Templates) -> None:
    assert local.of("AWS::Lambda::LayerVersion") == []
    assert all("Layers" not in function.properties for function in local.of("AWS::Lambda::Function"))


@each_function
def test_local_functions_find_their_packages_on_the_path(local: Templates, spec: FunctionSpec) -> None:
    given = variables(local.function(spec.name))
    folders = [path.split("/")[-2].rpartition("-")[0] for path in given["PYTHONPATH"].split(":")]
    assert folders == ["common", *(layer for layer in spec.layers if layer is not Layer.MODEL_DEMO)]
    assert ("MODEL_DIR" in given) is (Layer.MODEL_DEMO in spec.layers)


def test_what_a_gateway_waits_for_ends_before_the_gateway_does(stage: Templates) -> None:
    for spec in FUNCTIONS:
        if spec.name.endswith("-api"):
            assert stage.function(spec.name).properties["Timeout"] < MAX_GATEWAY_S


def search_engine(templates: Templates, name: str) -> Any:
    return variables(templates.function(name))["SEARCH_ENGINE"]


def test_the_local_stage_searches_an_index_of_its_own_and_others_a_domain(
    local: Templates, cloud: Templates
) -> None:
    assert search_engine(local, "search-api") == "embedded"
    assert search_engine(cloud, "search-api") == "opensearch"
