from __future__ import annotations

import pytest

from functions.ingest import metadata
from lumenstock import bootstrap
from lumenstock.catalog.image import Image
from lumenstock.catalog.states import Status
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.errors import DamagedPictureError
from tests.functions.ingest.conftest import T0, Pipeline
from tests.pictures import exif_with_everything, jpeg, xmp_packet


def test_technical_metadata_go_to_an_item_of_their_own(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(600, 400, exif=exif_with_everything()))
    checked = pipeline.validate(image)
    version = pipeline.row(image).version
    answer = metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None)
    technical = bootstrap.catalog().get_technical(image.id)
    assert answer == {"ok": True}
    assert technical["camera_model"] == "Canary 1"
    assert float(str(technical["latitude"])) == pytest.approx(-33.85875)
    assert technical["creator"] == "Canary Artist"
    assert pipeline.row(image).version == version, "technical metadata are not part of the row"


SAID = xmp_packet(
    "<dc:title>Harbour</dc:title><dc:description>Boats at rest</dc:description>"
    "<dc:subject><rdf:Bag><rdf:li>Boats</rdf:li><rdf:li>SEA</rdf:li></rdf:Bag></dc:subject>"
)


def described(pipeline: Pipeline, image: Image) -> Image:
    checked = pipeline.validate(image)
    metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None)
    return pipeline.row(image)


def test_words_of_the_file_fill_what_the_contributor_left_and_nothing_else(pipeline: Pipeline) -> None:
    row = described(pipeline, pipeline.upload(jpeg(600, 400, xmp=SAID)))
    assert (row.title, row.description, row.tags) == ("A picture", "Boats at rest", ("boats", "sea"))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", (None, True)),
        ("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", ("photo", False)),
        ("https://example.org/another", (None, None)),
    ],
)
def test_what_the_file_says_of_its_making_is_taken_over(
    pipeline: Pipeline, source: str, told: tuple[str | None, bool | None]
) -> None:
    packet = xmp_packet("", f'Iptc4xmpExt:DigitalSourceType="{source}"')
    row = described(pipeline, pipeline.upload(jpeg(600, 400, xmp=packet)))
    assert (row.image_type, row.ai_generated) == told


def test_the_contributor_knows_better_than_the_file_how_it_was_made(pipeline: Pipeline) -> None:
    packet = xmp_packet("<Iptc4xmpExt:DigitalSourceType>digitalCapture</Iptc4xmpExt:DigitalSourceType>")
    image = pipeline.upload(jpeg(600, 400, xmp=packet))
    bootstrap.catalog().update(image.id, lambda row: row.changed(ai_generated=True))
    row = described(pipeline, image)
    assert (row.image_type, row.ai_generated) == ("photo", True)


def test_an_image_without_a_title_gets_the_files(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(600, 400, xmp=SAID))
    bootstrap.catalog().update(image.id, lambda row: row.changed(title="", tags=("mine",)))
    row = described(pipeline, image)
    assert (row.title, row.tags) == ("Harbour", ("mine",))


def test_words_are_filled_in_once(pipeline: Pipeline) -> None:
    image = pipeline.upload(jpeg(600, 400, xmp=SAID))
    assert described(pipeline, image) == described(pipeline, image)


@pytest.mark.parametrize("status", [Status.REJECTED, Status.PENDING_REVIEW])
def test_a_row_that_went_on_is_not_filled(pipeline: Pipeline, status: Status) -> None:
    image = pipeline.upload(jpeg(600, 400, xmp=SAID))
    checked = pipeline.validate(image)
    bootstrap.catalog().update(image.id, lambda row: row.moved(status, T0))
    metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None)
    assert pipeline.row(image).tags == ()


def test_nothing_that_a_file_says_is_logged(pipeline: Pipeline, caplog: pytest.LogCaptureFixture) -> None:
    secret = xmp_packet("<dc:title>Zanzibar</dc:title><dc:creator>Zanzibar</dc:creator>")
    described(pipeline, pipeline.upload(jpeg(600, 400, xmp=secret, exif=exif_with_everything())))
    logged = str([vars(record) for record in caplog.records])
    assert "described" in caplog.messages
    assert [word for word in ("Zanzibar", "Canary", "33.85") if word in logged] == []


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

    monkeypatch.setattr(decoder, "metadata", break_down)
    assert metadata.handler({"image_id": image.id, "plan": checked["plan"]}, None) == {"ok": True}
    assert bootstrap.catalog().get_technical(image.id) == {}
