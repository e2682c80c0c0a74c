"""What differs between the stages: one JSON file each in ``infra/config``, checked on load."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from infra.gpu_config import Gpu
from infra.search_config import Search

FOLDER = Path(__file__).with_name("config")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Times(_Part):
    """Limits of the pipeline in seconds, each longer than the one that it encloses.

    Attributes:
        machine_s: One execution of the ingest machine; Express allows 300.
        dispatch_s: The dispatcher, which waits for the machine.
        visibility_s: How long a message in work is hidden; ends after the dispatcher.
        retry_delays_s: Until a message is seen again after its first, second, … failed receive.
        embed_visibility_s: The same as ``visibility_s`` for the queue of the embed function.
        embed_retry_delays_s: The same as ``retry_delays_s`` for it.
        sweep_every_min: Minutes between two runs of the sweeper.
    """

    machine_s: int = Field(gt=0, le=300)
    dispatch_s: int = Field(gt=0, le=900)
    visibility_s: int = Field(gt=0, le=43_200)
    retry_delays_s: tuple[int, ...] = Field(min_length=1)
    embed_visibility_s: int = Field(gt=0, le=43_200)
    embed_retry_delays_s: tuple[int, ...] = Field(min_length=1)
    sweep_every_min: int = Field(gt=0)
    uploading_stuck_s: int = Field(gt=0)
    upload_expires_s: int = Field(gt=0)
    upload_session_s: int = Field(gt=0)
    processing_stuck_s: int = Field(gt=0)

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if not self.machine_s < self.dispatch_s < self.visibility_s:
            message = "machine_s < dispatch_s < visibility_s must hold: what waits outlives what it waits for"
            raise ValueError(message)
        return self


class Consumer(_Part):
    """How a function takes messages from its queue.

    Attributes:
        batch_size: Messages a call.
        batch_window_s: Longest wait for a full batch; over 10 messages AWS wants at least 1.
        max_concurrency: Calls at a time; AWS wants at least 2.
        max_receives: Failed receives after which a message goes to the dead-letter queue.
    """

    batch_size: int = Field(gt=0, le=10_000)
    batch_window_s: int = Field(ge=0, le=300)
    max_concurrency: int = Field(ge=2, le=1000)
    max_receives: int = Field(gt=0)


class Webhooks(_Part):
    """How webhooks are sent; a receiver's patience is explained in ``lumenstock.notification.attempts``.

    Attributes:
        consumer: How the function takes messages; their receives are faults of ours and attempts together.
        visibility_s: How long a message in work is hidden; longer than the function runs.
        retry_delays_s: Rest after the first, second, … failed attempt. SQS hides nothing for over 12 hours.
        disable_after_s: A webhook that has been failing for as long is disabled,
        disable_failures: if at least so many attempts in a row failed.
        backlog_failures: From so many on, what fails is not tried again by itself.
        ports: Ports that may be sent to.
        loopback: Whether ``http://localhost`` may be sent to.
    """

    consumer: Consumer
    visibility_s: int = Field(gt=0, le=43_200)
    retry_delays_s: tuple[Annotated[int, Field(gt=0, le=43_000)], ...] = Field(min_length=1)
    disable_after_s: int = Field(gt=0)
    disable_failures: int = Field(gt=0)
    backlog_failures: int = Field(gt=0)
    ports: tuple[int, ...] = Field(min_length=1)
    loopback: bool

    @model_validator(mode="after")
    def _enough_receives(self) -> Self:
        if self.consumer.max_receives <= len(self.retry_delays_s) + 1:
            message = "webhooks: max_receives must exceed the attempts, or the queue sets aside what rests"
            raise ValueError(message)
        return self


class Network(_Part):
    """The VPC of the search domain. Zone letters differ from account to account, so they are listed here."""

    availability_zones: tuple[str, ...] = Field(min_length=1)
    nat_gateways: int = Field(ge=0)


class Api(_Part):
    """Requests that the HTTP API lets through, over all clients.

    ``encode_deadline_ms`` is how long a search waits for its model. A laptop that runs everything is given
    longer than a function with a processor of its own: what it shows must not depend on what else it does.
    """

    rate_per_s: int = Field(gt=0)
    burst: int = Field(gt=0)
    encode_deadline_ms: int = Field(gt=0)


class Delivery(_Part):
    """The CDN. ``api`` puts ``/v1`` behind it as well, which the local engine cannot."""

    api: bool
    price_class: Literal["100", "200", "all"]


class Limits(_Part):
    """The largest picture that is taken in, and how many uploads in parts a contributor may have open."""

    upload_max_bytes: int = Field(gt=0)
    max_pixels: int = Field(gt=0)
    open_uploads_max: int = Field(gt=0)


class Moderation(_Part):
    """Who approves, and what is kept of what is deleted: see ``lumenstock.settings``."""

    review: Literal["auto", "all"]
    approve_unscored: bool
    keep_deleted_originals_days: int = Field(ge=0, le=3650)


class StageConfig(_Part):
    """One stage.

    Attributes:
        account: AWS account; None takes the one of the deployer's credentials.
        web_origins: Origins of web pages that may upload and call the API.
        media_base_url: What the API puts before the path of a public file.
        licence_url: Page that says how to get a licence; it is written into public files.
        renditions: Which public files are made of every picture at once; the others when first asked for.
        customer_keys: Whether originals and accounts are encrypted with a key of our own.
        retain: Whether a deleted stack leaves its data behind and refuses to be deleted.
        alarm_email: Who hears of alarms; None for nobody.
        gpu: The embed job on GPUs; None for stages that embed by function alone.
        prices: Licence tier to price in US cents.
    """

    stage: Literal["local", "dev", "prod"]
    account: str | None
    region: str
    web_origins: tuple[str, ...]
    media_base_url: str
    licence_url: str
    renditions: Literal["lean", "full"]
    customer_keys: bool
    retain: bool
    log_retention_days: Literal[7, 30, 90, 365]
    log_level: Literal["DEBUG", "INFO", "WARNING"]
    alarm_email: str | None
    times: Times
    ingest: Consumer
    embed_live: Consumer
    webhooks: Webhooks
    search: Search
    network: Network | None
    gpu: Gpu | None
    api: Api
    delivery: Delivery
    limits: Limits
    moderation: Moderation
    prices: dict[str, int]

    @model_validator(mode="after")
    def _embedding_gives_up_in_time(self) -> Self:
        delays, receives = self.times.embed_retry_delays_s, self.embed_live.max_receives
        rests = [delays[min(number, len(delays) - 1)] * 1.5 for number in range(receives - 1)]
        if sum(rests) >= self.times.processing_stuck_s:
            message = (
                "the rests of embed_retry_delays_s over max_receives must end within processing_stuck_s: "
                "else the sweeper ends the image first, and the dead-letter queue never hears of it"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _careful(self) -> Self:
        if self.stage == "prod" and not (self.retain and self.customer_keys):
            message = "prod must retain its data and encrypt it with keys of its own"
            raise ValueError(message)
        if self.webhooks.loopback and not self.local:
            message = "only the local stage may send webhooks to itself"
            raise ValueError(message)
        if self.search.domain and self.network is None:
            message = "a search domain needs a network"
            raise ValueError(message)
        if self.gpu and self.network is None:
            message = "GPUs need a network, which lists the zones"
            raise ValueError(message)
        return self

    @property
    def local(self) -> bool:
        """Whether the stage runs in the local engine."""
        return self.stage == "local"

    @property
    def tls(self) -> bool:
        """Whether everybody speaks TLS; the local engine does not."""
        return not self.local

    @classmethod
    def load(cls, stage: str) -> StageConfig:
        """The stage of this name.

        Raises:
            ValueError: There is no such stage, or its file is wrong; the text says where.
        """
        path = FOLDER / f"{stage}.json"
        if not path.exists():
            names = ", ".join(sorted(known.stem for known in FOLDER.glob("*.json")))
            message = f"There is no stage {stage!r}; there are {names}."
            raise ValueError(message)
        return cls.model_validate_json(path.read_text())

    def at(self, *, front_url: str, home: str, opensearch_url: str | None = None) -> Self:
        """This stage at other addresses and in another state folder: local clouds run side by side."""
        engine = {"engine": "opensearch", "endpoint": opensearch_url} if opensearch_url else {}
        search = self.search.model_copy(update={"folder": f"{home}/search", **engine})
        places = {
            "web_origins": (front_url,),
            "media_base_url": f"{front_url}/img",
            "licence_url": f"{front_url}/licence",
            "search": search,
        }
        return self.model_copy(update=places)

    def environment(self) -> dict[str, str]:
        """The rules of the stage as every function reads them; what it touches comes with its needs."""
        return {
            "STAGE": self.stage,
            "LOG_LEVEL": self.log_level,
            "MEDIA_BASE_URL": self.media_base_url,
            "ENCODE_DEADLINE_MS": str(self.api.encode_deadline_ms),
            "LICENCE_URL": self.licence_url,
            "RENDITIONS": self.renditions,
            "RETRY_DELAYS_S": json.dumps(self.times.retry_delays_s),
            "EMBED_RETRY_DELAYS_S": json.dumps(self.times.embed_retry_delays_s),
            "MAX_RECEIVES": str(self.ingest.max_receives),
            "UPLOADING_STUCK_S": str(self.times.uploading_stuck_s),
            "UPLOAD_EXPIRES_S": str(self.times.upload_expires_s),
            "PROCESSING_STUCK_S": str(self.times.processing_stuck_s),
            "UPLOAD_SESSION_S": str(self.times.upload_session_s),
            "OPEN_UPLOADS_MAX": str(self.limits.open_uploads_max),
            "UPLOAD_MAX_BYTES": str(self.limits.upload_max_bytes),
            "MAX_PIXELS": str(self.limits.max_pixels),
            "WEBHOOK_RETRY_DELAYS_S": json.dumps(self.webhooks.retry_delays_s),
            "WEBHOOK_DISABLE_AFTER_S": str(self.webhooks.disable_after_s),
            "WEBHOOK_DISABLE_FAILURES": str(self.webhooks.disable_failures),
            "WEBHOOK_BACKLOG_FAILURES": str(self.webhooks.backlog_failures),
            "WEBHOOK_PORTS": json.dumps(self.webhooks.ports),
            "WEBHOOK_LOOPBACK": json.dumps(self.webhooks.loopback),
            "REVIEW": self.moderation.review,
            "APPROVE_UNSCORED": json.dumps(self.moderation.approve_unscored),
            "KEEP_DELETED_ORIGINALS_DAYS": str(self.moderation.keep_deleted_originals_days),
            "PRICES": json.dumps(self.prices),
        }
