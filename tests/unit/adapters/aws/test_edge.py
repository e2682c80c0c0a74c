from __future__ import annotations

from typing import Any

import boto3
import pytest
from moto import mock_aws

from lumenstock.adapters.aws.edge import CloudFrontEdge

ORIGIN = {
    "Id": "files",
    "DomainName": "files.s3.amazonaws.com",
    "S3OriginConfig": {"OriginAccessIdentity": ""},
}


@pytest.mark.parametrize(
    ("prefixes", "paths"),
    [
        (["ab12/"], ["/ab12/*", "/img/ab12/*"]),
        (["ab12/", "cd34/"], ["/ab12/*", "/cd34/*", "/img/ab12/*", "/img/cd34/*"]),
        ([f"ab1{number}/" for number in range(8)], ["/*"]),
    ],
    ids=["both addresses of a file", "of several", "more than CloudFront takes at a time"],
)
def test_what_is_forgotten(prefixes: list[str], paths: list[str]) -> None:
    with mock_aws():
        client = boto3.client("cloudfront", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        config: Any = {
            "CallerReference": "a",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [ORIGIN]},
            "DefaultCacheBehavior": {"TargetOriginId": "files", "ViewerProtocolPolicy": "https-only"},
        }
        made = client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
        CloudFrontEdge(client, made).forget(prefixes, "image#3")
        listed = client.list_invalidations(DistributionId=made)["InvalidationList"]["Items"]
        (found,) = [
            client.get_invalidation(DistributionId=made, Id=one["Id"])["Invalidation"]["InvalidationBatch"]
            for one in listed
        ]
    assert found["CallerReference"] == "image#3"
    assert sorted(found["Paths"]["Items"]) == paths
