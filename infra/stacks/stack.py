"""What every stack of a stage has in common."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import CfnOutput, CliCredentialsStackSynthesizer, Environment, Stack, Tags
from constructs import Construct

from infra.config import StageConfig
from infra.constructs.findings import accept, nag
from infra.constructs.layers import FolderOf


@dataclass(frozen=True, slots=True)
class Stage:
    """What all stacks of a stage are made from.

    Attributes:
        config: What the stage decided.
        account: Owner of the stacks; None leaves it open until the deployment.
        folder_of: Folder of built layers.
    """

    config: StageConfig
    account: str | None
    folder_of: FolderOf


class StageStack(Stack):
    """One stack of one stage: ``Lumenstock-{stage}-{part}``."""

    def __init__(self, scope: Construct, part: str, stage: Stage) -> None:
        config = stage.config
        super().__init__(
            scope,
            f"Lumenstock-{config.stage}-{part}",
            env=Environment(account=stage.account, region=config.region),
            # The local engine refuses the roles that the default synthesizer publishes assets with.
            synthesizer=CliCredentialsStackSynthesizer() if config.local else None,
            termination_protection=config.retain,
        )
        self.config = config
        if config.local:
            reason = "The local engine speaks HTTP, on loopback only"
            accept(self, {nag("S10"): reason, nag("SNS3"): reason, nag("SQS4"): reason})
        Tags.of(self).add("app", "lumenstock")
        Tags.of(self).add("stage", config.stage)

    def publish(self, **outputs: str) -> None:
        """Outputs of the stack by name: what the command line, the local cloud and the e2e tests read."""
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
