"""What exiftool finds in public files made from files that carry every group of tags it can write.

Photos of real cameras have maker notes, which nobody can write from nothing: ``PHOTOS=dir``, see tests/photos.py.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from functions.ingest import render, watermark
from functions.ingest.payloads import checked_json
from lumenstock.catalog.marks import MarkId
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.formats import sniff
from lumenstock.imaging.renditions import EAGER, MARKED_FROM_PX, RENDITIONS, Encoding
from lumenstock.ingest.plan import Checked, Publishing, make_plan
from tests.conftest import ORIGINALS
from tests.functions.ingest.conftest import Pipeline
from tests.photos import REAL_PHOTOS
from tests.pictures import MEDIA_TYPES, display_p3, encode, exif_with_everything, jpeg, photo

LICENCE = "https://market.example/licence"
MAX_XMP_TAGS = 30  # of a namespace; two have 900 settings of raw converters each
STRUCTURE = {"ExifTool", "System", "File", "Composite"}
# What tells a decoder how to read the file, and nobody anything of the picture or its maker.
CONTAINER_TAGS = {
    "JFIF": {"JFIFVersion", "ResolutionUnit", "XResolution", "YResolution"},
    "RIFF": {"WebP_Flags", "ImageWidth", "ImageHeight", "VP8Version", "HorizontalScale", "VerticalScale"},
    "Meta": {"PrimaryItemReference"},
    "QuickTime": {
        "AV1ConfigurationVersion",
        "ChromaFormat",
        "ChromaSamplePosition",
        "CompatibleBrands",
        "HandlerType",
        "ImagePixelDepth",
        "ImageSpatialExtent",
        "MajorBrand",
        "MediaDataOffset",
        "MediaDataSize",
        "MinorVersion",
    },
}
RIGHTS = {
    "XMP-dc:Creator": "Ann",
    "XMP-dc:Rights": "© 2026 Ann",
    "XMP-xmpRights:Marked": True,
    "XMP-xmpRights:WebStatement": LICENCE,
    "XMP-plus:DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
}

# In one process, since exiftool takes 20 s to write all of its tags.
pytestmark = [pytest.mark.exiftool, pytest.mark.slow, pytest.mark.xdist_group("tagged pictures")]


def exiftool(*arguments: str, given: str = "") -> str:
    tool = shutil.which("exiftool")
    if tool is None:
        pytest.skip("exiftool is not installed")
    done = subprocess.run([tool, *arguments], input=given, capture_output=True, text=True, check=False)
    return done.stdout


def groups_of(path: Path) -> set[str]:
    (tags,) = json.loads(exiftool("-json", "-G1", "-a", "-u", str(path)))
    return {name.split(":")[0] for name in tags if ":" in name}


def writable_tags() -> list[str]:
    """Tags of every group that exiftool can make up in a JPEG, as ``group:tag``."""
    known = exiftool("-listg1").partition(":")[2].split()
    groups = ["EXIF", "GPS", "IPTC", "Photoshop", "Ducky", *(name for name in known if "XMP-" in name)]
    script = "".join(f"-listw\n-{group}:all\n-echo\n=\n-execute\n" for group in groups)
    tags, group = defaultdict[str, list[str]](list), ""
    for line in exiftool("-@", "-", given=script).splitlines():
        if line.startswith("Writable "):
            group = line.split()[1]
        elif line.startswith("  ") and "[" not in line:
            tags[group] += [tag for tag in line.split() if tag != "Orientation"]
    for group, names in tags.items():
        if group.startswith("XMP-"):
            del names[MAX_XMP_TAGS:]
    return [f"{group}:{tag}" for group, names in tags.items() for tag in names]


@pytest.fixture(scope="module")
def tagged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One picture in each format, with a text or a number in every tag that takes one."""
    folder = tmp_path_factory.mktemp("tagged")
    first = folder / "jpeg"
    first.write_bytes(
        jpeg(1700, 1100, exif=exif_with_everything(), icc_profile=display_p3(), comment=b"Canary")
    )
    tags = writable_tags()
    for value in ("1", "Canary"):
        script = "".join(f"-{tag}={value}\n" for tag in tags)
        exiftool("-@", "-", given=f"-m\n-overwrite_original\n{script}{first}\n")
    files = {"JPEG": first}
    for kind in ("PNG", "TIFF", "WEBP", "AVIF"):
        files[kind] = folder / kind.lower()
        files[kind].write_bytes(encode(photo(1700, 1100), kind, exif=exif_with_everything()))
        copied = ("-tagsFromFile", str(first), "-all:all", "-unsafe", "-icc_profile")
        exiftool("-m", "-overwrite_original", *copied, str(files[kind]))
    return files


