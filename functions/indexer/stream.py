"""The catalogue's stream: index each change, then send its event. A poison record never stops the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from functions.runtime.task import task
from lumenstock import bootstrap
from lumenstock.adapters.aws.faults import is_temporary
from lumenstock.adapters.aws.stream import StreamRecord, row_change
from lumenstock.ingest.index_changes import Indexer
from lumenstock.kernel.errors import LumenstockError

TRIES = 3
SET_ASIDE_AFTER_S = 60

logger = Logger()

# Failed tries by sequence number. A shard's retries come to the same process, and should it die, a record
# gets its tries anew: late, never lost.
_failed: Counter[str] = Counter()


@task("catalog_changes_indexed")
def handler(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Apply a batch; the answer names the record from which the stream must be sent again, if any.

    A record that fails by itself is set aside after 3 tries and a minute, with an error in the log and a
    count in the metric ``StreamRecordsSetAside``: the next change of its image, or a rebuild, cures the
    index. While a store, the index or the bus is out, the stream waits as long as it takes.
    """
    indexer = _indexer()
    return {"batchItemFailures": _consume(event["Records"], lambda records: _apply(indexer, records))}


def _apply(indexer: Indexer, records: Sequence[StreamRecord]) -> None:
    changes = [change for record in records if (change := row_change(record)) is not None]
    indexer.apply(changes)


def _consume(
    records: Sequence[StreamRecord], apply: Callable[[Sequence[StreamRecord]], None]
) -> list[dict[str, str]]:
    """Apply all at once; when that fails, one by one, up to the first that must be sent again."""
    try:
        apply(records)
    except Exception as error:  # noqa: BLE001 - it comes again below, where its record is known
        logger.warning("batch_failed", records=len(records), error=type(error).__name__)
    else:
        return []
    for record in records:
        try:
            apply([record])
        except Exception as error:  # noqa: BLE001 - any fault of one record must not become the stream's
            if _passes(error) or not _is_poison(record):
                return [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]
            _set_aside(record, error)
    return []


def _passes(error: Exception) -> bool:
    """Whether the fault is of a store, the index or the bus, and not of the record."""
    return is_temporary(error) or (isinstance(error, LumenstockError) and error.retryable)


def _is_poison(record: StreamRecord) -> bool:
    number = record["dynamodb"]["SequenceNumber"]
    _failed[number] += 1
    age_s = bootstrap.clock().now().timestamp() - record["dynamodb"]["ApproximateCreationDateTime"]
    return _failed[number] >= TRIES and age_s >= SET_ASIDE_AFTER_S


def _set_aside(record: StreamRecord, error: Exception) -> None:
    del _failed[record["dynamodb"]["SequenceNumber"]]
    logger.error("record_set_aside", keys=record["dynamodb"]["Keys"], exc_info=error)
    with single_metric(
        name="StreamRecordsSetAside", unit=MetricUnit.Count, value=1, namespace="Lumenstock"
    ) as metric:
        metric.add_dimension(name="service", value="indexer")


@cache
def _indexer() -> Indexer:
    return Indexer(bootstrap.catalog(), bootstrap.search_index(), bootstrap.event_bus())
