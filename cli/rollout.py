"""``lumenstock ops rollout``: brings another model into service, and back."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.console import err, out
from cli.reindex import showing_share
from cli.stage import telling_faults
from localcloud.clients import Operator
from localcloud.home import Home
from localcloud.jobs.embed import models_folder, work_through
from lumenstock.ingest.embed_manifest import LISTS, write_slices
from lumenstock.kernel.errors import BadRequestError, ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from lumenstock.ingest.model_rollout import Counted, ModelRollout
    from lumenstock.search.rollout import Rollout

_MODEL = re.compile(r"[A-Za-z0-9._-]{1,40}@[A-Za-z0-9._-]{1,20}")
_SAMPLE = 100

app = typer.Typer(no_args_is_help=True, help="Bring another model into service, compare, and go back.")

_Missing = Annotated[
    int,
    typer.Option(
        "--missing", min=0, metavar="N", help="Vectors that the new index may lack, of unreadable pictures."
    ),
]


@app.command()
def start(
    model: Annotated[str, typer.Argument(metavar="NAME@VERSION", help="What the model's manifest says.")],
    *,
    folder: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Where it is, if it is not published yet."),
    ] = None,
) -> None:
    """Publish a model, open its rollout and make the missing vectors. Again: make what is still missing."""
    from lumenstock import bootstrap
    from lumenstock.ingest.revector import all_lacking
    from lumenstock.kernel.ids import new_ulid

    if not _MODEL.fullmatch(model):
        raise BadRequestError("A model is named as NAME@VERSION, such as clip-vit-l-14@1.")
    home = _local()
    with telling_faults():
        if folder is not None:
            _publish(folder, model)
        _require(model, home)
        _show(_rollout().start(_serving(home), model))
        ids = all_lacking(bootstrap.catalog(), model, _show_share)
        name = new_ulid(bootstrap.clock().now())
        lists = f"{LISTS}{name}/"
        slices = write_slices(bootstrap.originals(), lists, ids)
        err.print(f"{sum(slices):,} images have no vector of {escape(model)}.")
        if slices:
            _make(home, name, lists, len(slices), model)


@app.command()
def status() -> None:
    """Show how far the rollout is, and what both indices hold."""
    with telling_faults():
        rollout = _rollout()
        _show(rollout.present())
        if (counted := rollout.counted()) is not None:
            _show_counts(counted)


@app.command()
def fill() -> None:
    """Fill the new index from the catalogue. A run that was cut short is gone on with; again: anew."""
    with telling_faults():
        with showing_share() as show:
            counted = _rollout().fill(show)
        _show_counts(counted)


@app.command()
def compare(
    *,
    sample: Annotated[int, typer.Option(min=1, max=1000, help="Pictures to ask both about.")] = _SAMPLE,
    missing: _Missing = 0,
) -> None:
    """Count both indices and compare what they find; the exit code is 1 if they must not be swapped."""
    with telling_faults():
        compared = _rollout().compare(sample, missing)
    _show_counts(compared.counted)
    out.print(f"overlap@10 of {len(compared.overlaps):,} pictures: {compared.overlap:.3f}")
    if differences := compared.counted.differences(missing):
        for difference in differences:
            err.print(difference)
        raise typer.Exit(1)


@app.command()
def swap(*, missing: _Missing = 0) -> None:
    """Let the new model answer. Searches learn of it within seconds."""
    with telling_faults():
        _show(_rollout().swap(missing))


@app.command()
def rollback() -> None:
    """Let the model answer again that did before the swap."""
    with telling_faults():
        _show(_rollout().roll_back())


@app.command()
def finish() -> None:
    """Keep the model that answers now, and empty the other index."""
    with telling_faults():
        _show(_rollout().finish())


def _rollout() -> ModelRollout:
    from lumenstock import bootstrap
    from lumenstock.ingest.model_rollout import ModelRollout
    from lumenstock.search.rolling import RollingIndex

    index = RollingIndex(bootstrap.pointer(), bootstrap.index_in, bootstrap.catalog())
    return ModelRollout(bootstrap.rollouts(), bootstrap.catalog(), index, bootstrap.clock(), time.sleep)


def _local() -> Home | None:
    return Home.from_environment(os.environ) if "AWS_ENDPOINT_URL" in os.environ else None


def _serving(home: Home | None) -> str:
    """The model that answers where no rollout ever named one: that of the functions, or of ``MODEL_DIR``."""
    from lumenstock import bootstrap
    from lumenstock.adapters.onnx.embedder import OnnxEmbedder

    if (named := bootstrap.serving_model()) is not None:
        return named
    try:
        return OnnxEmbedder(_deployed(home)).manifest.id
    except ConfigurationError as error:
        message = "Set MODEL_DIR to the folder of the model that answers now: this is the first rollout."
        raise ConfigurationError(message) from error


def _publish(folder: Path, model: str) -> None:
    """Put a model where functions and jobs of the stage read it."""
    from lumenstock import bootstrap
    from lumenstock.adapters.onnx.models import publish

    for name in publish(folder, model, bootstrap.originals()):
        err.print(f"[dim]published {escape(name)}[/]")


def _require(model: str, home: Home | None) -> None:
    """See to it that functions and jobs will find the model, and that it reads words: the job does not try.

    Raises:
        ConfigurationError: They will not, or it does not.
    """
    from lumenstock import bootstrap
    from lumenstock.adapters.onnx.models import load_model

    found = load_model(model, _deployed(home), bootstrap.originals, "cpu")
    try:
        found.encode_texts(["a photo"])
    except (ConfigurationError, UnavailableError):
        raise
    except Exception as error:
        message = f"{model} cannot encode words: {error}"
        raise ConfigurationError(message) from error


def _deployed(home: Home | None) -> Path:
    from lumenstock.settings import settings

    return models_folder(Operator.of(home).functions) if home else settings().model_dir


def _make(home: Home | None, name: str, lists: str, slices: int, model: str) -> None:
    """Make the vectors: here and now on one machine, by an array job on AWS."""
    from lumenstock import bootstrap
    from lumenstock.settings import settings

    if home is not None:
        bucket = bootstrap.originals().bucket
        work_through(home, Operator.of(home).functions, bucket, lists, slices, model)
        err.print("They are made now.")
    elif settings().gpu_queue_arn:
        out.print(bootstrap.gpu_jobs().submit_list(name, lists, slices, model))
    else:
        command = f"python -m gpu_batch.job {lists} --model {model}"
        err.print(f"This stage has no GPUs. Run for each of {slices} slices (AWS_BATCH_JOB_ARRAY_INDEX):")
        out.print(command)


def _show(rollout: Rollout) -> None:
    beside = f", beside it {rollout.other.model}" if rollout.other else ""
    err.print(f"{escape(rollout.serving.model)} answers{escape(beside)}; the rollout is {rollout.state}.")


def _show_counts(counted: Counted) -> None:
    table = Table("model", "", "documents", "vectors", box=None)
    serving, other = counted.rollout.serving, counted.rollout.other
    for edition, role, tally in ((serving, "answers", counted.serving), (other, "beside", counted.other)):
        if edition is not None:
            table.add_row(escape(edition.model), role, f"{tally.documents:,}", f"{tally.vectors:,}")
    out.print(table)


def _show_share(share: float) -> None:
    err.print(f"[dim]{share:.0%} of the catalogue read[/]")
