from __future__ import annotations

import pytest

from functions.ingest import metadata
from lumenstock import bootstrap
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DamagedPictureError
from tests.functions.ingest.conftest import Pipeline
from tests.pictures import exif_with_everything, jpeg


def test_technical_metadata_go_to_an_item_of_their_own(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(600, 400, exif=exif_with_everything()))
    checked = pipeline.validate(image)
    version = pipeline.row(image).version
    answer = metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None)
    technical = bootstrap.catalog().get_technical(image.id)
    assert answer == {"ok": True}
    assert technical["camera_model"] == "Canary 1"
    assert float(str(technical["latitude"])) == pytest.approx(-33.85875)
    assert pipeline.row(image).version == version, "technical metadata are not part of the row"


def test_a_late_run_of_an_older_revision_changes_nothing(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(600, 400, exif=exif_with_everything()))
    checked = pipeline.validate(image)
    bootstrap.catalog().put_technical(image.id, 2, {"iso": 50})
    metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None)
    assert bootstrap.catalog().get_technical(image.id) == {"iso": 50}


def test_metadata_that_break_the_reader_do_not_cost_the_picture(
    pipeline: Pipeline, decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pipeline.upload(jpeg(600, 400))
    checked = pipeline.validate(image)

    def break_down(*_: object) -> None:
        raise DamagedPictureError

    monkeypatch.setattr(decoder, "technical", break_down)
    assert metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None) == {"ok": True}
    assert bootstrap.catalog().get_technical(image.id) == {}
