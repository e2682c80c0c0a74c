"""The decoder's process: what a hostile file can do to it, and what it cannot."""

from __future__ import annotations

import os
import signal
import struct
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Timer

import psutil
import pytest

from functions.manifest import FUNCTIONS
from lumenstock.imaging.decoder import HEADER_LIMITS, PIXEL_LIMITS, Decoder
from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError, DecoderLostError
from lumenstock.imaging.formats import Format
from lumenstock.imaging.header import Header
from tests.pictures import (
    encode,
    exif_with_everything,
    flat_png,
    jpeg,
    photo,
    png_chunk,
    with_flipped_byte,
    with_stated_size,
)


@pytest.fixture
def own_decoder() -> Iterator[Decoder]:
    """A decoder of one test, which may break it."""
    decoder = Decoder({})
    yield decoder
    decoder.close()


def put(folder: Path, body: bytes) -> Path:
    path = folder / "original"
    path.write_bytes(body)
    return path


# Far more than a second of work on any machine: 7 ms for each file that is written.
ENDLESS_WORK = ["512"] * 2000


@cache
def large_interlaced() -> bytes:
    """81 megapixels that must be in memory all at once: 243 MB."""
    return flat_png(9000, 9000, interlaced=True)


def with_stated_png_size(side_px: int) -> bytes:
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    return flat_png(40, 40).replace(flat_png(40, 40)[8:33], png_chunk(b"IHDR", header))


def header_of(decoder: Decoder, path: Path) -> Header:
    header = decoder.examine(path).header
    assert header
    return header


def process_of(decoder: Decoder) -> psutil.Process:
    decoder.start()
    assert decoder._process is not None
    return psutil.Process(decoder._process.pid)


