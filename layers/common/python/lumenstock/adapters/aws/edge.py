"""CloudFront's caches: they keep a public file for a year, wherever it was looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

# CloudFront works on 15 paths with a * at a time, and a picture has two: the address that a viewer asks for,
# and the one that the function at the edge makes of it.
# Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html
_MOST_NAMED = 7


class CloudFrontEdge:
    """Implements :class:`lumenstock.ingest.purging.Edge`."""

    def __init__(self, client: CloudFrontClient, distribution_id: str) -> None:
        """Invalidate files of one distribution."""
        self._client = client
        self._distribution_id = distribution_id

    def forget(self, prefixes: Sequence[str], reference: str) -> None:
        """See the protocol. More prefixes than can be named empty the caches whole, which is one path."""
        paths = ["/*"]
        if len(prefixes) <= _MOST_NAMED:
            paths = [f"{root}{prefix}*" for prefix in prefixes for root in ("/img/", "/")]
        self._client.create_invalidation(
            DistributionId=self._distribution_id,
            InvalidationBatch={
                "Paths": {"Quantity": len(paths), "Items": paths},
                "CallerReference": reference,
            },
        )
