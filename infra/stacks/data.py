"""What must outlive every deployment: files, tables, people, the bus, secrets."""

from __future__ import annotations

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.findings import accept, nag
from infra.constructs.storage import Bucket, Table, removal
from infra.constructs.users import Users
from infra.stacks.stack import Stage, StageStack

_BROWSER_METHODS = ("PUT", "POST", "GET", "HEAD", "DELETE")


class DataStack(StageStack):
    """Buckets, tables, user pool, event bus; the secrets that sign page cursors and hide the marks."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Data", stage)
        config = stage.config
        self.key = (
            kms.Key(self, "Key", enable_key_rotation=True, removal_policy=removal(config))
            if config.customer_keys
            else None
        )
        self.access_logs = Bucket(
            self,
            "AccessLogs",
            config=config,
            lifecycle=[
                s3.LifecycleRule(expiration=Duration.days(90), noncurrent_version_expiration=Duration.days(7))
            ],
        )
        self.originals = self._originals()
        self.derivatives = self._derivatives()
        self.catalog = Table(
            self,
            "Catalog",
            config=config,
            indexes=2,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            expires="purge_at",  # ended uploads; images have no such attribute
        )
        self.fingerprints = Table(
            self,
            "Fingerprints",
            config=config,
            expires="purge_at",  # what came in which hour; claims have no such attribute
        )
        self.accounts = Table(
            self,
            "Accounts",
            config=config,
            indexes=1,
            key=self.key,
            expires="purge_at",  # old deliveries of webhooks; people have no such attribute
        )
        self.idempotency = Table(self, "Idempotency", config=config, expires="expires_at")
        self.users = Users(self, "Users", config=config)
        self.bus = events.EventBus(self, "Bus", event_bus_name=f"lumenstock-{config.stage}")
        self.cursor_secret_arn = self._secret(
            "CursorSecret",
            "Signs the page cursors of the search API",
            unchanged="A new key makes the cursors in use invalid and protects nothing that they hold",
        )
        self.mark_key_arn = self._secret(
            "MarkKey",
            "Hides and finds the invisible marks",
            unchanged="A new key finds none of the marks that are out in the world",
        )
        self.publish(
            OriginalsBucket=self.originals.bucket_name,
            DerivativesBucket=self.derivatives.bucket_name,
            CatalogTable=self.catalog.table_name,
            FingerprintsTable=self.fingerprints.table_name,
            AccountsTable=self.accounts.table_name,
            EventBusName=self.bus.event_bus_name,
            UserPoolId=self.users.pool.user_pool_id,
            UserPoolClientId=self.users.client.user_pool_client_id,
        )

    def _secret(self, id_: str, description: str, *, unchanged: str) -> str:
        """The ARN of a new random secret; ``unchanged`` is why it is never rotated."""
        secret = secretsmanager.Secret(
            self,
            id_,
            description=description,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
            removal_policy=removal(self.config),
        )
        accept(secret, {nag("SMG4"): unchanged})
        # ``Id`` is the ARN as well as ``Ref`` is, which the local engine takes for the name.
        return cast("secretsmanager.CfnSecret", secret.node.default_child).attr_id

    def _originals(self) -> Bucket:
        """Untouched uploads. Old versions never expire: a row names the version that was validated."""
        return Bucket(
            self,
            "Originals",
            config=self.config,
            access_logs=self.access_logs,
            key=self.key,
            event_bridge=True,
            cors=[
                # All that an S3 client in a browser does; what it may do is for its signature to say.
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods(method) for method in _BROWSER_METHODS],
                    allowed_origins=list(self.config.web_origins),
                    allowed_headers=["*"],
                    exposed_headers=["ETag", "Location"],
                    max_age=3600,
                )
            ],
            lifecycle=[
                s3.LifecycleRule(
                    id="tiering",
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.INTELLIGENT_TIERING,
                            transition_after=Duration.days(0),
                        )
                    ],
                ),
                s3.LifecycleRule(
                    id="developed",  # a second run writes the same picture again
                    prefix="developed/",
                    noncurrent_version_expiration=Duration.days(7),
                ),
                s3.LifecycleRule(
                    id="bulk",  # manifests and reports of backfills
                    prefix="bulk/",
                    expiration=Duration.days(90),
                    noncurrent_version_expiration=Duration.days(7),
                ),
            ],
        )

    def _derivatives(self) -> Bucket:
        """Public files, read by CloudFront only.

        The policy is written here and names all distributions of the account: one that names the distribution
        would make this stack depend on Delivery, which depends on this one.
        """
        bucket = Bucket(
            self,
            "Derivatives",
            config=self.config,
            access_logs=self.access_logs,
            lifecycle=[s3.LifecycleRule(noncurrent_version_expiration=Duration.days(7))],
        )
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                sid="CloudFrontReads",
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects("*")],
                conditions={
                    "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{self.account}:distribution/*"},
                },
            )
        )
        return bucket
