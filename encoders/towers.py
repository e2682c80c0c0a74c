"""The two graphs of CLIP, written from a checkpoint's weights.

Source: A. Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021; the
names of the weights are those of the hub's checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from onnx import TensorProto, helper

from encoders.beginning import QUICK_GELU, keys_and_values
from encoders.checkpoint import Checkpoint, Floats, TowerConfig
from encoders.graph import ONNX_RUNTIME, Graph, Precision
from lumenstock.embedding.model import DIM

# What a layer sees, by its number and its queries, keys and values side by side: [n, seq, 3 * hidden].
_Attend = Callable[[int, str], str]


def image_graph(checkpoint: Checkpoint, precision: Precision) -> bytes:
    """``pixels: uint8[n, h, w, 3]`` to ``vectors: float32[n, 768]``; resizes, crops and normalises itself.

    Raises:
        ValueError: Int8 was asked for: what it costs in accuracy would stay in the catalogue.
        CheckpointError: Weights are missing.
    """
    if precision is Precision.INT8:
        raise ValueError("Images are embedded in fp16 or fp32.")
    config, graph = checkpoint.config.vision_config, Graph(precision)
    patches = graph.node(
        "Conv",
        graph.to_float(_normalised(graph, checkpoint)),
        graph.weight(checkpoint.weight("vision_model.embeddings.patch_embedding.weight")),
        strides=[config.patch_size] * 2,
    )
    count = (config.image_size // config.patch_size) ** 2
    rows = graph.node("Reshape", patches, graph.integers(0, config.hidden_size, count))
    rows = graph.node("Transpose", rows, perm=[0, 2, 1])
    own = checkpoint.weight("vision_model.embeddings.class_embedding").reshape(1, 1, -1)
    pictures = graph.node("Shape", "pixels", end=1)
    places = graph.node("Concat", pictures, graph.integers(1, config.hidden_size), axis=0)
    rows = graph.node("Concat", graph.node("Expand", graph.weight(own), places), rows, axis=1)
    positions = checkpoint.weight("vision_model.embeddings.position_embedding.weight")
    rows = graph.node("Add", rows, graph.weight(positions))
    rows = _norm(
        graph, rows, checkpoint, "vision_model.pre_layrnorm", config
    )  # the checkpoints' own spelling
    rows = _layers(graph, rows, checkpoint, "vision_model", config, partial(_all_see_all, graph, config))
    first = graph.node("Gather", rows, graph.constant(np.array(0, np.int64)), axis=1)
    first = _norm(graph, first, checkpoint, "vision_model.post_layernorm", config)
    vectors = graph.unit(graph.linear(first, checkpoint.weight("visual_projection.weight").T))
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", "h", "w", 3])
    return graph.model("image", pixels, vectors, ["n", DIM], note=f"CLIP image tower, {precision}")


def text_graph(checkpoint: Checkpoint, precision: Precision) -> bytes:
    """``ids: int64[n, seq]`` to ``vectors: float32[n, 768]``, for any ``seq`` up to the longest.

    The tower is causal and a text's vector is read at its end, so nothing behind the end is needed, and what
    comes of the beginning is known: a query of five words goes in as seven tokens and not as 77, six of which
    go through the layers, with the same result.

    Raises:
        CheckpointError: Weights are missing, or the tokenizer frames no text.
    """
    config, graph = checkpoint.config.text_config, Graph(precision)
    length = graph.node("Shape", "ids", start=1)
    one = graph.integers(1)
    ids = graph.node("Slice", "ids", one, length, one)
    table = checkpoint.weight("text_model.embeddings.token_embedding.weight")
    positions = checkpoint.weight("text_model.embeddings.position_embedding.weight")
    places = graph.node("Slice", graph.weight(positions), one, length, graph.integers(0))
    rows = graph.node("Add", graph.rows(table, ids), places)
    later = np.triu(np.full((config.max_position_embeddings,) * 2, -np.inf), 1)
    mask = graph.node(
        "Slice",
        graph.weight(later[None, None]),
        graph.integers(1, 0),
        graph.node("Concat", length, length, axis=0),
        graph.integers(2, 3),
    )
    shape = graph.node("Concat", graph.node("Shape", "ids", end=1), graph.integers(1, 1), axis=0)
    beginnings = [
        graph.node("Expand", graph.weight(known.reshape(1, 1, -1)), shape)
        for known in keys_and_values(checkpoint)
    ]
    attend = partial(_all_see_what_was, graph, config, mask, beginnings)
    rows = _layers(graph, rows, checkpoint, "text_model", config, attend)
    is_end = graph.node("Equal", ids, graph.constant(np.array(config.end_id, np.int64)))
    end = graph.node("ArgMax", graph.node("Cast", is_end, to=TensorProto.INT32), axis=1, keepdims=1)
    last = graph.node("GatherND", rows, end, batch_dims=1)
    last = _norm(graph, last, checkpoint, "text_model.final_layer_norm", config)
    vectors = graph.unit(graph.linear(last, checkpoint.weight("text_projection.weight").T))
    given = helper.make_tensor_value_info("ids", TensorProto.INT64, ["n", "seq"])
    return graph.model("text", given, vectors, ["n", DIM], note=f"CLIP text tower, {precision}")


def _normalised(graph: Graph, checkpoint: Checkpoint) -> str:
    """The middle square of each picture, as the checkpoint was trained on: float32[n, 3, size, size].

    The resampling is Pillow's: bicubic with a = -0.5, widened when shrinking, rounded to whole values.
    """
    size, preprocessing = checkpoint.config.vision_config.image_size, checkpoint.preprocessing
    sides = graph.node("Shape", "pixels", start=1, end=3)
    short = graph.node("ReduceMin", sides, keepdims=1)
    wanted = graph.node("Div", graph.node("Mul", sides, graph.integers(size)), short)
    top_left = graph.node("Div", graph.node("Sub", wanted, graph.integers(size)), graph.integers(2))
    pictures = graph.node("Shape", "pixels", end=1)
    resized = graph.node(
        "Resize",
        graph.node("Transpose", "pixels", perm=[0, 3, 1, 2]),
        "",
        "",
        graph.node("Concat", pictures, graph.integers(3), wanted, axis=0),
        mode="cubic",
        cubic_coeff_a=-0.5,
        antialias=1,
        exclude_outside=1,
        coordinate_transformation_mode="half_pixel",
    )
    bottom_right = graph.node("Add", top_left, graph.integers(size))
    square = graph.node("Slice", resized, top_left, bottom_right, graph.integers(2, 3))
    mean, std = (
        np.array(values, np.float32) for values in (preprocessing.image_mean, preprocessing.image_std)
    )
    gain, offset = (1 / (255 * std)).reshape(1, 3, 1, 1), (-mean / std).reshape(1, 3, 1, 1)
    values = graph.node("Mul", graph.node("Cast", square, to=TensorProto.FLOAT), graph.constant(gain))
    return graph.node("Add", values, graph.constant(offset))


def _layers(
    graph: Graph, rows: str, checkpoint: Checkpoint, tower: str, config: TowerConfig, attend: _Attend
) -> str:
    for number in range(config.num_hidden_layers):
        layer = f"{tower}.encoder.layers.{number}"
        seen = _norm(graph, rows, checkpoint, f"{layer}.layer_norm1", config)
        seen = attend(number, _projected(graph, seen, checkpoint, f"{layer}.self_attn", config))
        rows = graph.node("Add", rows, graph.linear(seen, *checkpoint.linear(f"{layer}.self_attn.out_proj")))
        seen = _norm(graph, rows, checkpoint, f"{layer}.layer_norm2", config)
        wide = graph.linear(seen, *checkpoint.linear(f"{layer}.mlp.fc1"))
        bent = graph.node("Mul", wide, graph.weight(np.array(QUICK_GELU)))
        wide = graph.node("Mul", wide, graph.node("Sigmoid", bent))
        rows = graph.node("Add", rows, graph.linear(wide, *checkpoint.linear(f"{layer}.mlp.fc2")))
    return rows


def _projected(graph: Graph, rows: str, checkpoint: Checkpoint, name: str, config: TowerConfig) -> str:
    """Queries, keys and values in one product; the scale of the scores is in the queries' weights."""
    weights, biases = zip(*(checkpoint.linear(f"{name}.{part}_proj") for part in "qkv"), strict=True)
    scale = np.float32((config.hidden_size // config.num_attention_heads) ** -0.5)
    joined: Floats = np.concatenate([weights[0] * scale, *weights[1:]], 1)
    bias: Floats = np.concatenate([biases[0] * scale, *biases[1:]])
    return graph.linear(rows, joined, bias)


def _all_see_all(graph: Graph, config: TowerConfig, _: int, projected: str) -> str:
    """Attention by standard operators, which every provider has, in half precision too."""
    heads = config.num_attention_heads
    parts = graph.nodes("Split", 3, projected, axis=-1, num_outputs=3)
    places = graph.integers(0, 0, heads, config.hidden_size // heads)
    by_head = [graph.node("Reshape", part, places) for part in parts]
    orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
    queries, keys, values = (
        graph.node("Transpose", part, perm=order) for part, order in zip(by_head, orders, strict=True)
    )
    shares = graph.node("Softmax", graph.node("MatMul", queries, keys), axis=-1)
    seen = graph.node("Transpose", graph.node("MatMul", shares, values), perm=[0, 2, 1, 3])
    return graph.node("Reshape", seen, graph.integers(0, 0, config.hidden_size))


def _all_see_what_was(
    graph: Graph, config: TowerConfig, mask: str, beginnings: Sequence[str], number: int, projected: str
) -> str:
    """Attention by the runtime's own operator, a tenth off a query; ``beginnings`` come before the others."""
    size = config.hidden_size
    queries, others = graph.nodes("Split", 2, projected, graph.integers(size, 2 * size), axis=-1)
    others = graph.node("Concat", beginnings[number], others, axis=1)
    keys, values = graph.nodes("Split", 2, others, axis=-1, num_outputs=2)
    return graph.node(
        "MultiHeadAttention",
        queries,
        keys,
        values,
        "",
        "",
        mask,
        domain=ONNX_RUNTIME,
        num_heads=config.num_attention_heads,
        scale=1.0,
    )


def _norm(graph: Graph, rows: str, checkpoint: Checkpoint, name: str, config: TowerConfig) -> str:
    gain, bias = checkpoint.weight(f"{name}.weight"), checkpoint.weight(f"{name}.bias")
    return graph.norm(rows, gain, bias, config.layer_norm_eps)
