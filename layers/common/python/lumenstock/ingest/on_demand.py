"""Public files that nobody made yet: made when first asked for, out of the closed set and no other."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lumenstock.catalog.image import Image, developed_key, rendition_key
from lumenstock.catalog.marks import MarkId, MarkOwner, MarkRegistry
from lumenstock.catalog.store import CatalogStore
from lumenstock.imaging.decoder import Decoder
from lumenstock.imaging.formats import Format
from lumenstock.imaging.invisible_mark import Pattern
from lumenstock.imaging.renditions import RENDITIONS, Encoding, Rendition
from lumenstock.ingest.derive import derive
from lumenstock.ingest.plan import Plan, stated_rights
from lumenstock.ingest.ports import Flight, Originals, PublicFiles, Standing
from lumenstock.kernel.errors import NotFoundError, UnavailableError
from lumenstock.kernel.ids import MediaKey

# A clean file that exists is source enough for one this much narrower: what its encoder lost is gone when it
# is scaled down. It saves reading 15 MB, and an original of a colder tier costs a retrieval.
_SOURCE_FACTOR = 1.7

# While another one makes the file: that takes 2 s, and CloudFront waits for 30.
_LOOKS, _BETWEEN_LOOKS_S = 40, 0.25

_ADDRESS = re.compile(
    r"/?(?P<media_key>[0-9a-f]{32})/(?P<rev>[1-9][0-9]{0,8})/"
    rf"(?P<name>{'|'.join(RENDITIONS)})\.(?P<encoding>{'|'.join(Encoding)})"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A file that an approved image might have."""

    media_key: MediaKey
    rev: int
    rendition: Rendition
    encoding: Encoding

    @classmethod
    def parse(cls, path: str) -> Address:
        """The address at a path of the CDN's origin.

        Raises:
            NotFoundError: No file ever has that path.
        """
        found = _ADDRESS.fullmatch(path)
        if found is None:
            message = "There is no such file."
            raise NotFoundError(message)
        name, encoding = RENDITIONS[found["name"]], Encoding(found["encoding"])
        return cls(MediaKey(found["media_key"]), int(found["rev"]), name, encoding)

    @property
    def key(self) -> str:
        """Its key in the bucket."""
        return rendition_key(self.media_key, self.rev, self.rendition.name, self.encoding)


@dataclass(frozen=True, slots=True)
class Marking:
    """What the marked files need: whom a mark names, the pattern that carries it, and the page they name."""

    marks: MarkRegistry
    pattern: Callable[[MarkId], Pattern]
    licence_url: str


class OnDemand:
    """Gives the bytes of any public file of any approved image."""

    def __init__(
        self,
        catalog: CatalogStore,
        originals: Originals,
        files: PublicFiles,
        decoder: Decoder,
        marking: Marking,
        flight: Callable[[str], Flight],
        sleep: Callable[[float], None],
    ) -> None:
        """``flight`` is a try at making the file of a key."""
        self._catalog = catalog
        self._originals = originals
        self._files = files
        self._decoder = decoder
        self._marking = marking
        self._flight = flight
        self._sleep = sleep

    def file(self, address: Address) -> bytes:
        """The file, made now unless it is there. Of many who ask at once one makes it and the others wait.

        Raises:
            NotFoundError: Nobody may see it, its source is too narrow for it, or it cannot be made.
            UnavailableError: Another one is still making it.
        """
        image = self._shown(address)
        flight = self._flight(address.key)
        standing = flight.begin()
        if standing is Standing.TAKEN:
            return self._awaited(address)
        if standing is Standing.HOPELESS:
            raise _none()
        try:
            body = self._existing(address) or self._made(image, address)
        except BaseException:
            flight.end()
            raise
        if body is None:
            flight.give_up()
            raise _none()
        flight.end()
        return body

    def _shown(self, address: Address) -> Image:
        image = self._catalog.find_public(address.media_key)
        if image is None or image.rev != address.rev:
            raise _none()
        name = address.rendition.name
        if name not in image.renditions and not address.rendition.fits(image.width_px):
            raise _none()
        return image

    def _existing(self, address: Address) -> bytes | None:
        try:
            return self._files.read(address.key)
        except NotFoundError:
            return None

    def _awaited(self, address: Address) -> bytes:
        for _ in range(_LOOKS):
            self._sleep(_BETWEEN_LOOKS_S)
            body = self._existing(address)
            if body is not None:
                return body
        message = "The file is being made. Ask again."
        raise UnavailableError(message)

    def _made(self, image: Image, address: Address) -> bytes | None:
        """Make the file; None if it cannot be made."""
        smaller = _smaller_source(image, address.rendition)
        plan = self._plan(image, address, smaller)
        pattern = self._marking.pattern(plan.mark) if address.rendition.marked else None
        source: Originals = self._files if smaller else self._originals
        try:
            derived = derive(source, self._files, self._decoder, plan, (address.rendition.name,), pattern)
        except NotFoundError as error:  # it is there by all that we know, so this is no 404
            message = f"The source of image {image.id} is gone."
            raise UnavailableError(message) from error
        if address.rendition.name not in derived.renditions:
            return None  # it does not decode; or camera raw, developed narrower than it is
        try:
            self._shown(address)  # a takedown may have emptied the folder before this file came
        except NotFoundError:
            self._files.delete(address.key)
            raise
        return self._files.read(address.key)

    def _plan(self, image: Image, address: Address, smaller: str | None) -> Plan:
        marked, format_ = address.rendition.marked, Format(image.source.format or Format.JPEG)
        return Plan(
            key=rendition_key(image.media_key, image.rev, smaller) if smaller else image.source.key,
            version_id=None if smaller else image.source.version_id,
            rev=image.rev,
            media_key=image.media_key,
            sha256=image.source.sha256 or "",
            format=Format.WEBP if smaller else format_,
            width_px=image.width_px,
            height_px=image.height_px,
            groups=(),
            marked=(),
            encodings=(address.encoding,),
            rights=stated_rights(image, self._marking.licence_url),
            mark=self._marking.marks.claim(MarkOwner.image(image.id)) if marked else MarkId(""),
            developed=developed_key(image.id, image.rev) if format_.raw and not smaller else None,
        )


def _smaller_source(image: Image, wanted: Rendition) -> str | None:
    """The narrowest clean file that is source enough for a clean rendition; None takes the original."""
    if wanted.marked:
        return None
    made = sorted(
        (RENDITIONS[name] for name in image.renditions if not RENDITIONS[name].marked),
        key=lambda rendition: rendition.width_px,
    )
    enough = (source.name for source in made if source.width_px >= _SOURCE_FACTOR * wanted.width_px)
    return next(enough, None)


def _none() -> NotFoundError:
    message = "There is no such file."
    return NotFoundError(message)
