"""Buckets and tables with what all of them have: encryption, recovery, no public access."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import StageConfig


def removal(config: StageConfig) -> RemovalPolicy:
    """What becomes of data when its stack is deleted."""
    return RemovalPolicy.RETAIN if config.retain else RemovalPolicy.DESTROY


class Bucket(s3.Bucket):
    """A private, versioned bucket that is read over TLS only; ends incomplete uploads after 7 days."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        access_logs: s3.IBucket | None = None,
        key: kms.IKey | None = None,
        lifecycle: Sequence[s3.LifecycleRule] = (),
        event_bridge: bool = False,
        cors: Sequence[s3.CorsRule] = (),
        ownership: s3.ObjectOwnership = s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    ) -> None:
        super().__init__(
            scope,
            id_,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            bucket_key_enabled=True if key else None,
            cors=list(cors) or None,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            enforce_ssl=config.tls,
            lifecycle_rules=[
                s3.LifecycleRule(id="incomplete", abort_incomplete_multipart_upload_after=Duration.days(7)),
                *lifecycle,
            ],
            object_ownership=ownership,
            removal_policy=removal(config),
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=f"{id_.lower()}/" if access_logs else None,
            versioned=True,
        )
        if event_bridge:
            self._send_events()

    def _send_events(self) -> None:
        """Tell EventBridge of every change, by the bucket's own property.

        The construct's ``event_bridge_enabled`` does the same through a Lambda function of CDK's.
        """
        resource = self.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(resource)
        resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )


class Table(dynamodb.TableV2):
    """An on-demand table keyed by ``pk`` and ``sk`` with point-in-time recovery.

    Index ``n`` of ``indexes`` has the keys ``gsi{n}pk`` and ``gsi{n}sk`` and carries nothing else.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: StageConfig,
        indexes: int = 0,
        key: kms.IKey | None = None,
        stream: dynamodb.StreamViewType | None = None,
        expires: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing=dynamodb.Billing.on_demand(),
            deletion_protection=config.retain,
            dynamo_stream=stream,
            encryption=(
                dynamodb.TableEncryptionV2.customer_managed_key(key)
                if key
                else dynamodb.TableEncryptionV2.dynamo_owned_key()
            ),
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=f"gsi{number}",
                    partition_key=_text(f"gsi{number}pk"),
                    sort_key=_text(f"gsi{number}sk"),
                    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
                )
                for number in range(1, indexes + 1)
            ],
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=removal(config),
            time_to_live_attribute=expires,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
