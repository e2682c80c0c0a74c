"""What contributors change of their images: the words, a refusal by an appeal, or all by deleting it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from lumenstock.catalog.decision import Action, Actor, DecisionStore, Ruling, entry
from lumenstock.catalog.image import Image
from lumenstock.catalog.kind import ImageType, LicenceType
from lumenstock.catalog.purge import Purged, purge_of_everything
from lumenstock.catalog.reasons import MODERATION, ReasonCode
from lumenstock.catalog.states import Status
from lumenstock.catalog.tags import clean_tags
from lumenstock.ingest.embed_message import EmbedRequest, make_message
from lumenstock.ingest.ports import Outbox
from lumenstock.ingest.purging import Purger
from lumenstock.ingest.review import ReviewPolicy, held
from lumenstock.kernel.clock import Clock
from lumenstock.kernel.errors import IllegalTransitionError, NotFoundError, PreconditionFailedError
from lumenstock.kernel.ids import ImageId, RandomBytes, UserId, new_media_key

CONTRIBUTOR = "contributor"
_CLOSED = frozenset({Status.EXPIRED, Status.TAKEN_DOWN})
_GIVEN_BY_MODERATORS = frozenset(MODERATION) | {ReasonCode.MODERATION}


@dataclass(frozen=True, slots=True)
class Edit:
    """New words, what kind of picture it is, whether a near-duplicate is meant; None leaves it as it is."""

    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    image_type: ImageType | None = None
    ai_generated: bool | None = None
    licence_type: LicenceType | None = None
    allow_near_duplicate: bool | None = None

    def applied(self, image: Image) -> dict[str, object]:
        """The fields of ``image`` that become others, with their new values."""
        wanted: dict[str, object | None] = {
            "title": self.title,
            "description": self.description,
            "tags": None if self.tags is None else clean_tags(self.tags),
            "categories": None if self.categories is None else tuple(dict.fromkeys(self.categories)),
            "image_type": self.image_type,
            "ai_generated": self.ai_generated,
            "licence_type": self.licence_type,
            "allow_near_duplicate": self.allow_near_duplicate,
        }
        return {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(image, name)
        }


class Amendments:
    """Changes by an image's own contributor; for anybody else there is no such image."""

    def __init__(
        self,
        decisions: DecisionStore,
        purger: Purger,
        resend: Callable[[Image], None],
        embed_live: Outbox,
        policy: ReviewPolicy,
        *,
        clock: Clock,
        random_bytes: RandomBytes,
        keep_original: timedelta,
    ) -> None:
        """Take the stores and what the stage decided.

        Args:
            decisions: Where rows and audit trail are.
            purger: Deletes the files.
            resend: Puts an image's original into the pipeline's queue once more.
            embed_live: The queue of the embedding.
            policy: Whether new words of an approved image are looked at.
            clock: The time.
            random_bytes: For new addresses.
            keep_original: How long the original of a deleted image is kept.
        """
        self._decisions = decisions
        self._purger = purger
        self._resend = resend
        self._embed_live = embed_live
        self._policy = policy
        self._clock = clock
        self._random_bytes = random_bytes
        self._keep_original = keep_original

    def edit(self, image_id: ImageId, contributor_id: UserId, seen: int | None, edit: Edit) -> Image:
        """Change the words of an image.

        A refusal for words alone is mended by it: the image is processed again from the files that are there,
        and a moderator looks at it. An approved one is indexed anew, and looked at where the stage says so.

        Args:
            image_id: Of an image of this contributor.
            contributor_id: Who asks.
            seen: Version that they looked at; None for whichever is there.
            edit: The new words.

        Raises:
            NotFoundError: They have no such image.
            PreconditionFailedError: It changed since they looked.
            IllegalTransitionError: It needs a new upload, or is closed.
            DuplicateImageError: The same file is in the catalogue as another image by now.
        """
        actor, now = Actor(contributor_id, CONTRIBUTOR), self._clock.now()

        def rule(present: Image) -> Ruling | None:
            _require_own(present, contributor_id)
            if seen not in {None, present.version}:
                raise PreconditionFailedError("The image changed since you looked at it. Read it again.")
            if present.status in _CLOSED:
                message = f"An image that is {present.status} cannot be changed."
                raise IllegalTransitionError(message, present.status)
            fields = edit.applied(present)
            if present.status is Status.REJECTED:
                _require_mendable(present)
            if not fields:
                return None
            note = ", ".join(fields)
            fields |= self._next_step(present, fields)
            target = fields.pop("status", None)
            if isinstance(target, Status):
                successor = present.moved(target, now, **fields)
            else:
                successor = present.changed(**fields)
            return Ruling(successor, entry(present, successor, Action.EDIT, actor, now, note=note))

        image = self._decisions.decide(image_id, rule)
        if image.status is Status.PROCESSING and image.held:
            self._send_on(image)
        return image

    def appeal(self, image_id: ImageId, contributor_id: UserId, text: str) -> Image:
        """Ask a moderator to look again at a refusal. Every refusal can be appealed once.

        Raises:
            NotFoundError: They have no such image.
            IllegalTransitionError: It is not refused, or by a check and not by a moderator.
            DuplicateImageError: The same file is in the catalogue as another image by now.
        """
        actor, now = Actor(contributor_id, CONTRIBUTOR), self._clock.now()
        plea = held(ReasonCode.APPEALED, text)

        def rule(present: Image) -> Ruling | None:
            _require_own(present, contributor_id)
            if plea in present.held:
                return None
            if present.status is not Status.REJECTED:
                message = f"Only a refusal can be appealed; this image is {present.status}."
                raise IllegalTransitionError(message, present.status)
            if not {reason.code for reason in present.reasons} <= _GIVEN_BY_MODERATORS:
                message = "A check of the file refused it, which is final: upload a file that passes."
                raise IllegalTransitionError(message, present.status)
            pleaded = (*present.reasons, plea)
            if present.renditions:
                successor = present.moved(Status.PENDING_REVIEW, now, reasons=pleaded, held=pleaded)
            else:  # its files were deleted; they are made again first
                successor = present.moved(Status.PROCESSING, now, reasons=(), held=pleaded)
            return Ruling(successor, entry(present, successor, Action.APPEAL, actor, now, note=text))

        image = self._decisions.decide(image_id, rule)
        if image.status is Status.PROCESSING:
            self._resend(image)
        return image

    def delete(self, image_id: ImageId, contributor_id: UserId, seen: int | None) -> Image:
        """Delete an image: its words, files, vectors and technical metadata go, its id and version stay.

        Whoever uploads the same file next becomes its owner. Of a picture that a moderator took down stays
        what it looks like, as the hash of its file does: copies of it wait for a moderator from then on.

        Raises:
            NotFoundError: They have no such image.
            PreconditionFailedError: It changed since they looked.
        """
        actor, now = Actor(contributor_id, CONTRIBUTOR), self._clock.now()
        key = new_media_key(self._random_bytes)

        def rule(present: Image) -> Ruling | None:
            _require_own(present, contributor_id, even_deleted=True)
            if present.status is Status.DELETED:
                return None
            if seen not in {None, present.version}:
                raise PreconditionFailedError("The image changed since you looked at it. Read it again.")
            likeness = present.likeness if present.is_banned else None
            successor = _tombstone(present.withdrawn(Status.DELETED, now, key, likeness=likeness))
            purges = purge_of_everything(present, successor.version, now, self._keep_original)
            return Ruling(successor, entry(present, successor, Action.DELETE, actor, now), purges)

        image = self._decisions.decide(image_id, rule)
        self._purger.purge_now(image_id, {Purged.DERIVATIVES, Purged.PARTS}, now)
        return image

    def _next_step(self, present: Image, edited: Mapping[str, object]) -> dict[str, object]:
        """What becomes of an image, beside what is edited."""
        if present.status is Status.REJECTED:
            codes = ", ".join(reason.code for reason in present.reasons)
            mended = held(ReasonCode.MENDED, f"Mended after a refusal for {codes}.")
            return {"status": Status.PROCESSING, "reasons": (), "held": (mended,)}
        if present.status is Status.PENDING_REVIEW and edited.get("allow_near_duplicate"):
            return _without_near_duplicate(present)
        words = edited.keys() - {"allow_near_duplicate"}
        if words and present.status is Status.APPROVED and (why := self._policy.after_edit()):
            return {"status": Status.PENDING_REVIEW, "reasons": why, "held": why, "cleared": False}
        return {}

    def _send_on(self, image: Image) -> None:
        """Process a mended image: from the embedding on, if its files are there."""
        if image.renditions:
            self._embed_live.send(make_message(EmbedRequest(image.id, image.rev)))
        else:
            self._resend(image)


