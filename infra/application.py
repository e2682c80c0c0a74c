"""The stacks of one stage, in the order in which they depend on each other."""

from __future__ import annotations

from aws_cdk import App

from infra.search_access import SearchAccess
from infra.stacks.api import ApiStack
from infra.stacks.data import DataStack
from infra.stacks.delivery import DeliveryStack
from infra.stacks.gpu import GpuStack
from infra.stacks.network import NetworkStack
from infra.stacks.observability import ObservabilityStack
from infra.stacks.pipeline import PipelineStack
from infra.stacks.search import SearchStack, search_environment
from infra.stacks.stack import Stage


def compose(app: App, stage: Stage) -> None:
    """Add the stacks of a stage to ``app``; calls no AWS service."""
    data = DataStack(app, stage)
    search = SearchAccess(search_environment(stage.config))
    if stage.config.search.domain and stage.config.network:
        network = NetworkStack(app, stage, network=stage.config.network)
        search = SearchStack(app, stage, network=network, data=data).access
    pipeline = PipelineStack(app, stage, data=data, search=search)
    api = ApiStack(app, stage, users=data.users, resources=pipeline.resources)
    delivery = DeliveryStack(app, stage, data=data, resources=pipeline.resources, api=api.api)
    gpu = None
    if stage.config.gpu and stage.config.network:
        zones = stage.config.network.availability_zones
        gpu = GpuStack(app, stage, gpu=stage.config.gpu, zones=zones, resources=pipeline.resources)
    ObservabilityStack(app, stage, pipeline=pipeline, api=api, delivery=delivery, gpu=gpu)
