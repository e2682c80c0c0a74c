from dataclasses import fields

from lumenstock.accounts.model import Profile
from lumenstock.catalog.image import Image
from lumenstock.notification.webhook import Webhook
from tests.infra.templates import Resource, Templates

STATEFUL = (
    *("AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool"),
    *("AWS::KMS::Key", "AWS::SecretsManager::Secret"),
)
QUARTER_OF_AN_HOUR = 15
THIRTY_DAYS_MIN = 30 * 24 * 60


def bucket(templates: Templates, output: str) -> Resource:
    return templates.named(templates.outputs()[output])


def table(templates: Templates, name: str) -> Resource:
    return next(table for table in templates.of("AWS::DynamoDB::GlobalTable") if f"/{name}" in table.name)


def test_prod_keeps_its_data_when_a_stack_is_deleted(prod: Templates) -> None:
    for type_ in STATEFUL:
        assert prod.of(type_), type_
        for resource in prod.of(type_):
            assert resource.body["DeletionPolicy"] == resource.body["UpdateReplacePolicy"] == "Retain", (
                resource.name
            )


def test_prod_refuses_to_be_deleted(prod: Templates) -> None:
    tables = prod.of("AWS::DynamoDB::GlobalTable")
    replicas = [replica for table in tables for replica in table.properties["Replicas"]]
    assert all(replica["DeletionProtectionEnabled"] for replica in replicas)
    assert [pool.properties["DeletionProtection"] for pool in prod.of("AWS::Cognito::UserPool")] == ["ACTIVE"]


def test_other_stages_leave_nothing_behind(local: Templates) -> None:
    for type_ in STATEFUL:
        assert all(resource.body["DeletionPolicy"] == "Delete" for resource in local.of(type_))


def test_no_bucket_is_public_or_unversioned_or_unencrypted(stage: Templates) -> None:
    for bucket in stage.of("AWS::S3::Bucket"):
        assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_buckets_queues_and_topics_on_aws_refuse_plain_http(cloud: Templates) -> None:
    policies = [
        *cloud.of("AWS::S3::BucketPolicy"),
        *cloud.of("AWS::SQS::QueuePolicy"),
        *cloud.of("AWS::SNS::TopicPolicy"),
    ]
    protected = [*cloud.of("AWS::S3::Bucket"), *cloud.of("AWS::SQS::Queue"), *cloud.of("AWS::SNS::Topic")]
    assert len(policies) == len(protected)
    for policy in policies:
        assert any(
            statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ), policy.name


