"""Which model a stage takes, and what it is to publish one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lumenstock.adapters.aws.objects import S3Objects
from lumenstock.adapters.onnx.folder import (
    HEADS,
    IMAGE_GRAPH_FP16,
    MANIFEST,
    TEXT_GRAPH,
    TOKENIZER,
    ModelFolder,
)
from lumenstock.adapters.onnx.models import PUBLISHED, Published, load_model, publish
from lumenstock.embedding.model import Embedder
from lumenstock.kernel.errors import ConfigurationError, ConflictError, UnavailableError
from tests.conftest import ORIGINALS, Stores
from tests.demo_models import change_manifest, next_version
from tools.train_demo import MODEL_FOLDER


@pytest.fixture
def bucket(stores: Stores) -> S3Objects:
    return S3Objects(stores.s3, ORIGINALS)


@pytest.fixture
def following(tmp_path: Path) -> Path:
    """The demo model as its version 2."""
    return next_version(tmp_path)


def loaded(model: str, bucket: S3Objects) -> Embedder:
    return load_model(model, MODEL_FOLDER, lambda: bucket, "cpu")


@pytest.mark.parametrize("asked", ["", "demo@1"])
def test_the_model_that_was_deployed_is_read_from_its_folder(bucket: S3Objects, asked: str) -> None:
    assert loaded(asked, bucket).manifest.id == "demo@1"
    assert list(bucket.keys("")) == []


def test_a_model_that_is_nowhere_is_named(bucket: S3Objects) -> None:
    with pytest.raises(ConfigurationError, match=r"clip@1 is neither in .* nor published"):
        loaded("clip@1", bucket)


def test_a_published_model_encodes_as_the_one_in_the_folder(bucket: S3Objects, following: Path) -> None:
    assert set(publish(following, "demo@2", bucket)) == {*ModelFolder(following).files, MANIFEST}
    there, here = loaded("demo@2", bucket), loaded("", bucket)
    assert there.manifest.id == "demo@2"
    assert (there.encode_texts(["a red boat"]) == here.encode_texts(["a red boat"])).all()
    assert there.tags is not None


def test_a_file_is_read_when_it_is_needed(
    bucket: S3Objects, following: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list(publish(following, "demo@2", bucket))
    asked: list[str] = []
    read = bucket.read

    def noting(key: str) -> bytes:
        asked.append(key)
        return read(key)

    monkeypatch.setattr(bucket, "read", noting)
    loaded("demo@2", bucket).encode_texts(["a red boat"])
    files, place = ModelFolder(following).files, Published(bucket, "demo@2")
    needed = [place.key(name, files[name]) for name in (TOKENIZER, TEXT_GRAPH)]
    assert list(dict.fromkeys(asked)) == [f"{PUBLISHED}demo@2/{MANIFEST}", *needed]


def test_publishing_again_writes_nothing(bucket: S3Objects, following: Path) -> None:
    list(publish(following, "demo@2", bucket))
    assert list(publish(following, "demo@2", bucket)) == []


def test_a_model_whose_publishing_was_cut_short_is_not_published_and_is_completed(
    bucket: S3Objects, following: Path
) -> None:
    whole = [*sorted(ModelFolder(following).files), MANIFEST]
    assert list(islice(publish(following, "demo@2", bucket), 2)) == whole[:2]
    with pytest.raises(ConfigurationError):
        loaded("demo@2", bucket)
    assert list(publish(following, "demo@2", bucket)) == whole[2:]
    assert loaded("demo@2", bucket).manifest.id == "demo@2"


@pytest.mark.parametrize(
    "other",
    [
        {"files": {TEXT_GRAPH: "0" * 64}},
        {"files": {TOKENIZER: "0" * 64}},
        {"files": {IMAGE_GRAPH_FP16: "0" * 64}},
        {"image_size_px": 224},
        {"resampling": "bicubic"},
    ],
    ids=str,
)
def test_a_version_whose_vectors_would_be_others_is_refused(
    bucket: S3Objects, following: Path, other: dict[str, Any]
) -> None:
    list(publish(following, "demo@2", bucket))
    files = dict(ModelFolder(following).files)
    change_manifest(following, **other | {"files": files | other.get("files", {})})
    with pytest.raises(ConflictError, match="another version"):
        list(publish(following, "demo@2", bucket))
    assert loaded("demo@2", bucket).encode_texts(["boat"]).shape == (1, 768)


def test_of_two_who_publish_one_version_at_once_one_is_refused(bucket: S3Objects, following: Path) -> None:
    first, second = publish(following, "demo@2", bucket), publish(following, "demo@2", bucket)
    assert {next(first), next(second)} < {*ModelFolder(following).files}
    list(first)
    with pytest.raises(ConflictError, match="another"):
        list(second)


def test_a_manifest_that_cannot_be_read_is_not_written_over(bucket: S3Objects, following: Path) -> None:
    Published(bucket, "demo@2").write(MANIFEST, b'{"of": "a later release"}')
    with pytest.raises(ConfigurationError, match="no valid model in what is published as demo@2"):
        list(publish(following, "demo@2", bucket))


def test_a_model_that_was_published_under_another_name_is_not_used(
    bucket: S3Objects, following: Path
) -> None:
    Published(bucket, "clip@9").write(MANIFEST, (following / MANIFEST).read_bytes())
    with pytest.raises(ConfigurationError, match="calls itself demo@2"):
        loaded("clip@9", bucket)


class Refusing(S3Objects):
    """S3 that answers with an error."""

    error: Exception

    def read(self, _: str) -> bytes:
        raise self.error


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EndpointConnectionError(endpoint_url="s3"), UnavailableError),
        (ClientError({"Error": {"Code": "SlowDown"}}, "GetObject"), UnavailableError),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject"), ConfigurationError),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else one.__name__,
)
def test_a_bucket_that_does_not_answer_is_told_from_a_model_that_is_not_there(
    stores: Stores, error: Exception, told: type[Exception]
) -> None:
    bucket = Refusing(stores.s3, ORIGINALS)
    bucket.error = error
    with pytest.raises(told):
        loaded("demo@2", bucket)


def test_what_is_said_of_pictures_may_change_and_whoever_has_the_old_manifest_goes_on(
    bucket: S3Objects, following: Path
) -> None:
    list(publish(following, "demo@2", bucket))
    before = ModelFolder(Published(bucket, "demo@2"))
    files = dict(ModelFolder(following).files)
    files.pop(HEADS)
    change_manifest(following, files=files, knows=[])
    assert list(publish(following, "demo@2", bucket)) == [MANIFEST]
    assert before.head("tags") is not None
    assert ModelFolder(Published(bucket, "demo@2")).head("tags") is None


def test_another_model_than_was_named_is_refused(bucket: S3Objects, following: Path) -> None:
    with pytest.raises(ConfigurationError, match="is demo@2"):
        list(publish(following, "clip@1", bucket))
    assert list(bucket.keys("")) == []


def test_a_file_that_is_not_what_its_manifest_says_is_not_published(
    bucket: S3Objects, following: Path
) -> None:
    (following / TEXT_GRAPH).write_bytes(b"another graph")
    with pytest.raises(ConfigurationError, match="not the one"):
        list(publish(following, "demo@2", bucket))
    assert not bucket.exists(Published(bucket, "demo@2").key(MANIFEST, ""))


def test_a_published_file_that_was_changed_is_not_used(bucket: S3Objects, following: Path) -> None:
    list(publish(following, "demo@2", bucket))
    sha256 = ModelFolder(following).files[TEXT_GRAPH]
    Published(bucket, "demo@2").write(TEXT_GRAPH, b"another graph", sha256)
    with pytest.raises(ConfigurationError, match="not the one"):
        loaded("demo@2", bucket).encode_texts(["boat"])
