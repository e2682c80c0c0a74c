"""What runs by the clock."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct


def run_every(
    scope: Construct, id_: str, function: lambda_.IFunction, period: Duration, *, retries: int = 0
) -> None:
    """Call ``function`` once a ``period``. No retry is needed where the next run does the same."""
    events.Rule(
        scope,
        id_,
        schedule=events.Schedule.rate(period),
        targets=[targets.LambdaFunction(function, retry_attempts=retries)],
    )
