"""Pictures decoded at arm's length: in a process of its own, a child for each, under limits of the kernel."""

from __future__ import annotations

import base64
import ctypes
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lumenstock.imaging.errors import DamagedPictureError, DecoderLimitError, DecoderLostError
from lumenstock.imaging.header import MAX_STATED_PX, Examination, Header
from lumenstock.imaging.renditions import Encoding

if TYPE_CHECKING:  # numpy is not with every function that imports this
    from lumenstock.imaging.invisible_mark import Pattern, Pixels

# Signals that a decoder brings upon itself. Any other end (SIGKILL by the machine's memory, SIGALRM on a
# machine too busy to let it work) is no fault of the picture's, and may go well another time.
_OWN_END = frozenset({"SIGXCPU", "SIGSEGV", "SIGBUS", "SIGABRT", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"})
_REFUSALS = {kind.code: kind for kind in (DamagedPictureError, DecoderLimitError)}

_PR_SET_DUMPABLE = 4  # Source: linux/prctl.h

_ENVIRONMENT = {
    "VIPS_BLOCK_UNTRUSTED": "1",  # no decoder that libvips itself does not trust: SVG, PDF, matrices, …
    "VIPS_MAX_COORD": str(MAX_STATED_PX),
    "VIPS_CONCURRENCY": "1",
    "OPENBLAS_NUM_THREADS": "1",  # numpy's threads would not live through the fork
    "VIPS_WARNING": "0",
    "OMP_NUM_THREADS": "1",
    # A child that lives for one picture should keep what it has freed: with glibc's defaults it hands pages
    # back and faults them in again, 7,000 times a photo (15 ms of 90). Huge pages need glibc 2.35.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may take.

    Attributes:
        memory_bytes: Address space of the child, libraries included (280 MB before the first pixel).
        cpu_s: CPU time.
        wall_s: Wall time, by which a child is ended whatever happens to it.
    """

    memory_bytes: int
    cpu_s: int
    wall_s: int


# The largest picture that is taken needs 1 GB and 3 s, twice that on a slow core; a header needs
# milliseconds. All end before the time limit of the function that waits for them.
PIXEL_LIMITS = Limits(memory_bytes=1_500_000_000, cpu_s=20, wall_s=32)
HEADER_LIMITS = Limits(memory_bytes=600_000_000, cpu_s=5, wall_s=10)
# 45 megapixels of camera raw at half size need 250 MB and 1.1 s.
RAW_LIMITS = Limits(memory_bytes=1_500_000_000, cpu_s=12, wall_s=16)

PROGRAM, RAW_PROGRAM = "lumenstock.imaging.zygote", "lumenstock.imaging.raw_zygote"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendition that was written, and its real size."""

    name: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Developed:
    """A picture that was made of camera raw.

    Attributes:
        width_px: Of the picture, upright. So is ``height_px``.
        preview: Whether it is the camera's own preview, and not our development.
    """

    width_px: int
    height_px: int
    preview: bool


def _close_to_others() -> None:
    """Keep other processes of the same user out of this one's memory and environment, where credentials lie.

    A decoder that a file has taken over could read ``/proc/{parent}/environ`` otherwise. The program that is
    started next is open again, and has nothing to hide.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


class Decoder:
    """Does to pictures what only a child should do.

    One picture at a time; a second caller waits. ``peak_rss_bytes`` is the most memory that any child ever
    held. All methods raise :class:`DamagedPictureError` or
    :class:`DecoderLimitError` where the file is at fault, :class:`DecoderLostError` where it is not.
    """

    def __init__(
        self,
        linker_environment: Mapping[str, str],
        pixel_limits: Limits = PIXEL_LIMITS,
        program: str = PROGRAM,
    ) -> None:
        """``linker_environment`` is what the interpreter itself needs to start; nothing else is passed on.

        ``program`` is the process's module: :data:`RAW_PROGRAM` can develop, too.
        """
        python_path = os.pathsep.join(filter(None, sys.path))
        self._environment = {**linker_environment, **_ENVIRONMENT, "PYTHONPATH": python_path}
        self._pixel_limits = pixel_limits
        self._program = program
        self.peak_rss_bytes = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process if there is none, without waiting: it gets ready while the file is fetched."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            _close_to_others()
            self._process = subprocess.Popen(  # noqa: S603 - one of our own modules
                [sys.executable, "-P", "-m", self._program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=self._environment,
            )

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(BrokenPipeError), self._process as process:
                process.kill()
            self._process = None

    def examine(self, path: Path) -> Examination:
        """Take a first look at a file of at least one byte. A header that cannot be read is no error here."""
        return Examination.of(self._ask("examine", HEADER_LIMITS, path=str(path)))

    def develop(self, path: Path, target: Path, max_pixels: int) -> tuple[Header, Developed | None]:
        """Make a JPEG of camera raw that has at most ``max_pixels``; of a larger one only read the header."""
        answer = self._ask("develop", RAW_LIMITS, path=str(path), target=str(target), max_pixels=max_pixels)
        developed = answer["developed"]
        return Header.of(answer["header"]), Developed(**developed) if developed else None

    def render(
        self,
        path: Path,
        names: Sequence[str],
        folder: Path,
        encodings: Sequence[Encoding] = (Encoding.WEBP,),
        packet: str = "",
        pattern: Pattern | None = None,
    ) -> list[Rendered]:
        """Write renditions to ``folder`` as ``{name}.{encoding}``, from one decode; widest first.

        ``packet`` (XMP) goes into those from 600 px up, ``pattern`` (of the invisible mark) into the marked.
        The key of the marks stays here: a child that a hostile file takes over sees one pattern at most.
        """
        answer = self._ask(
            "render",
            self._pixel_limits,
            path=str(path),
            names=list(names),
            folder=str(folder),
            encodings=list(encodings),
            packet=packet,
            pattern="" if pattern is None else base64.b64encode(pattern.tobytes()).decode(),
        )
        return [Rendered(**fields) for fields in answer]

    def shrink(self, path: Path, longest_px: int) -> Pixels:
        """The pixels of a picture, whole or cut short: uint8[h, w, 3], no side over ``longest_px``."""
        import numpy as np

        with TemporaryDirectory(prefix="pixels-") as folder:
            target = Path(folder, "pixels")
            width, height = self._ask(
                "shrink", self._pixel_limits, path=str(path), longest_px=longest_px, target=str(target)
            )
            return np.fromfile(target, dtype=np.uint8).reshape(height, width, 3)

    def metadata(self, path: Path) -> dict[str, Any]:
        """Read what the file says of itself: see :func:`lumenstock.imaging.metadata.read_metadata`."""
        fields: dict[str, Any] = self._ask("metadata", HEADER_LIMITS, path=str(path))
        return fields

    def _ask(self, operation: str, limits: Limits, **arguments: object) -> Any:  # noqa: ANN401 - JSON of the operation
        request = {"operation": operation, "arguments": arguments, "limits": asdict(limits)}
        with self._lock:
            answer = self._exchange(json.dumps(request).encode() + b"\n")
            self.peak_rss_bytes = max(self.peak_rss_bytes, answer.get("peak_rss_bytes", 0))
        if "value" in answer:
            return answer["value"]
        if "refused" in answer:
            raise _REFUSALS[answer["refused"]](answer["detail"])
        if answer.get("died") in _OWN_END:
            message = f"The decoder died of {answer['died']}."
            raise DecoderLimitError(message)
        message = f"The decoder did not answer: {answer}."
        raise DecoderLostError(message)

    def _exchange(self, request: bytes) -> dict[str, Any]:
        self.start()
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return {"died": "at start"}
        try:
            process.stdin.write(request)
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            self.close()
            return {"died": "with its parent"}
        answer: dict[str, Any] = json.loads(line)
        return answer
