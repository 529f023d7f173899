//! The tiny models that a reference was computed for.

use testkit::TinyModel;

const BERT: TinyModel = TinyModel { kind: "bert", pooling: "mean", has_dense: false, prompts: None, seed: 0 };

/// Each with its name in `reference.json`.
pub(crate) const MODELS: &[(&str, TinyModel)] = &[
    ("bert", BERT),
    ("bert-cls", TinyModel { pooling: "cls", ..BERT }),
    ("bert-max-dense", TinyModel { pooling: "max", has_dense: true, ..BERT }),
    ("bert-last", TinyModel { pooling: "lasttoken", ..BERT }),
    ("xlm-roberta", TinyModel { kind: "xlm-roberta", ..BERT }),
    (
        "roberta-sqrt-dense",
        TinyModel { kind: "roberta", pooling: "mean_sqrt_len_tokens", has_dense: true, ..BERT },
    ),
    ("distilbert", TinyModel { kind: "distilbert", ..BERT }),
    ("mpnet", TinyModel { kind: "mpnet", ..BERT }),
    ("prompts", TinyModel { prompts: Some(r#"{"query": "query: ", "passage": "passage: "}"#), ..BERT }),
];
