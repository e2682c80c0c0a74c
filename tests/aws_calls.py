"""What handlers ask of AWS in tests, held against what their needs grant.

A hook of botocore sees every call, and every URL that is signed. Whose it is, the stack says: the innermost frame
of a function's own module; of a pool's thread, whoever gave it the work. What a test does by itself is nobody's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3

from functions.gpu import EMBED_JOB, GPU_FUNCTIONS
from functions.grants import GRANTS, Resource
from functions.manifest import FUNCTIONS

SPECS = (*FUNCTIONS, *GPU_FUNCTIONS)
NEEDS = {spec.name: spec.needs for spec in SPECS} | {EMBED_JOB.name: EMBED_JOB.needs}
_NAME_OF_MODULE = {spec.handler.rpartition(".")[0]: spec.name for spec in SPECS}
# An API may be spread over several modules of its folder.
_NAME_OF_FOLDER = {spec.service: spec.name for spec in SPECS if spec.name.endswith("-api")}

_OF_ITEMS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_OF_OBJECTS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
}
_OF_MESSAGES = {"ChangeMessageVisibilityBatch": "ChangeMessageVisibility"}
# Services of which a function reaches one resource, whatever a test calls that.
_ONE_RESOURCE = {
    "cognito-idp": Resource.USERS,
    "events": Resource.BUS,
    "sts": Resource.UPLOADER,
    "states": Resource.MACHINE,
    "cloudfront": Resource.DISTRIBUTION,
    "monitoring": Resource.ANY,
}
_PREFIXES = {"monitoring": "cloudwatch"}


_SUBMIT = ThreadPoolExecutor.submit


class NotGrantedError(BaseException):
    """A handler did what its role would not let it; no ``except Exception`` of the product sees it."""


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """An action on a resource. ``part``: the index of a table, the key of an object, else None."""

    action: str
    resource: str
    part: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One action of one grant of a function. ``part`` as in :class:`functions.grants.Grant`."""

    function: str
    action: str
    resource: str
    part: str = ""


def granted() -> set[Use]:
    """Every action that a function has."""
    return {
        Use(name, action, grant.on, grant.part or "")
        for name, needs in NEEDS.items()
        for need in needs
        for grant in GRANTS.get(need, ())
        for action in grant.actions
    }


class Calls:
    """The calls of this process that handlers made."""

    def __init__(self) -> None:
        self.seen: set[Use] = set()

    def watch(self) -> None:
        """Hook into the clients that the default session makes from now on."""
        events = boto3._get_default_session().events
        events.register("before-parameter-build", self._before)
        events.register("after-call", self._after)
        ThreadPoolExecutor.submit = _submit  # type: ignore[method-assign, assignment]

    def _before(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        context["bucket"] = params.get("Bucket", "")
        name = _caller(sys._getframe(1))
        is_form = model.name == "CreateBucket"  # by which botocore makes the address of a form that uploads
        if name is not None and model.auth_type != "none" and not is_form:
            self._hold(name, asked_of(model.service_model.endpoint_prefix, model.name, params))

    def _after(self, http_response: Any, model: Any, context: Mapping[str, Any], **_: Any) -> None:
        """That an object is missing, S3 says only to who may list the bucket; others hear 403."""
        missing = http_response.status_code == 404 and model.name in {"GetObject", "HeadObject"}
        name = _caller(sys._getframe(1)) if missing else None
        if name is not None:
            self._hold(name, [Asked("s3:ListBucket", context["bucket"])])

    def _hold(self, name: str, asked: Iterable[Asked]) -> None:
        for one in asked:
            used = _grant_of(name, one)
            if used is None:
                message = f"{name} is not granted {one}"
                raise NotGrantedError(message)
            self.seen.add(used)


def asked_of(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    """The permissions that AWS wants for a call; ``service`` is the first part of its endpoint's name."""
    if service == "dynamodb":
        yield from _of_tables(operation, params)
    elif service == "s3":
        yield from _of_bucket(operation, params)
    elif service == "sqs":
        action = _OF_MESSAGES.get(operation, operation)
        yield Asked(f"sqs:{action}", params["QueueUrl"].rpartition("/")[2])
    elif service == "secretsmanager":
        yield Asked(f"secretsmanager:{operation}", _secret(params["SecretId"]))
    elif service == "batch":
        queues = (Resource.GPU_QUEUE, Resource.GPU_DEFINITION)
        for resource in queues if operation == "SubmitJob" else (Resource.ANY,):
            yield Asked(f"batch:{operation}", resource)
    else:
        yield Asked(f"{_PREFIXES.get(service, service)}:{operation}", _ONE_RESOURCE[service])


def _of_tables(operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    if operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            for kind, said in item.items():
                yield Asked(f"dynamodb:{_OF_ITEMS[kind]}", said["TableName"])
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for table in params["RequestItems"]:
            yield Asked(f"dynamodb:{operation}", table)
    else:
        yield Asked(f"dynamodb:{operation}", params["TableName"], params.get("IndexName"))


def _of_bucket(operation: str, params: Mapping[str, Any]) -> Iterator[Asked]:
    action, bucket = f"s3:{_OF_OBJECTS.get(operation, operation)}", params["Bucket"]
    if operation == "DeleteObjects":
        for one in params["Delete"]["Objects"]:
            yield Asked("s3:DeleteObject", bucket, one["Key"])
            # Both. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
            if "VersionId" in one:
                yield Asked("s3:DeleteObjectVersion", bucket, one["Key"])
    elif "VersionId" in params:
        yield Asked(f"{action}Version", bucket, params["Key"])
    else:
        yield Asked(action, bucket, params.get("Key"))


def _secret(arn: str) -> Resource:
    return Resource.MARK_KEY if "mark" in arn else Resource.CURSOR_SECRET


def _grant_of(name: str, asked: Asked) -> Use | None:
    for need in NEEDS[name]:
        for grant in GRANTS.get(need, ()):
            if (
                grant.on == asked.resource
                and asked.action in grant.actions
                and _within(asked.part, grant.part, is_object=asked.action.startswith("s3:"))
            ):
                return Use(name, asked.action, grant.on, grant.part or "")
    return None


def _within(part: str | None, granted_part: str | None, *, is_object: bool) -> bool:
    if part is None or granted_part is None:
        return part == granted_part
    return part.startswith(granted_part) if is_object else part == granted_part


def _caller(frame: Any) -> str | None:
    """The function whose module is nearest on the stack; None if a test is nearer, which then plays somebody else."""
    while frame is not None:
        if frame.f_code is _work.__code__:
            giver: str | None = frame.f_locals["giver"]
            return giver
        module = frame.f_globals.get("__name__", "")
        if module.startswith("tests."):
            return None
        if name := _owner(module):
            return name
        frame = frame.f_back
    return None


def _submit(
    self: ThreadPoolExecutor, work: Callable[..., Any], /, *arguments: Any, **named: Any
) -> Future[Any]:
    return _SUBMIT(self, partial(_work, _caller(sys._getframe(1)), work), *arguments, **named)


def _work(giver: str | None, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:  # noqa: ARG001 - read off the stack
    return work(*arguments, **named)


def _owner(module: str) -> str | None:
    top, _, rest = module.partition(".")
    if top == "gpu_batch":
        return EMBED_JOB.name
    if top != "functions":
        return None
    return _NAME_OF_MODULE.get(module) or _NAME_OF_FOLDER.get(rest.partition(".")[0])


CALLS = Calls()
