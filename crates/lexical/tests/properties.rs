//! What holds for any text.

use lexical::{Date, Document, Fields, GroupKind, Language, Query};
use proptest::prelude::*;

fn document(content: &str) -> Document {
    Document::of(&Fields { content, ..Fields::default() })
}

/// Texts of many scripts, with signs, marks and joiners among the letters.
fn text() -> impl Strategy<Value = String> {
    let characters = prop_oneof![
        4 => prop::char::range('a', 'z'),
        1 => prop::char::range('A', 'Z'),
        1 => prop::char::range('0', '9'),
        2 => prop::sample::select(vec![' ', '\n', '.', '_', '-', '/', '\'', '’', '@', ':', '"', '\0']),
        1 => prop::char::range('\u{C0}', '\u{17F}'),
        1 => prop::char::range('\u{370}', '\u{52F}'),
        1 => prop::char::range('\u{590}', '\u{6FF}'),
        1 => prop::char::range('\u{900}', '\u{97F}'),
        1 => prop::char::range('\u{E00}', '\u{EFF}'),
        1 => prop::char::range('\u{3040}', '\u{30FF}'),
        1 => prop::char::range('\u{4E00}', '\u{4FFF}'),
        1 => prop::char::range('\u{AC00}', '\u{ACFF}'),
        1 => prop::char::range('\u{300}', '\u{36F}'),
        1 => any::<char>(),
    ];
    prop::collection::vec(characters, 0..120).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_text_has_terms_in_order_each_once_and_none_long(text in text()) {
        let document = document(&text);
        prop_assert!(document.terms.windows(2).all(|pair| pair[0].0 < pair[1].0));
        prop_assert!(document.terms.iter().all(|(term, _)| !term.is_empty() && term.len() < 512));
        prop_assert!(!document.terms.iter().any(|(term, _)| term.contains(char::is_whitespace)));
    }

    #[test]
    fn a_word_finds_the_text_that_it_is_in(words in prop::collection::vec("[a-zà-ÿ]{4,12}|[а-я]{4,9}|[0-9]{2,6}", 1..9)) {
        let document = document(&words.join(" "));
        let query = Query::of(&words.join(" "), &document.stemmed_as);
        let impacts = query.impacts(&document);
        // Stop words are looked for as well when there is nothing else.
        if document.terms.is_empty() {
            return Ok(());
        }
        let words = query.groups.iter().zip(impacts).filter(|(group, _)| group.kind == GroupKind::Word);
        for (group, impact) in words {
            prop_assert!(impact > 0.0, "{group:?} {document:?}");
        }
    }

    #[test]
    fn a_query_of_any_text_is_bounded(text in text()) {
        let query = Query::of(&text, &Language::ALL);
        prop_assert!(query.groups.len() <= 64);
        prop_assert!(query.groups.iter().all(|group| !group.variants.is_empty()));
    }

    #[test]
    fn every_second_is_on_a_day(seconds in -62_000_000_000_i64..253_000_000_000) {
        let date = Date::of_unix_seconds(seconds);
        prop_assert!((1..=12).contains(&date.month) && (1..=31).contains(&date.day));
        let next = Date::of_unix_seconds(seconds + 86_400);
        let follows = (next.year, next.month, next.day) > (date.year, date.month, date.day);
        prop_assert!(follows, "{date:?} {next:?}");
    }
}

#[test]
fn hostile_texts_have_short_terms_soon() {
    let mega = 1_000_000;
    let texts = [
        "x".repeat(mega),
        "ا".repeat(mega / 2),
        format!("a{}", "\u{301}".repeat(mega / 2)),
        format!("ก{}", "\u{E48}".repeat(mega / 3)),
        "a/".repeat(mega / 2),
        "a'".repeat(mega / 2),
        "_-".repeat(mega / 2),
        "aB".repeat(mega / 2),
        "a1".repeat(mega / 2),
        "漢".repeat(mega / 3),
        "e\u{301} ".repeat(mega / 4),
        "ﷺ".repeat(mega / 3),
        "ﬃ".repeat(mega / 3),
    ];
    for text in texts {
        // What grows with the square would take hours.
        let document = document(&text);
        assert!(document.terms.iter().all(|(term, _)| term.len() < 512));
    }
}
