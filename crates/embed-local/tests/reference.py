"""Computes the vectors that tests/it/reference.rs compares with, by transformers and torch, in float.

    pip install torch transformers numpy
    cargo run -p embed-local --example tiny_models -- /tmp/tiny
    python crates/embed-local/tests/reference.py /tmp/tiny > crates/embed-local/tests/data/reference.json

Pooling and what follows are written out here, so that they are not ours twice.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import AutoModel

TEXTS = [
    "the cat naps on the mat",
    "my car is fast",
    "",
    "a kettle boils water . tea !",
    "Unknown words 日本 drives the dogs sleeping in the red sky " * 5,
]


def vectors(path, prompt):
    model = AutoModel.from_pretrained(path).eval()
    tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
    tokenizer.enable_truncation(32)
    pooling = json.loads((path / "1_Pooling/config.json").read_text())
    dense = path / "2_Dense/model.safetensors"
    for text in TEXTS:
        ids = torch.tensor([tokenizer.encode(prompt + text).ids])
        with torch.no_grad():
            rows = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
        if pooling["pooling_mode_cls_token"]:
            vector = rows[0]
        elif pooling["pooling_mode_lasttoken"]:
            vector = rows[-1]
        elif pooling["pooling_mode_max_tokens"]:
            vector = rows.max(dim=0).values
        elif pooling["pooling_mode_mean_sqrt_len_tokens"]:
            vector = rows.sum(dim=0) / rows.shape[0] ** 0.5
        else:
            vector = rows.mean(dim=0)
        if dense.exists():
            weights = load_file(dense)
            vector = torch.tanh(weights["linear.weight"] @ vector + weights["linear.bias"])
        vector = vector / vector.norm()
        yield [round(number, 6) for number in vector.tolist()]


def main(target):
    found = {"texts": TEXTS, "models": {}}
    for path in sorted(pathlib.Path(target).iterdir()):
        config = path / "config_sentence_transformers.json"
        prompts = json.loads(config.read_text())["prompts"] if config.exists() else {}
        found["models"][path.name] = {
            "document": list(vectors(path, prompts.get("passage", ""))),
            "query": list(vectors(path, prompts.get("query", ""))),
        }
    print(json.dumps(found, ensure_ascii=False))


main(sys.argv[1])
