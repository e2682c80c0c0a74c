"""The HTTP API: routes of the manifest, access tokens checked at the gateway."""

from __future__ import annotations

import json

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from functions.routes import ROUTES, Route
from infra.access import Resources
from infra.constructs.findings import accept, nag
from infra.constructs.function import Functions, log_group
from infra.constructs.uploader import Uploader
from infra.constructs.users import Users
from infra.stacks.stack import Stage, StageStack

_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latencyMs": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "error": "$context.error.message",
    "authorizerError": "$context.authorizer.error",
}

_BROWSER_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class ApiStack(StageStack):
    """One function a service behind one HTTP API."""

    def __init__(self, scope: Construct, stage: Stage, *, users: Users, resources: Resources) -> None:
        super().__init__(scope, "Api", stage)
        config = stage.config
        self.functions = Functions(self, config=config, resources=resources, folder_of=stage.folder_of)
        self.api = gateway.HttpApi(
            self,
            "Http",
            api_name=f"lumenstock-{config.stage}",
            create_default_stage=False,
            cors_preflight=gateway.CorsPreflightOptions(
                allow_origins=list(config.web_origins),
                allow_methods=[gateway.CorsHttpMethod[method] for method in _BROWSER_METHODS],
                allow_headers=[
                    "authorization",
                    "content-type",
                    "idempotency-key",
                    "if-match",
                    "if-none-match",
                ],
                expose_headers=["etag", "location", "retry-after", "x-request-id"],
                max_age=Duration.hours(1),
            ),
        )
        self._stage()
        self._routes(users)
        self._uploader(resources)
        self.publish(ApiUrl=self.api.api_endpoint, ApiId=self.api.api_id)

    def _uploader(self, resources: Resources) -> None:
        role = self.functions.made["uploads-api"].role
        if role is None:
            raise TypeError(role)
        Uploader(
            self,
            stage=self.config.stage,
            assumed_by=role,
            originals=resources.originals,
            key=resources.key,
        )

    def _stage(self) -> None:
        log = log_group(
            self, "AccessLog", self.config, f"/aws/vendedlogs/apigateway/lumenstock-{self.config.stage}"
        )
        stage = gateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=gateway.ThrottleSettings(
                rate_limit=self.config.api.rate_per_s, burst_limit=self.config.api.burst
            ),
        )
        resource = stage.node.default_child
        if not isinstance(resource, gateway.CfnStage):
            raise TypeError(resource)
        # The construct's own setting wants an interface that Python cannot pass through jsii.
        resource.access_log_settings = gateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log.log_group_arn, format=json.dumps(_ACCESS_LOG)
        )

    def _routes(self, users: Users) -> None:
        signed_in = authorizers.HttpUserPoolAuthorizer(
            "SignedIn", users.pool, user_pool_clients=[users.client]
        )
        public = gateway.HttpNoneAuthorizer()
        targets = {
            name: integrations.HttpLambdaIntegration(name, self.functions.make(name))
            for name in dict.fromkeys(route.function for route in ROUTES)
        }
        for route in ROUTES:
            made = gateway.HttpRoute(
                self,
                _route_id(route),
                http_api=self.api,
                route_key=_route_key(route),
                integration=targets[route.function],
                authorizer=signed_in if route.authorised else public,
            )
            if not route.authorised:
                accept(made, {nag("APIG4"): "The manifest says that this route is public"})


def _route_key(route: Route) -> gateway.HttpRouteKey:
    if not route.method:
        return gateway.HttpRouteKey.DEFAULT
    return gateway.HttpRouteKey.with_(route.path, gateway.HttpMethod[route.method])


def _route_id(route: Route) -> str:
    return f"{route.method} {route.path}".strip().replace("/", "-")
