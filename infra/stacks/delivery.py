"""The CDN: public files from the derivatives bucket, and the API behind the same name."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import Duration, Fn
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.access import Resources
from infra.constructs.findings import accept, nag
from infra.constructs.function import Functions
from infra.constructs.schedule import run_every
from infra.constructs.storage import Bucket
from infra.packaging import ROOT
from infra.stacks.data import DataStack
from infra.stacks.stack import Stage, StageStack

EDGE_FUNCTION = ROOT / "infra" / "edge" / "image.js"
_PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}


class DeliveryStack(StageStack):
    """``/img/*`` from S3, ``/v1/*`` from the HTTP API where the stage says so, 404 for the rest."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        *,
        data: DataStack,
        resources: Resources,
        api: gateway.HttpApi,
    ) -> None:
        super().__init__(scope, "Delivery", stage)
        config = stage.config
        images = self._images(data)
        self.distribution = cloudfront.Distribution(
            self,
            "Cdn",
            comment=f"lumenstock {config.stage}",
            default_behavior=images,
            additional_behaviors={"/img/*": images} | (self._api(api) if config.delivery.api else {}),
            # An error that the API answers must not be answered to the next person from the cache.
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
                for status in (403, 404, 500, 502, 503, 504)
            ],
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            log_bucket=self._log_bucket(),
            price_class=_PRICE_CLASSES[config.delivery.price_class],
        )
        accept(
            self.distribution,
            {
                nag("CFR1"): "The market is open to every country",
                nag("CFR2"): "The web ACL comes with the Edge stack; the gateway limits the rate until then",
                nag(
                    "CFR4"
                ): "CloudFront's own name takes no other protocol setting; a domain of one's own does",
                "Annotation::@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac": (
                    "The bucket's policy is written in Data"
                ),
            },
        )
        self.functions = Functions(
            self,
            config=config,
            resources=replace(resources, distribution=self.distribution),
            folder_of=stage.folder_of,
        )
        self.functions.make("delivery-render")
        # Deletes what must go, from the caches as well: nothing stays by accident.
        purge = self.functions.make("moderation-purge")
        run_every(self, "Purge", purge, Duration.minutes(config.times.sweep_every_min))
        self.publish(
            DistributionDomain=self.distribution.distribution_domain_name,
            DistributionId=self.distribution.distribution_id,
        )

    def _images(self, data: DataStack) -> cloudfront.BehaviorOptions:
        """Files that never change under their name; the bucket is imported, its policy is in Data."""
        bucket = s3.Bucket.from_bucket_attributes(
            self, "Derivatives", bucket_arn=data.derivatives.bucket_arn, region=self.config.region
        )
        function = cloudfront.Function(
            self,
            "ImageAddress",
            code=cloudfront.FunctionCode.from_file(file_path=str(EDGE_FUNCTION)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        return cloudfront.BehaviorOptions(
            origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
            cache_policy=cloudfront.CachePolicy(
                self, "ForAYear", default_ttl=Duration.days(365), max_ttl=Duration.days(365)
            ),
            compress=False,  # WebP does not get smaller
            function_associations=[
                cloudfront.FunctionAssociation(
                    function=function, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                )
            ],
            response_headers_policy=self._image_headers(),
            viewer_protocol_policy=self._protocol(),
        )

    def _image_headers(self) -> cloudfront.ResponseHeadersPolicy:
        """The files carry ``Cache-Control: immutable`` themselves, so that an error does not."""
        return cloudfront.ResponseHeadersPolicy(
            self,
            "ImageHeaders",
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(
                        header="Cross-Origin-Resource-Policy", value="cross-origin", override=True
                    )
                ]
            ),
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365), include_subdomains=True, override=True
                ),
            ),
        )

    def _api(self, api: gateway.HttpApi) -> dict[str, cloudfront.BehaviorOptions]:
        """The API by path. Searches are kept as long as their answers allow; nothing else is."""
        origin = origins.HttpOrigin(Fn.select(2, Fn.split("/", api.api_endpoint)))
        policies = {
            "/v1/search*": self._kept_searches(),
            "/v1/*": cloudfront.CachePolicy.CACHING_DISABLED,
        }
        return {
            path: cloudfront.BehaviorOptions(
                origin=origin,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=policy,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
                viewer_protocol_policy=self._protocol(),
            )
            for path, policy in policies.items()
        }

    def _kept_searches(self) -> cloudfront.CachePolicy:
        """By question and by who asks.

        An answer says itself how long it may be kept, and that it may be given for longer while the search
        fails (``stale-if-error``, which CloudFront obeys).
        """
        return cloudfront.CachePolicy(
            self,
            "Searches",
            default_ttl=Duration.seconds(0),
            min_ttl=Duration.seconds(0),
            max_ttl=Duration.days(1),
            query_string_behavior=cloudfront.CacheQueryStringBehavior.all(),
            # Somebody signed in is told nothing that others are kept; another origin gets its own CORS.
            header_behavior=cloudfront.CacheHeaderBehavior.allow_list("Authorization", "Origin"),
            enable_accept_encoding_gzip=True,
            enable_accept_encoding_brotli=True,
        )

    def _protocol(self) -> cloudfront.ViewerProtocolPolicy:
        if self.config.local:
            return cloudfront.ViewerProtocolPolicy.ALLOW_ALL  # the local front speaks HTTP
        return cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS

    def _log_bucket(self) -> Bucket:
        """CloudFront writes its logs through an ACL, which the other log bucket does not take."""
        bucket = Bucket(
            self,
            "CdnLogs",
            config=self.config,
            ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
            lifecycle=[
                s3.LifecycleRule(expiration=Duration.days(90), noncurrent_version_expiration=Duration.days(7))
            ],
        )
        accept(bucket, {nag("S1"): "It holds logs; logs of their reading would be read by nobody"})
        return bucket
