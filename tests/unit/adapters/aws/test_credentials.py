"""What an upload session's credentials allow, by the document itself; tests/e2e shows it enforced."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.constructs import uploader
from lumenstock.adapters.aws.credentials import ACTIONS, session_policy

PREFIX = "originals/ann/2026/11/21/01JD8QZ9Y0V7W3T5K2N4M6P8RA/"
POLICY: Any = session_policy("bucket", PREFIX)


def allows(action: str, resource: str) -> bool:
    """Whether a statement allows it, as IAM reads a policy: everything else is denied."""
    return any(
        statement["Effect"] == "Allow"
        and action in statement["Action"]
        and fnmatchcase(resource, statement["Resource"])
        for statement in POLICY["Statement"]
    )


def test_the_policy_and_the_role_allow_the_same_actions() -> None:
    assert set(ACTIONS) == set(uploader.ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_files_may_be_put_below_the_sessions_own_prefix(action: str) -> None:
    assert allows(action, f"arn:aws:s3:::bucket/{PREFIX}a.jpg")
    assert allows(action, f"arn:aws:s3:::bucket/{PREFIX}a/b c.jpg")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "bucket/originals/ann/2026/11/21/01JD8QZ9Y0V7W3T5K2N4M6P8RB/a.jpg",
        "bucket/originals/ann/2026/11/21/a.jpg",
        "bucket/originals/ben/2026/11/21/01JD8QZ9Y0V7W3T5K2N4M6P8RA/a.jpg",
        f"other/{PREFIX}a.jpg",
        "bucket",
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_nothing_may_be_put_elsewhere(action: str, elsewhere: str) -> None:
    assert not allows(action, f"arn:aws:s3:::{elsewhere}")


@pytest.mark.parametrize(
    "action",
    [
        *("s3:GetObject", "s3:GetObjectVersion", "s3:DeleteObject", "s3:DeleteObjectVersion"),
        *("s3:PutObjectAcl", "s3:PutObjectTagging", "s3:ListBucket", "s3:ListBucketMultipartUploads"),
        *("sts:AssumeRole", "dynamodb:GetItem", "kms:Encrypt"),
    ],
)
def test_nothing_else_may_be_done_to_a_file(action: str) -> None:
    assert not allows(action, f"arn:aws:s3:::bucket/{PREFIX}a.jpg")


def test_no_action_is_a_pattern() -> None:
    assert not [
        action for statement in POLICY["Statement"] for action in statement["Action"] if "*" in action
    ]


def test_the_policy_fits_into_a_session() -> None:
    """Source: STS API reference, AssumeRole: 2,048 characters."""
    assert len(json.dumps(POLICY)) < 1024
