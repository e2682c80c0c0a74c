import pytest

from functions.manifest import FUNCTIONS
from functions.routes import ROUTES, Route
from tests.infra.templates import Templates


def route_key(route: Route) -> str:
    return f"{route.method} {route.path}".strip()


def test_the_routes_of_the_manifest_are_deployed_and_no_others(stage: Templates) -> None:
    deployed = sorted(route.properties["RouteKey"] for route in stage.of("AWS::ApiGatewayV2::Route"))
    assert deployed == sorted(route_key(route) for route in ROUTES)


@pytest.mark.parametrize("wanted", ROUTES, ids=route_key)
def test_a_route_reaches_its_function_and_asks_for_a_token_where_it_must(
    stage: Templates, wanted: Route
) -> None:
    (route,) = (
        route
        for route in stage.of("AWS::ApiGatewayV2::Route")
        if route.properties["RouteKey"] == route_key(wanted)
    )
    integration = stage.named(route.properties["Target"].partition("/")[2])
    assert stage.named(integration.properties["IntegrationUri"]).name == stage.function(wanted.function).name
    assert integration.properties["PayloadFormatVersion"] == "2.0"
    assert route.properties["AuthorizationType"] == ("JWT" if wanted.authorised else "NONE")


def test_every_route_names_a_function_of_the_manifest() -> None:
    assert {route.function for route in ROUTES} == {
        spec.name for spec in FUNCTIONS if spec.name.endswith("-api")
    }


def test_tokens_of_our_pool_and_client_are_the_only_ones(stage: Templates) -> None:
    (authorizer,) = stage.of("AWS::ApiGatewayV2::Authorizer")
    (pool,) = stage.of("AWS::Cognito::UserPool")
    (client,) = stage.of("AWS::Cognito::UserPoolClient")
    jwt = authorizer.properties["JwtConfiguration"]
    assert jwt["Audience"] == [client.name]
    assert jwt["Issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool.name}"


def test_browsers_may_call_from_the_web_origin_only(stage: Templates) -> None:
    (api,) = stage.of("AWS::ApiGatewayV2::Api")
    cors = api.properties["CorsConfiguration"]
    assert cors["AllowOrigins"] == list(stage.config.web_origins)
    assert {"authorization", "content-type", "idempotency-key"} <= set(cors["AllowHeaders"])
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} == set(cors["AllowMethods"])
    assert "AllowCredentials" not in cors


def test_requests_are_throttled_and_logged(stage: Templates) -> None:
    (default,) = stage.of("AWS::ApiGatewayV2::Stage")
    assert default.properties["StageName"] == "$default"
    settings = default.properties["DefaultRouteSettings"]
    assert settings["ThrottlingRateLimit"] == stage.config.api.rate_per_s
    assert settings["ThrottlingBurstLimit"] == stage.config.api.burst
    log = default.properties["AccessLogSettings"]
    assert stage.named(log["DestinationArn"]).type == "AWS::Logs::LogGroup"
    assert "sourceIp" not in log["Format"]  # an address is personal data


def test_faults_of_functions_machine_and_api_are_alarms(stage: Templates) -> None:
    alarms = [alarm.properties for alarm in stage.of("AWS::CloudWatch::Alarm")]
    assert all(alarm["AlarmActions"] for alarm in alarms)
    failing = {
        stage.named(alarm["Dimensions"][0]["Value"]).name
        for alarm in alarms
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    }
    assert failing == {function.name for function in stage.of("AWS::Lambda::Function")}
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms}
    assert {
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/ApiGateway", "5xx"),
        ("AWS/Lambda", "IteratorAge"),
        ("Lumenstock", "StreamRecordsSetAside"),
    } <= watched


def test_what_runs_by_the_clock_and_fails_is_an_alarm_though_there_are_few_runs(stage: Templates) -> None:
    thresholds = {
        alarm.properties["Dimensions"][0]["Value"]: alarm.properties["Threshold"]
        for alarm in stage.of("AWS::CloudWatch::Alarm")
        if alarm.properties["MetricName"] == "Errors"
    }
    by_the_clock = [
        target["Arn"].removesuffix(".Arn")
        for rule in stage.of("AWS::Events::Rule")
        if "ScheduleExpression" in rule.properties
        for target in rule.properties["Targets"]
    ]
    assert len(by_the_clock) == 3
    assert {thresholds[name] for name in by_the_clock} == {0}