def test_a_header_is_read(decoder: Decoder, tmp_path: Path) -> None:
    header = header_of(decoder, put(tmp_path, encode(photo(640, 480), "JPEG", progressive=True)))
    assert (header.format, header.width_px, header.height_px) == (Format.JPEG, 640, 480)
    assert (header.interlaced, header.decodes_whole, header.pixel_bytes) == (True, True, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("share", [0.3, 0.97])
def test_a_truncated_file_is_damaged(decoder: Decoder, tmp_path: Path, kind: str, share: float) -> None:
    body = encode(photo(900, 600), kind)
    path = put(tmp_path, body[: int(len(body) * share)])
    for names in (["512", "300"], ["preview"]):
        with pytest.raises(DamagedPictureError):
            decoder.render(path, names, tmp_path)


def test_a_jpeg_cut_short_and_closed_again_is_damaged(decoder: Decoder, tmp_path: Path) -> None:
    body = jpeg()
    with pytest.raises(DamagedPictureError):
        decoder.render(put(tmp_path, body[: len(body) // 2] + b"\xff\xd9"), ["512"], tmp_path)


def test_a_header_that_states_more_pixels_than_there_are_is_damaged(decoder: Decoder, tmp_path: Path) -> None:
    path = put(tmp_path, with_stated_size(jpeg(), 9000, 9000))
    assert header_of(decoder, path).width_px == 9000
    with pytest.raises(DamagedPictureError):
        decoder.render(path, ["1024"], tmp_path)


def test_a_broken_checksum_in_the_pixels_of_a_png_is_damage(decoder: Decoder, tmp_path: Path) -> None:
    body = encode(photo(900, 600), "PNG")
    with pytest.raises(DamagedPictureError):
        decoder.render(put(tmp_path, with_flipped_byte(body, len(body) // 2)), ["512"], tmp_path)


def test_a_warning_that_costs_no_pixel_is_forgiven(decoder: Decoder, tmp_path: Path) -> None:
    body = jpeg(restart_marker_rows=1)
    restart = body.index(b"\xff\xd0", body.index(b"\xff\xda"))
    stray_bytes = body[:restart] + b"\x12" * 20 + body[restart:]
    assert decoder.render(put(tmp_path, stray_bytes), ["512"], tmp_path)[0].width_px == 512


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"MZ" + bytes(500), b'<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500"/>'],
    ids=["empty", "one byte", "program", "svg"],
)
def test_what_is_no_picture_is_read_by_no_decoder(decoder: Decoder, tmp_path: Path, body: bytes) -> None:
    path = put(tmp_path, body)
    if body:
        assert decoder.examine(path).header is None
    with pytest.raises(DamagedPictureError):
        decoder.render(path, ["512"], tmp_path)


def test_a_header_that_states_an_absurd_size_is_not_believed(decoder: Decoder, tmp_path: Path) -> None:
    absurd = decoder.examine(put(tmp_path, with_stated_png_size(2**31 - 1)))
    assert (absurd.header, absurd.fault) == (None, "damaged")
    assert header_of(decoder, put(tmp_path, with_stated_size(jpeg(), 65_500, 65_500))).width_px == 65_500


def test_a_text_bomb_is_not_inflated(tmp_path: Path) -> None:
    import zlib

    bomb = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(300_000_000), 9))
    decoder = Decoder({}, replace(PIXEL_LIMITS, memory_bytes=500_000_000))
    try:
        assert decoder.render(put(tmp_path, flat_png(64, 64, extra=bomb)), ["preview"], tmp_path)
    finally:
        decoder.close()


def test_a_picture_that_needs_too_much_memory_is_refused_and_the_next_one_is_not(tmp_path: Path) -> None:
    decoder = Decoder({}, replace(PIXEL_LIMITS, memory_bytes=320_000_000))
    try:
        bomb = put(tmp_path, large_interlaced())
        with pytest.raises(DecoderLimitError):
            decoder.render(bomb, ["512"], tmp_path)
        assert decoder.render(put(tmp_path, jpeg()), ["512"], tmp_path)
    finally:
        decoder.close()


def test_a_picture_that_needs_too_much_time_is_refused(tmp_path: Path) -> None:
    decoder = Decoder({}, replace(PIXEL_LIMITS, cpu_s=1))
    try:
        with pytest.raises(DecoderLimitError, match="SIGXCPU"):
            decoder.render(put(tmp_path, jpeg()), ENDLESS_WORK, tmp_path)
    finally:
        decoder.close()


def test_a_machine_too_busy_to_decode_is_no_fault_of_the_picture(tmp_path: Path) -> None:
    decoder = Decoder({}, replace(PIXEL_LIMITS, wall_s=1))
    try:
        with pytest.raises(DecoderLostError, match="SIGALRM"):
            decoder.render(put(tmp_path, jpeg()), ENDLESS_WORK, tmp_path)
    finally:
        decoder.close()


@pytest.mark.parametrize(
    ("death", "error"), [(signal.SIGKILL, DecoderLostError), (signal.SIGSEGV, DecoderLimitError)]
)
def test_a_child_that_dies_at_work_is_told_by_its_death(
    own_decoder: Decoder, tmp_path: Path, death: signal.Signals, error: type[Exception]
) -> None:
    process = process_of(own_decoder)
    path = put(tmp_path, large_interlaced())
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(own_decoder.render, path, ["512"], tmp_path)
        while not (children := process.children()):
            assert not working.done(), "the child was too fast to be caught"
            time.sleep(0.001)
        children[0].send_signal(death)
        with pytest.raises(error):
            working.result()
    assert own_decoder.render(put(tmp_path, jpeg()), ["512"], tmp_path), (
        "the process must have outlived its child"
    )


def test_a_decoder_that_was_killed_is_replaced(own_decoder: Decoder, tmp_path: Path) -> None:
    path = put(tmp_path, jpeg())
    first = process_of(own_decoder)
    own_decoder.examine(path)
    os.kill(first.pid, signal.SIGSTOP)  # it is there when it is asked, and does not answer before its end
    Timer(0.3, os.kill, (first.pid, signal.SIGKILL)).start()
    with pytest.raises(DecoderLostError):
        own_decoder.examine(path)
    assert header_of(own_decoder, path).width_px == 1200
    assert process_of(own_decoder).pid != first.pid


def test_the_process_ends_with_its_parent(own_decoder: Decoder) -> None:
    process = process_of(own_decoder)
    assert own_decoder._process is not None
    assert own_decoder._process.stdin is not None
    own_decoder._process.stdin.close()  # what the kernel does for a parent that dies
    process.wait(timeout=10)


def test_the_process_knows_no_credentials_and_forks_from_one_thread(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    decoder = Decoder({"LD_LIBRARY_PATH": "/somewhere"})
    try:
        decoder.render(put(tmp_path, jpeg()), ["512"], tmp_path)
        process = process_of(decoder)
        assert process.num_threads() == 1
        assert "canary" not in process.environ().values()
        assert process.environ()["LD_LIBRARY_PATH"] == "/somewhere"
    finally:
        decoder.close()


def test_a_child_leaves_no_file_open_in_its_parent(own_decoder: Decoder, tmp_path: Path) -> None:
    path = put(tmp_path, jpeg())
    process = process_of(own_decoder)
    own_decoder.examine(path)
    before = process.num_fds()
    for _ in range(20):
        own_decoder.examine(path)
    assert process.num_fds() == before


def test_callers_from_several_threads_get_their_own_answers(decoder: Decoder, tmp_path: Path) -> None:
    paths = []
    for width_px in range(40, 72):
        path = tmp_path / f"{width_px}.png"
        path.write_bytes(flat_png(width_px, 30))
        paths.append(path)
    with ThreadPoolExecutor(8) as pool:
        widths = [header.width_px for header in pool.map(lambda path: header_of(decoder, path), paths)]
    assert widths == list(range(40, 72))


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_picture(decoder: Decoder, tmp_path: Path) -> None:
    with pytest.raises(DecoderLostError, match="FileNotFoundError"):
        decoder.render(put(tmp_path, jpeg()), ["512"], tmp_path / "nowhere")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_metadata_come_through_the_process(decoder: Decoder, tmp_path: Path, kind: str) -> None:
    path = put(tmp_path, encode(photo(90, 60), kind, exif=exif_with_everything()))
    found = decoder.metadata(path)
    assert found["camera_model"] == "Canary 1"
    if kind != "TIFF":  # Pillow writes a TIFF without its inner directories
        assert found["latitude"] == pytest.approx(-33.85875)


def test_every_limit_ends_a_child_before_its_function_is_ended() -> None:
    functions_s = {spec.name: spec.timeout_s or 0 for spec in FUNCTIONS}
    for limits, names in (
        (PIXEL_LIMITS, ("ingest-render", "ingest-watermark")),
        (HEADER_LIMITS, ("ingest-validate", "ingest-metadata")),
    ):
        assert limits.cpu_s < limits.wall_s < min(functions_s[name] for name in names)