def test_originals_and_accounts_are_under_a_key_of_our_own_on_aws(cloud: Templates) -> None:
    (key,) = cloud.of("AWS::KMS::Key")
    assert key.properties["EnableKeyRotation"] is True
    (rule,) = bucket(cloud, "OriginalsBucket").properties["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == f"{key.name}.Arn"
    assert table(cloud, "Accounts").properties["SSESpecification"]["SSEType"] == "KMS"


def test_old_versions_of_originals_never_expire(stage: Templates) -> None:
    rules = bucket(stage, "OriginalsBucket").properties["LifecycleConfiguration"]["Rules"]
    ended = [rule for rule in rules if any("Expiration" in name for name in rule)]
    assert {rule["Prefix"] for rule in ended} == {"developed/", "bulk/"}


def test_originals_move_to_intelligent_tiering_and_no_upload_stays_half_done(stage: Templates) -> None:
    rules = bucket(stage, "OriginalsBucket").properties["LifecycleConfiguration"]["Rules"]
    tiers = [transition["StorageClass"] for rule in rules for transition in rule.get("Transitions", [])]
    assert tiers == ["INTELLIGENT_TIERING"]
    ends = [
        rule["AbortIncompleteMultipartUpload"] for rule in rules if "AbortIncompleteMultipartUpload" in rule
    ]
    assert ends == [{"DaysAfterInitiation": 7}]
    assert "IntelligentTieringConfigurations" not in bucket(stage, "OriginalsBucket").properties


def test_browsers_may_upload_originals_from_the_web_origin_only(stage: Templates) -> None:
    """In one request or in parts, whose tags a client must be able to read."""
    (rule,) = bucket(stage, "OriginalsBucket").properties["CorsConfiguration"]["CorsRules"]
    assert set(rule["AllowedMethods"]) == {"PUT", "POST", "GET", "HEAD", "DELETE"}
    assert rule["ExposedHeaders"] == ["ETag", "Location"]
    assert rule["AllowedOrigins"] == list(stage.config.web_origins)


def test_tables_have_the_keys_of_the_design(stage: Templates) -> None:
    indexes = {
        name: [
            index["IndexName"] for index in table(stage, name).properties.get("GlobalSecondaryIndexes", [])
        ]
        for name in ("Catalog", "Fingerprints", "Accounts", "Idempotency")
    }
    assert indexes == {
        "Catalog": ["gsi1", "gsi2"],
        "Fingerprints": [],
        "Accounts": ["gsi1"],
        "Idempotency": [],
    }
    for found in stage.of("AWS::DynamoDB::GlobalTable"):
        assert keys(found.properties) == ["pk", "sk"]
        for index in found.properties.get("GlobalSecondaryIndexes", []):
            assert keys(index) == [f"{index['IndexName']}pk", f"{index['IndexName']}sk"]
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def keys(schema: dict[str, list[dict[str, str]]]) -> list[str]:
    return [key["AttributeName"] for key in schema["KeySchema"]]


def test_tables_can_be_restored_to_any_second_and_cost_nothing_idle(stage: Templates) -> None:
    for found in stage.of("AWS::DynamoDB::GlobalTable"):
        assert found.properties["BillingMode"] == "PAY_PER_REQUEST"
        (replica,) = found.properties["Replicas"]
        assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_catalogue_tells_what_changed_and_idempotency_keys_expire(stage: Templates) -> None:
    assert table(stage, "Catalog").properties["StreamSpecification"] == {
        "StreamViewType": "NEW_AND_OLD_IMAGES"
    }
    expiry = table(stage, "Idempotency").properties["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_ended_uploads_are_thrown_away_and_images_never(stage: Templates) -> None:
    expiry = table(stage, "Catalog").properties["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "purge_at", "Enabled": True}
    assert "purge_at" not in {field.name for field in fields(Image)}


def test_what_came_when_is_thrown_away_and_claims_never(stage: Templates) -> None:
    expiry = table(stage, "Fingerprints").properties["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "purge_at", "Enabled": True}


def test_old_deliveries_are_thrown_away_and_people_never(stage: Templates) -> None:
    expiry = table(stage, "Accounts").properties["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "purge_at", "Enabled": True}
    assert "purge_at" not in {field.name for kind in (Profile, Webhook) for field in fields(kind)}


def test_tokens_live_a_quarter_of_an_hour_and_sessions_thirty_days(stage: Templates) -> None:
    (client,) = stage.of("AWS::Cognito::UserPoolClient")
    assert client.properties["AccessTokenValidity"] == QUARTER_OF_AN_HOUR
    assert client.properties["TokenValidityUnits"]["AccessToken"] == "minutes"
    assert client.properties["RefreshTokenValidity"] == THIRTY_DAYS_MIN
    assert client.properties["PreventUserExistenceErrors"] == "ENABLED"
    assert client.properties["EnableTokenRevocation"] is True


def test_the_wanted_role_is_written_at_sign_up_and_never_again(stage: Templates) -> None:
    (pool,) = stage.of("AWS::Cognito::UserPool")
    (role,) = (item for item in pool.properties["Schema"] if item["Name"] == "role")
    assert role["Mutable"] is False
    groups = {group.properties["GroupName"] for group in stage.of("AWS::Cognito::UserPoolGroup")}
    assert groups == {"contributor", "buyer", "admin"}
