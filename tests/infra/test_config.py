import json
from typing import Any

import pytest
from pydantic import ValidationError

from infra.config import FOLDER, StageConfig
from tests.infra.templates import STAGES


def raw(stage: str) -> Any:
    return json.loads((FOLDER / f"{stage}.json").read_text())


@pytest.mark.parametrize("stage", STAGES)
def test_a_file_names_its_own_stage(stage: str) -> None:
    assert StageConfig.load(stage).stage == stage


def test_an_unknown_stage_is_refused_with_the_names_of_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there are dev, local, prod"):
        StageConfig.load("production")


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="retian"):
        StageConfig.model_validate(raw("dev") | {"retian": True})


@pytest.mark.parametrize(
    "times",
    [
        {"machine_s": 80},
        {"dispatch_s": 90},
        {"visibility_s": 80},
    ],
)
def test_what_waits_must_outlive_what_it_waits_for(times: dict[str, int]) -> None:
    wrong = raw("local")
    wrong["times"] = {**wrong["times"], **times}
    with pytest.raises(ValidationError, match="machine_s < dispatch_s < visibility_s"):
        StageConfig.model_validate(wrong)


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_a_message_is_set_aside_before_the_sweeper_ends_its_image(stage: str) -> None:
    wrong = raw(stage)
    wrong["times"] = {**wrong["times"], "embed_retry_delays_s": [720]}
    with pytest.raises(ValidationError, match="must end within processing_stuck_s"):
        StageConfig.model_validate(wrong)


@pytest.mark.parametrize("careless", [{"retain": False}, {"customer_keys": False}])
def test_prod_cannot_be_careless(careless: dict[str, bool]) -> None:
    with pytest.raises(ValidationError, match="prod must retain"):
        StageConfig.model_validate(raw("prod") | careless)


def test_a_queue_of_webhooks_that_would_set_aside_what_only_rests_is_refused() -> None:
    wrong = raw("prod")
    wrong["webhooks"]["consumer"]["max_receives"] = len(wrong["webhooks"]["retry_delays_s"]) + 1
    with pytest.raises(ValidationError, match="max_receives must exceed the attempts"):
        StageConfig.model_validate(wrong)


def test_only_the_local_stage_may_send_webhooks_to_itself() -> None:
    assert [stage for stage in STAGES if StageConfig.load(stage).webhooks.loopback] == ["local"]
    wrong = raw("dev")
    wrong["webhooks"]["loopback"] = True
    with pytest.raises(ValidationError, match="only the local stage"):
        StageConfig.model_validate(wrong)


def test_a_domain_without_a_network_is_refused() -> None:
    wrong = raw("local")
    wrong["search"] = {**wrong["search"], "engine": "opensearch"}
    with pytest.raises(ValidationError, match="needs a network"):
        StageConfig.model_validate(wrong)


def test_a_local_cloud_elsewhere_has_its_own_address_and_state() -> None:
    moved = StageConfig.load("local").at(front_url="http://localhost:9090", home="/tmp/cloud")
    assert moved.web_origins == ("http://localhost:9090",)
    assert moved.media_base_url == "http://localhost:9090/img"
    assert moved.search.folder == "/tmp/cloud/search"


def test_only_the_local_stage_approves_what_no_model_has_scored() -> None:
    assert [stage for stage in STAGES if StageConfig.load(stage).moderation.approve_unscored] == ["local"]


def test_prod_sends_everything_to_a_moderator() -> None:
    assert StageConfig.load("prod").moderation.review == "all"


def test_a_local_cloud_may_search_by_an_opensearch_that_is_there() -> None:
    moved = StageConfig.load("local").at(
        front_url="http://localhost:9090", home="/tmp/cloud", opensearch_url="http://127.0.0.1:9200"
    )
    assert (moved.search.engine, moved.search.endpoint) == ("opensearch", "http://127.0.0.1:9200")
    assert not moved.search.domain


def test_the_search_domain_of_prod_is_made_for_five_million_images_twice() -> None:
    search = StageConfig.load("prod").search
    assert (search.documents, search.replicas, search.vectors) == (5_000_000, 1, "faiss")
    assert (search.cluster.instance_type, search.cluster.data_nodes) == ("r8g.xlarge.search", 3)