def _require_own(image: Image, contributor_id: UserId, *, even_deleted: bool = False) -> None:
    if image.contributor_id != contributor_id or (image.status is Status.DELETED and not even_deleted):
        message = f"There is no image {image.id}."
        raise NotFoundError(message)


def _require_mendable(image: Image) -> None:
    if any(reason.needs_new_upload for reason in image.reasons):
        message = "The file itself was refused, and words do not mend it: upload another."
        raise IllegalTransitionError(message, image.status)


def _without_near_duplicate(image: Image) -> dict[str, object]:
    """What becomes of an image whose contributor means to have it: approved, if that was all."""
    reasons = tuple(reason for reason in image.reasons if reason.code is not ReasonCode.NEAR_DUPLICATE)
    if reasons or not image.reasons:
        return {"reasons": reasons}
    return {"reasons": (), "status": Status.APPROVED}


def _tombstone(image: Image) -> Image:
    """What stays of a deleted image: whose it was, which file, and when; what it looked like, if anything."""
    return replace(
        image,
        contributor_name="",
        title="",
        description="",
        tags=(),
        categories=(),
        ai_tags=(),
        palette=(),
        nsfw=None,
        people=None,
        image_type=None,
        ai_generated=None,
        reasons=(),
        held=(),
        near_duplicates=(),
        source=replace(image.source, filename=""),
    )
