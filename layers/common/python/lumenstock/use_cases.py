"""Use cases with the adapters that :mod:`lumenstock.bootstrap` chose, made once a process."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from secrets import token_bytes
from typing import TYPE_CHECKING

from lumenstock import bootstrap
from lumenstock.adapters.aws.queues import object_created
from lumenstock.catalog.purge import Purged
from lumenstock.ingest.amend import Amendments
from lumenstock.ingest.moderation import Moderation
from lumenstock.ingest.multipart import MultipartUploads
from lumenstock.ingest.purging import Purger
from lumenstock.ingest.review import ReviewPolicy
from lumenstock.settings import settings

if TYPE_CHECKING:
    from lumenstock.catalog.image import Image
    from lumenstock.ingest.embed_batch import EmbedBatch
    from lumenstock.ingest.near_duplicates import NearDuplicates
    from lumenstock.ingest.second_look import SecondLook


@cache
def purger() -> Purger:
    """What deletes files; no function but the purging one may delete originals."""
    files = bootstrap.originals()
    buckets = {Purged.DERIVATIVES: bootstrap.derivatives(), Purged.ORIGINAL: files, Purged.DEVELOPED: files}
    return Purger(bootstrap.decisions(), buckets, bootstrap.edge)


@cache
def review_policy() -> ReviewPolicy:
    """Who may be shown at once."""
    return ReviewPolicy(settings().review, settings().approve_unscored)


def resend_original(image: Image) -> None:
    """Send an image through the pipeline again."""
    bootstrap.ingest_queue().send(object_created(settings().require("originals_bucket"), image.source.key))


@cache
def moderation() -> Moderation:
    """What a moderator can do."""
    return Moderation(
        bootstrap.decisions(), purger(), resend_original, clock=bootstrap.clock(), random_bytes=token_bytes
    )


@cache
def amendments() -> Amendments:
    """What contributors can do with their images."""
    return Amendments(
        bootstrap.decisions(),
        purger(),
        resend_original,
        bootstrap.embed_live_queue(),
        review_policy(),
        clock=bootstrap.clock(),
        random_bytes=token_bytes,
        keep_original=timedelta(days=settings().keep_deleted_originals_days),
    )


@cache
def multipart_uploads() -> MultipartUploads:
    """What can be done with uploads in parts."""
    return MultipartUploads(
        bootstrap.catalog(), bootstrap.uploads(), bootstrap.unfinished_originals(), bootstrap.originals()
    )


@cache
def near_duplicates() -> NearDuplicates:
    """What compares pictures."""
    from lumenstock.ingest.near_duplicates import NearDuplicates

    return NearDuplicates(
        bootstrap.catalog(), bootstrap.hash_book(), bootstrap.search_index(), bootstrap.clock()
    )


@cache
def second_look() -> SecondLook:
    """What compares them again."""
    from lumenstock.ingest.second_look import SecondLook

    return SecondLook(bootstrap.catalog(), bootstrap.hash_book(), near_duplicates())


@cache
def embed_batch() -> EmbedBatch:
    """The pipeline's last step."""
    from lumenstock.ingest.embed_batch import EmbedBatch

    return EmbedBatch(
        bootstrap.catalog(),
        bootstrap.derivatives(),
        bootstrap.embedder(),
        bootstrap.search_index(),
        near_duplicates(),
        review_policy(),
        bootstrap.clock(),
    )
