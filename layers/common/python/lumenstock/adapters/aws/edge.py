"""CloudFront's caches: they keep a public file for a year, wherever it was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient


class CloudFrontEdge:
    """Implements :class:`lumenstock.ingest.purging.Edge`."""

    def __init__(self, client: CloudFrontClient, distribution_id: str) -> None:
        """Invalidate files of one distribution."""
        self._client = client
        self._distribution_id = distribution_id

    def forget(self, prefix: str, reference: str) -> None:
        """See the protocol.

        Both the address that a viewer asks for and the one that the function at the edge makes of it.
        Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
        """
        paths = [f"/img/{prefix}*", f"/{prefix}*"]
        self._client.create_invalidation(
            DistributionId=self._distribution_id,
            InvalidationBatch={
                "Paths": {"Quantity": len(paths), "Items": paths},
                "CallerReference": reference,
            },
        )
