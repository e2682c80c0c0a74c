"""Use cases with the adapters that :mod:`lumenstock.bootstrap` chose, made once a process."""

from __future__ import annotations

import logging
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
from lumenstock.kernel.errors import ConfigurationError, UnavailableError
from lumenstock.settings import settings

if TYPE_CHECKING:
    from lumenstock.catalog.image import Image
    from lumenstock.ingest.embed_batch import EmbedBatch
    from lumenstock.ingest.near_duplicates import NearDuplicates
    from lumenstock.ingest.picture_vectors import Models
    from lumenstock.ingest.revector import Revector
    from lumenstock.ingest.second_look import SecondLook


logger = logging.getLogger(__name__)


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


def models() -> Models:
    """What a new picture is embedded by now: while a rollout is open, by both models that are at hand."""
    from lumenstock.ingest.picture_vectors import Models

    rollout = bootstrap.pointer().known()
    if rollout is None or len(rollout.fed) == 1:
        return Models(bootstrap.embedder())
    serving, beside = (edition.model for edition in rollout.fed)
    try:
        return Models(bootstrap.embedder_of(serving), bootstrap.embedder_of(beside))
    except (ConfigurationError, UnavailableError) as error:
        logger.warning("embed_by_one_model", extra={"missing": error.detail})
        return Models(bootstrap.embedder_of(serving))


def revector(model: str) -> Revector:
    """What makes vectors of ``model`` (``name@version``) for images that are there."""
    from lumenstock.ingest.revector import Revector

    return Revector(bootstrap.catalog(), bootstrap.derivatives(), bootstrap.embedder_of(model))


@cache
def embed_batch() -> EmbedBatch:
    """The pipeline's last step."""
    from lumenstock.ingest.embed_batch import EmbedBatch

    return EmbedBatch(
        bootstrap.catalog(),
        bootstrap.derivatives(),
        models,
        bootstrap.search_index(),
        near_duplicates(),
        review_policy(),
        bootstrap.clock(),
    )
