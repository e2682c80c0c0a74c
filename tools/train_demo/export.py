"""Third step: the trained towers become the two graphs of the model contract."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from tools.train_demo.network import IMAGE_PX, ImageTower, TextTower
from tools.train_demo.teacher import DIM

CONTRACT_DIM = 768
MAX_TOKENS = 64
_SMALL = 64  # constants of fewer numbers stay as they are


class _ImageGraph(nn.Module):
    """uint8[n, 64, 64, 3] to float32[n, 768]: the tower's 384 numbers, then zeros, which change no cosine."""

    def __init__(self, tower: ImageTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, pixels: Tensor) -> Tensor:
        views = pixels.permute(0, 3, 1, 2).float() / 255
        return functional.pad(self.tower(views), (0, CONTRACT_DIM - DIM))


class _TextGraph(nn.Module):
    """int64[n, seq] to float32[n, 768]; the table as int8 with a scale for each token."""

    def __init__(self, tower: TextTower) -> None:
        super().__init__()
        table = tower.table.weight.detach()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", (table / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        self.straight, self.bent = tower.straight, tower.bent

    def forward(self, ids: Tensor) -> Tensor:
        words = (self.table[ids].float() * self.scale[ids]).sum(1)
        words = functional.normalize(words, dim=1) * 3
        said = functional.normalize(self.straight(words) + self.bent(words), dim=1)
        return functional.pad(said, (0, CONTRACT_DIM - DIM))


def export_image_graph(tower: ImageTower, path: Path) -> None:
    """Write the image graph, its weights as float16."""
    graph = _ImageGraph(_without_batch_norm(tower)).eval()
    example = torch.zeros((2, IMAGE_PX, IMAGE_PX, 3), dtype=torch.uint8)
    _export(graph, example, path, "pixels", {0: torch.export.Dim("pictures")})


def export_text_graph(tower: TextTower, path: Path) -> None:
    """Write the text graph, its table as int8 and its other weights as float16."""
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens")}
    _export(_TextGraph(tower).eval(), torch.ones((2, 3), dtype=torch.int64), path, "ids", shape)


def export_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Write the tokenizer as the text graph wants it: no special tokens, padding with 0, at most 64."""
    plain = Tokenizer.from_str(tokenizer.to_str())
    plain.post_processor = None
    plain.enable_truncation(MAX_TOKENS)
    plain.enable_padding(pad_id=0)
    path.write_text(plain.to_str(pretty=False), encoding="utf-8")


def _export(graph: nn.Module, example: Tensor, path: Path, name: str, shape: dict[int, object]) -> None:
    program = torch.onnx.export(
        graph,
        (example,),
        input_names=[name],
        output_names=["vectors"],
        dynamic_shapes=(shape,),
        opset_version=18,
        dynamo=True,
        verbose=False,
    )
    model = program.model_proto
    _halve(model)
    _forget_origin(model)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _halve(model: onnx.ModelProto) -> None:
    """Store every large float32 constant as float16; a Cast beside it gives float32 back to the graph."""
    casts = []
    for constant in list(model.graph.initializer):
        values = numpy_helper.to_array(constant)
        if constant.data_type != TensorProto.FLOAT or values.size <= _SMALL:
            continue
        half = numpy_helper.from_array(values.astype(np.float16), f"{constant.name}.half")
        model.graph.initializer.remove(constant)
        model.graph.initializer.append(half)
        casts.append(helper.make_node("Cast", [half.name], [constant.name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def _forget_origin(model: onnx.ModelProto) -> None:
    """Drop what the exporter noted of source files and stacks: it names folders of this machine."""
    model.doc_string = model.graph.doc_string = ""
    del model.metadata_props[:], model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info):
        part.doc_string = ""
        del part.metadata_props[:]


def _without_batch_norm(tower: ImageTower) -> ImageTower:
    """The same function with every batch norm folded into the convolution before it."""
    tower.eval()
    for block in list(tower.modules()):
        if isinstance(block, nn.Sequential) and isinstance(block[0], nn.Conv2d):
            block[0] = fuse_conv_bn_eval(block[0], block[1])
            block[1] = nn.Identity()
    return tower
