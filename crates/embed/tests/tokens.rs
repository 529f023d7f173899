//! The tokens beside those of the tokenizer that was published with the model. `reference.py` made the stored ones.

use std::collections::HashMap;

use embed::Encoder;
use embed::shape::{FIRST, LAST, TOKENS};

/// FNV-1a over the tokens of texts.
fn digest(encoder: &Encoder, texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for text in texts {
        for byte in encoder.tokens(text.as_ref()).into_iter().flat_map(u16::to_le_bytes) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{state:016x}")
}

fn stored_digests() -> HashMap<&'static str, &'static str> {
    include_str!("data/tokens.digests").lines().filter_map(|line| line.split_once(' ')).collect()
}

#[test]
fn varied_texts_have_exactly_the_published_tokens() {
    let encoder = Encoder::load().unwrap();
    let (texts, expected) =
        (include_str!("data/varied.jsonl").lines(), include_str!("data/varied.tokens").lines());
    assert_eq!((texts.clone().count(), expected.clone().count()), (200, 200));
    for (text, expected) in texts.zip(expected) {
        let text: String = serde_json::from_str(text).unwrap();
        let expected: Vec<u16> = expected.split(' ').map(|token| token.parse().unwrap()).collect();
        assert_eq!(encoder.tokens(&text), expected, "tokens of {:.80}", text.escape_debug().to_string());
    }
}

#[test]
fn sentences_have_exactly_the_published_tokens() {
    let encoder = Encoder::load().unwrap();
    assert_eq!(digest(&encoder, testkit::corpus::sentences()), stored_digests()["sentences"]);
}

#[test]
fn every_character_of_unicode_has_exactly_the_published_tokens() {
    let (encoder, stored) = (Encoder::load().unwrap(), stored_digests());
    let around = |first: u32| {
        let texts = (first..first + 16).filter_map(char::from_u32).map(|c| format!("a{c}b {c}"));
        texts.collect::<Vec<_>>().join(" ")
    };
    let wrong: Vec<String> = (0..0x11_0000)
        .step_by(4096)
        .map(|first| {
            (format!("{first:06x}"), digest(&encoder, (first..first + 4096).step_by(16).map(around)))
        })
        .filter(|(block, digest)| stored[block.as_str()] != digest)
        .map(|(block, _)| block)
        .collect();
    assert!(wrong.is_empty(), "blocks with other tokens: {wrong:?}");
}

#[test]
fn the_word_list_ends_where_the_limit_of_tokens_is() {
    let encoder = Encoder::load().unwrap();
    for (words, tokens) in [(0, 2), (253, 255), (254, 256), (255, 256), (100_000, 256)] {
        let text = "word ".repeat(words);
        let found = encoder.tokens(&text);
        assert_eq!(found.len(), tokens, "{words} words");
        assert_eq!((found[0], found[tokens - 1]), (FIRST, LAST));
        assert!(tokens <= TOKENS);
    }
}

#[test]
fn a_word_of_more_than_a_hundred_characters_is_unknown() {
    let encoder = Encoder::load().unwrap();
    assert!(encoder.tokens(&"a".repeat(100)).len() > 3);
    assert_eq!(encoder.tokens(&"a".repeat(101)), [101, 100, 102]);
}
