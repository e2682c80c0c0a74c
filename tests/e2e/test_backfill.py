"""A backfill of the local stage: real function, real roles, the job of S3 Batch Operations stood in for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from cli.main import app
from lumenstock import bootstrap, settings
from lumenstock.adapters.aws import clients
from lumenstock.catalog.image import Image
from lumenstock.kernel.ids import ImageId
from tests.conftest import forget_cached
from tests.e2e.journey import approved, upload
from tests.e2e.stage import Person, Stage

_PATIENCE_S = 150

pytestmark = pytest.mark.timeout(400, func_only=True)


@pytest.fixture
def operate(cloud: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """The command line of the operator of the local cloud."""
    if cloud.home is None:
        pytest.skip("on AWS the job is S3's own")
    monkeypatch.setenv("LUMENSTOCK_HOME", str(cloud.home.folder))
    monkeypatch.setenv("LUMENSTOCK_ENGINE_PORT", str(cloud.home.engine_port))
    monkeypatch.setenv("LUMENSTOCK_FRONT_PORT", str(cloud.home.front_port))
    before = dict(os.environ)
    forget_cached(bootstrap, settings, clients)
    yield CliRunner()
    os.environ.clear()
    os.environ.update(before)
    forget_cached(bootstrap, settings, clients)


def job_of(operate: CliRunner, *arguments: str) -> tuple[int, str, str]:
    """Exit code, the job's id, and what was said of it."""
    ran = operate.invoke(app, ["ops", "backfill", *arguments])
    assert not isinstance(ran.exception, Exception), ran.exception
    return ran.exit_code, ran.stdout.strip(), ran.stderr


def row(image_id: str) -> Image:
    return bootstrap.catalog().get(ImageId(image_id))


def test_a_backfill_renews_what_is_there_reports_what_is_gone_and_does_nothing_twice(
    cloud: Stage, contributor: Person, operate: CliRunner
) -> None:
    ids = [upload(contributor) for _ in range(6)]
    for image_id in ids:
        approved(contributor, image_id, within_s=_PATIENCE_S)
    assert operate.invoke(app, ["ops", "history", ids[0]]).exit_code == 0  # acts for the stage from here on
    lost = row(ids[5]).source
    cloud.operator.s3.delete_object(
        Bucket=cloud.outputs["OriginalsBucket"], Key=lost.key, VersionId=lost.version_id or "null"
    )
    ours = ["--filter", f"contributor={contributor.id}"]

    code, job, said = job_of(operate, "start", *ours)
    assert (code, "5 succeeded, 1 failed, of 6" in said) == (1, True), said
    assert [row(image_id).rev for image_id in ids] == [2, 2, 2, 2, 2, 1]
    model = row(ids[0]).model
    vectors = [bootstrap.catalog().get_vector(ImageId(image_id), model or "") for image_id in ids]
    assert [vector.rev for vector in vectors if vector] == [2, 2, 2, 2, 2, 1]
    assert {row(image_id).status for image_id in ids} == {"approved"}
    with cloud.client() as anybody:
        shown = anybody.get(f"/v1/images/{ids[0]}").json()
        assert "/2/" in shown["preview_url"]
        assert anybody.get(shown["preview_url"]).status_code == 200

    code, _, said = job_of(operate, "status", job)
    assert (code, "Complete: 5 succeeded, 1 failed, of 6" in said) == (0, True), said

    versions = [row(image_id).version for image_id in ids]
    code, again, said = job_of(operate, "rerun", job)
    assert (code, again != job, "0 succeeded, 1 failed, of 1" in said) == (1, True, True), said
    assert "not_found" in report(cloud, again)
    assert job_of(operate, "start", "--name", row(ids[0]).backfill or "")[:2] == (1, job)
    assert [row(image_id).version for image_id in ids] == versions


def report(cloud: Stage, job: str) -> str:
    key = f"bulk/reports/job-{job}/results/failed.csv"
    body = cloud.operator.s3.get_object(Bucket=cloud.outputs["OriginalsBucket"], Key=key)["Body"]
    return body.read().decode()