def published(pipeline: Pipeline, decoder: Decoder, path: Path, folder: Path) -> dict[str, Path]:
    """All public files of a picture, by the real handlers with the whole set as the plan."""
    body = path.read_bytes()
    kind = sniff(body[:64])
    assert kind is not None
    image = pipeline.upload(body, content_type=MEDIA_TYPES[kind.name])
    stored = pipeline.stores.s3.head_object(Bucket=ORIGINALS, Key=image.source.key)
    image = image.changed(source=replace(image.source, version_id=stored["VersionId"]))
    publishing = Publishing(EAGER["full"], LICENCE)
    plan = make_plan(image, kind, decoder.examine(path).header, "00" * 32, publishing, MarkId("ab" * 6))
    common = {
        "image_id": image.id,
        "plan": checked_json(Checked(ok=True, image_id=image.id, plan=plan))["plan"],
    }
    for group in plan.groups:
        assert render.handler({**common, "group": group}, None)["ok"]
    assert watermark.handler(common, None)["ok"]
    files = {}
    for key, content in pipeline.stores.derivatives().items():
        name = key.rsplit("/", 1)[1]
        files[name] = folder / name
        files[name].write_bytes(content)
    return files


def assert_only_rights(files: dict[str, Path]) -> None:
    """No tag in any file but structure and, from 600 px up, exactly the allow-list."""
    found = json.loads(exiftool("-json", "-G1", "-a", "-n", *map(str, files.values())))
    assert len(found) == len(files)
    for tags in found:
        where = Path(tags.pop("SourceFile")).name
        width_px = tags["File:ImageWidth"] if "File:ImageWidth" in tags else tags["RIFF:ImageWidth"]
        stated = {}
        for name, value in tags.items():
            group, tag = name.split(":", 1)
            if group in STRUCTURE or tag in CONTAINER_TAGS.get(group, ()):
                assert tag not in {"Comment", "Warning"}, f"{where}: {name} = {value}"
            else:
                stated[name] = value
        assert stated == (RIGHTS if width_px >= MARKED_FROM_PX else {}), where


def test_the_tagged_file_holds_every_group_that_exiftool_can_write(tagged: dict[str, Path]) -> None:
    found = groups_of(tagged["JPEG"])
    assert {"IFD0", "IFD1", "ExifIFD", "InteropIFD", "GPS", "IPTC", "Photoshop", "ICC_Profile"} <= found
    assert len([group for group in found if group.startswith("XMP-")]) > 50
    for kind in ("PNG", "TIFF", "WEBP", "AVIF"):
        assert {"IFD0", "ExifIFD", "GPS", "XMP-dc", "XMP-iptcExt"} <= groups_of(tagged[kind]), kind


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_public_files_hold_nothing_of_the_source_and_state_the_rights(
    pipeline: Pipeline, decoder: Decoder, tagged: dict[str, Path], tmp_path: Path, kind: str
) -> None:
    files = published(pipeline, decoder, tagged[kind], tmp_path)
    names = [name for name, rendition in RENDITIONS.items() if rendition.fits(1700)]
    assert set(files) == {f"{name}.{encoding}" for name in names for encoding in Encoding}
    assert_only_rights(files)
    assert not [name for name, path in files.items() if b"canary" in path.read_bytes().lower()]


@pytest.mark.parametrize("width_px", [500, 599, 601])
def test_a_small_source_states_its_rights_only_in_a_file_of_600_px(
    pipeline: Pipeline, decoder: Decoder, tmp_path: Path, width_px: int
) -> None:
    source = tmp_path / "source"
    source.write_bytes(jpeg(width_px, 400, exif=exif_with_everything()))
    files = published(pipeline, decoder, source, tmp_path)
    assert "preview.jpg" in files
    assert_only_rights(files)


if REAL_PHOTOS:

    @pytest.mark.parametrize("path", REAL_PHOTOS, ids=[path.name for path in REAL_PHOTOS])
    def test_public_files_of_a_real_photo_hold_nothing_of_it(
        pipeline: Pipeline, decoder: Decoder, tmp_path: Path, path: Path
    ) -> None:
        assert_only_rights(published(pipeline, decoder, path, tmp_path))
