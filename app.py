"""The CDK app: ``cdk deploy -c stage=dev --all``; ``python app.py -c stage=dev`` writes templates only."""

from __future__ import annotations

import argparse
import json
from functools import partial
from os import environ  # noqa: TID251 - set by the CDK CLI
from pathlib import Path

from aws_cdk import App

from infra import packaging
from infra.application import compose
from infra.config import StageConfig
from infra.stacks.stack import Stage

# Only the CLI reads the context of cdk.json by itself, and without its feature flags the templates differ.
_CONTEXT = json.loads(Path(__file__).with_name("cdk.json").read_text())["context"]


def main() -> None:
    """Write the templates of the stage ``-c stage=…`` (default: dev)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    given = dict(pair.split("=", 1) for pair in parser.parse_args().context)
    app = App(context=_CONTEXT | given, outdir=environ.get("CDK_OUTDIR", "cdk.out"))
    config = StageConfig.load(app.node.try_get_context("stage") or "dev")
    if home := app.node.try_get_context("home"):  # a local cloud says where it lives
        config = config.at(
            front_url=app.node.try_get_context("front_url"),
            home=home,
            opensearch_url=app.node.try_get_context("opensearch_url"),
        )
    target = packaging.LOCAL if config.local else packaging.AWS
    account = config.account or environ.get("CDK_DEFAULT_ACCOUNT")
    compose(app, Stage(config, account, folder_of=partial(packaging.build, target=target)))
    app.synth()


if __name__ == "__main__":
    main()
