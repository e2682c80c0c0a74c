"""Every environment variable that a function or job reads: typed, read once, named when missing."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Json, ValidationError

from lumenstock.kernel.errors import ConfigurationError


class Settings(BaseModel):
    """What the stage decided. A function gets only the variables that it needs; the rest stay empty.

    Attributes:
        function_timeout_s: How long this function may run; 0 in a process that may run as long as it likes.
        retry_delays_s: Seconds until a message is seen again after the first, second, … failed receive.
        embed_retry_delays_s: The same for the queue of the embed function.
        review: ``auto`` approves what the model finds harmless, ``all`` sends everything to a moderator.
        approve_unscored: Whether ``auto`` also approves where no model in use can tell (nsfw is null).
        upload_session_s: Life of an upload in parts.
        open_uploads_max: How many uploads in parts a contributor may have open.
        webhook_ports: Ports that webhooks may be sent to.
        webhook_loopback: Whether they may also be sent to ``http://localhost``; in the local stage only.
        webhook_retry_delays_s: See :class:`lumenstock.notification.attempts.Patience`, as for
            ``webhook_disable_after_s``, ``webhook_disable_failures`` and ``webhook_backlog_failures``.
        keep_deleted_originals_days: Until the original of a deleted image is deleted as well.
        prices: Licence tier to price, in minor units of the stage's currency.
        licence_url: Page that says how to get a licence; every public file from 600 px up names it.
        renditions: Which public files are made at once: see :data:`lumenstock.imaging.renditions.EAGER`.
        search_dir: Folder of the embedded index; used when ``search_engine`` is ``embedded``.
        encode_deadline_ms: How long a search waits for the meaning of its words; then words alone answer.
        search_endpoint: Address of OpenSearch, where that is used; requests to ``https`` are signed.
        search_vectors: What searches vectors inside OpenSearch, where this process makes an index; so are
            ``search_shards`` and ``search_replicas``, its parts and copies.
        model_dir: Folder with the manifest, graphs and tokenizer of the model that was deployed.
        gpu_jobs_max: How many GPU jobs may run at a time.
        embed_device: Where pictures are embedded: ``gpu`` takes what there is, and says so when it is none.
        aws_batch_job_array_index: Set by AWS Batch in a child of an array job.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str = "local"
    function_timeout_s: int = 0
    originals_bucket: str = ""
    derivatives_bucket: str = ""
    distribution_id: str = ""
    catalog_table: str = ""
    fingerprints_table: str = ""
    accounts_table: str = ""
    idempotency_table: str = ""
    ingest_queue_url: str = ""
    ingest_dlq_url: str = ""
    embed_live_queue_url: str = ""
    embed_live_dlq_url: str = ""
    embed_bulk_queue_url: str = ""
    embed_bulk_dlq_url: str = ""
    backfill_function_arn: str = ""
    backfill_role_arn: str = ""
    webhooks_queue_url: str = ""
    webhooks_dlq_url: str = ""
    ingest_machine_arn: str = ""
    event_bus_name: str = ""
    user_pool_id: str = ""
    user_pool_client_id: str = ""
    cursor_secret_arn: str = ""
    upload_role_arn: str = ""
    mark_key_arn: str = ""
    media_base_url: str = "/img"
    licence_url: str = ""
    renditions: Literal["lean", "full"] = "lean"
    search_engine: Literal["embedded", "opensearch", "none"] = "none"
    search_dir: Path = Path("search")
    encode_deadline_ms: int = 40
    search_endpoint: str = ""
    search_vectors: Literal["faiss", "lucene"] = "faiss"
    search_shards: int = 1
    search_replicas: int = 0
    model_dir: Path = Path("/opt/models/demo")
    gpu_queue_arn: str = ""
    gpu_definition_arn: str = ""
    gpu_jobs_max: int = 1
    embed_device: Literal["cpu", "gpu"] = "cpu"
    aws_batch_job_array_index: int | None = None
    retry_delays_s: Json[tuple[int, ...]] = (60, 300, 900)
    max_receives: int = 3
    embed_retry_delays_s: Json[tuple[int, ...]] = (30, 60, 120, 240, 300)
    review: Literal["auto", "all"] = "all"
    approve_unscored: bool = False
    keep_deleted_originals_days: int = 30
    prices: Json[dict[str, int]] = {}
    uploading_stuck_s: int = 600
    upload_expires_s: int = 3600
    upload_session_s: int = 604_800
    open_uploads_max: int = 100
    processing_stuck_s: int = 3600
    webhook_ports: Json[tuple[int, ...]] = (443,)
    webhook_loopback: bool = False
    webhook_retry_delays_s: Json[tuple[int, ...]] = (5, 300, 1800, 7200)
    webhook_disable_after_s: int = 432_000
    webhook_disable_failures: int = 20
    webhook_backlog_failures: int = 1000
    upload_max_bytes: int = 200_000_000
    max_pixels: int = 150_000_000

    def require(self, name: str) -> str:
        """The value of the variable ``name``.

        Raises:
            ConfigurationError: It is empty.
        """
        value = getattr(self, name)
        if not value:
            message = f"The environment variable {name.upper()} is not set."
            raise ConfigurationError(message)
        return str(value)


@cache
def settings() -> Settings:
    """The settings of this process.

    Raises:
        ConfigurationError: A variable does not parse; the text names it.
    """
    names = Settings.model_fields
    values = {name: os.environ[name.upper()] for name in names if name.upper() in os.environ}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        wrong = ", ".join(str(item["loc"][0]).upper() for item in error.errors())
        message = f"These environment variables do not parse: {wrong}."
        raise ConfigurationError(message) from error


def linker_environment() -> dict[str, str]:
    """What a child process needs to start the interpreter; no other variable is its business."""
    name = "LD_LIBRARY_PATH"  # Lambda's interpreter is linked to a library that only this finds
    return {name: os.environ[name]} if name in os.environ else {}
