import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from functions.search.api import MINUTE
from lumenstock.imaging.renditions import RENDITIONS, Encoding
from tests.infra.templates import Templates


def distribution(templates: Templates) -> Any:
    (found,) = templates.of("AWS::CloudFront::Distribution")
    return found.properties["DistributionConfig"]


def behaviours(templates: Templates) -> dict[str, Any]:
    config = distribution(templates)
    return {item["PathPattern"]: item for item in config["CacheBehaviors"]} | {
        "*": config["DefaultCacheBehavior"]
    }


def test_files_are_behind_the_edge_function_and_read_with_the_origin_access_control(stage: Templates) -> None:
    origins = {origin["Id"]: origin for origin in distribution(stage)["Origins"]}
    for path in ("/img/*", "*"):
        behaviour = behaviours(stage)[path]
        (association,) = behaviour["FunctionAssociations"]
        assert association["EventType"] == "viewer-request"
        assert stage.named(association["FunctionARN"]).type == "AWS::CloudFront::Function"
        assert origins[behaviour["TargetOriginId"]]["OriginAccessControlId"]


def test_the_cache_key_of_a_file_is_its_path_alone(stage: Templates) -> None:
    policy = stage.named(behaviours(stage)["/img/*"]["CachePolicyId"])
    parameters = policy.properties["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert parameters["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert parameters["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert parameters["CookiesConfig"] == {"CookieBehavior": "none"}
    assert policy.properties["CachePolicyConfig"]["DefaultTTL"] == 365 * 24 * 3600


def test_the_api_is_behind_the_cdn_on_aws_and_never_cached(cloud: Templates) -> None:
    behaviour = behaviours(cloud)["/v1/*"]
    caching_disabled, all_viewer_except_host = (
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    )
    assert behaviour["CachePolicyId"] == caching_disabled
    assert behaviour["OriginRequestPolicyId"] == all_viewer_except_host
    assert "DELETE" in behaviour["AllowedMethods"]


def test_searches_are_kept_by_question_and_by_who_asks(cloud: Templates) -> None:
    assert list(behaviours(cloud)).index("/v1/search*") < list(behaviours(cloud)).index("/v1/*")
    policy = cloud.named(behaviours(cloud)["/v1/search*"]["CachePolicyId"]).properties["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Authorization", "Origin"]}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}


def test_while_the_search_fails_the_cdn_gives_what_it_holds(cloud: Templates) -> None:
    """It obeys ``stale-if-error`` where its own times do not say otherwise."""
    policy = cloud.named(behaviours(cloud)["/v1/search*"]["CachePolicyId"]).properties["CachePolicyConfig"]
    (hour,) = (part for part in MINUTE.split(", ") if part.startswith("stale-if-error="))
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert policy["MaxTTL"] >= int(hour.partition("=")[2])


def test_the_local_engine_cannot_put_the_api_behind_the_cdn(local: Templates) -> None:
    assert set(behaviours(local)) == {"/img/*", "*"}


def test_visitors_on_aws_come_by_https(cloud: Templates) -> None:
    assert {item["ViewerProtocolPolicy"] for item in behaviours(cloud).values()} == {"redirect-to-https"}


def test_an_error_is_never_answered_from_the_cache(stage: Templates) -> None:
    assert {
        (item["ErrorCode"], item["ErrorCachingMinTTL"])
        for item in distribution(stage)["CustomErrorResponses"]
    } == {(status, 0) for status in (403, 404, 500, 502, 503, 504)}


def test_visits_are_logged(stage: Templates) -> None:
    bucket = distribution(stage)["Logging"]["Bucket"]
    assert stage.named(bucket).type == "AWS::S3::Bucket"


def test_the_edge_function_passes_its_own_tests() -> None:
    node = shutil.which("node")
    assert node, "Node is part of the set-up"
    script = Path(__file__).with_name("image.test.mjs")
    files = [f"{name}.{encoding}" for name in RENDITIONS for encoding in Encoding]
    environment = {**os.environ, "LUMENSTOCK_FILES": json.dumps(files)}
    done = subprocess.run(
        [node, "--test", str(script)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("limit_bytes", [10 * 1024])
def test_the_edge_function_fits_into_cloudfront(limit_bytes: int, stage: Templates) -> None:
    (function,) = stage.of("AWS::CloudFront::Function")
    assert len(function.properties["FunctionCode"].encode()) < limit_bytes
