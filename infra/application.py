"""The stacks of one stage, in the order in which they depend on each other."""

from __future__ import annotations

from aws_cdk import App

from infra.config import StageConfig
from infra.constructs.layers import FolderOf
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.network import NetworkStack
from infra.stacks.observability import ObservabilityStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.search import SearchStack


def compose(app: App, config: StageConfig, *, folder_of: FolderOf, account: str | None) -> None:
    """Add the stacks of a stage to ``app``; calls no AWS service.

    Args:
        app: Gets the stacks.
        config: What the stage decided.
        folder_of: Folder of built layers; builds them if it must.
        account: Used where the stage names none; None leaves it open until the deployment.
    """
    owner = config.account or account
    data = DataStack(app, config=config, account=owner)
    if config.network:
        network = NetworkStack(app, config=config, account=owner, network=config.network)
        SearchStack(app, config=config, account=owner, network=network)
    pipeline = PipelineStack(app, config=config, account=owner, data=data, folder_of=folder_of)
    api = ApiStack(
        app,
        config=config,
        account=owner,
        users=data.users,
        resources=pipeline.resources,
        folder_of=folder_of,
    )
    DeliveryStack(app, config=config, account=owner, data=data, api=api.api)
    ObservabilityStack(app, config=config, account=owner, pipeline=pipeline, api=api)
