//! What holds for every value, whatever a caller writes.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use model::{
    Content, ContentHash, Cuts, HashPrefix, InvalidTags, MAX_TAG_CHARS, MAX_TAGS, MemoryType, Metadata,
    Ontology, Partition, PartitionScope, Splitting, TagParts, Tags, Timestamp, Vector, parse_date,
};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Microseconds of the years 1900 to 2100.
const MICROSECONDS: std::ops::Range<i64> = -2_208_988_800_000_000..4_133_980_800_000_000;

/// Texts that are likely to hit a rule: white space, commas, brackets, letters whose case changes their length.
fn tricky() -> impl Strategy<Value = String> {
    prop_oneof![".{0,40}", "[ a-cA-C,\\[\\]\"\\u{a0}İßΣς\\t]{0,30}", "\\[(\"[a-z ,]{0,5}\",?){0,4}\\]"]
}

/// Vectors of four numbers with a direction.
fn direction() -> impl Strategy<Value = Vector> {
    vec(-1e20_f32..1e20, 4).prop_filter_map("no direction", |numbers| Vector::new(numbers).ok())
}

fn texts(tags: &Tags) -> Vec<String> {
    tags.iter().map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn tags_are_normal_and_stay_as_they_are_when_read_again(list in vec(tricky(), 0..8)) {
        if let Ok(tags) = Tags::from_list(&list) {
            for tag in tags.iter() {
                prop_assert!(!tag.is_empty() && tag.trim() == tag && !tag.contains([',', '\0']), "{tag:?}");
                prop_assert_eq!(tag.to_lowercase(), tag);
                prop_assert!(tag.chars().count() <= MAX_TAG_CHARS);
            }
            prop_assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), tags.len());
            prop_assert_eq!(Tags::from_list(tags.iter()).map(|again| texts(&again)), Ok(texts(&tags)));
        }
    }

    #[test]
    fn a_text_of_tags_is_read_as_the_list_of_its_parts(list in vec("[ a-cA-C]{0,6}", 0..6)) {
        prop_assert_eq!(Tags::parse(&list.join(",")), Tags::from_list(&list));
    }

    #[test]
    fn no_text_of_tags_is_a_panic(text in tricky()) {
        let from_text = Tags::parse(&text);
        prop_assert_eq!(Tags::from_json(&Value::String(text)), from_text);
    }

    #[test]
    fn merging_tags_gives_their_union_or_says_that_it_is_too_long(
        first in vec("[a-z]{1,2}", 0..80),
        second in vec("[a-z]{1,2}", 0..80),
    ) {
        let union: BTreeSet<String> = first.iter().chain(&second).cloned().collect();
        let (first, second) = (Tags::from_list(&first).unwrap(), Tags::from_list(&second).unwrap());
        match first.merged(second) {
            Ok(merged) => prop_assert_eq!(texts(&merged).into_iter().collect::<BTreeSet<_>>(), union),
            Err(error) => {
                let expected = InvalidTags::TooMany { given: union.len(), limit: MAX_TAGS };
                prop_assert_eq!(error, expected);
            }
        }
    }

    #[test]
    fn keys_ignore_case_and_outer_space_and_nothing_else(text in "[a-zA-Z0-9 .,]{0,30}[a-z]", other in "[a-z ]{1,20}") {
        let key = |text: &str| Content::parse(text).map(|content| ContentHash::of(&content));
        let own = key(&text).unwrap();
        prop_assert_eq!(own.as_str().len(), 64);
        prop_assert!(own.as_str().bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
        prop_assert_eq!(&key(&format!("\n {}\t", text.to_uppercase())).unwrap(), &own);
        if other.trim() != text.trim().to_lowercase() && !other.trim().is_empty() {
            prop_assert_ne!(&key(&other).unwrap(), &own);
        }
    }

    #[test]
    fn every_beginning_of_a_key_is_a_prefix_when_it_is_long_enough(text in "[a-z]{1,20}", length in 0_usize..=64) {
        let key = ContentHash::of(&Content::parse(text).unwrap());
        let prefix = HashPrefix::parse(&key.as_str()[..length]);
        prop_assert_eq!(prefix.is_ok(), length >= HashPrefix::MIN_CHARS);
    }

    #[test]
    fn a_prefix_has_no_character_of_a_pattern_or_a_statement(text in ".{0,140}") {
        if let Ok(prefix) = HashPrefix::parse(&text) {
            prop_assert!(prefix.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-:.".contains(&byte)));
            prop_assert!((HashPrefix::MIN_CHARS..=ContentHash::MAX_CHARS).contains(&prefix.as_str().len()));
        }
    }

    #[test]
    fn content_is_kept_to_the_byte_or_refused(text in "[ \\t\\u{0}a\\u{301}漢]{0,20}") {
        match Content::parse(text.clone()) {
            Ok(content) => prop_assert_eq!(content.as_str(), text),
            Err(_) => prop_assert!(text.trim().is_empty() || text.contains('\0')),
        }
    }

    #[test]
    fn microseconds_survive_the_number_and_the_text(microseconds in MICROSECONDS) {
        let time = Timestamp::from_microseconds(microseconds);
        prop_assert_eq!(time.as_microseconds(), microseconds);
        prop_assert_eq!(Timestamp::from_seconds(time.as_seconds()), Some(time));
        let read = Timestamp::from_stored_iso(&time.to_string());
        prop_assert_eq!(read.map(Timestamp::as_microseconds), Some(microseconds));
    }

    #[test]
    fn times_keep_their_order(a in MICROSECONDS, b in MICROSECONDS) {
        let (first, second) = (Timestamp::from_microseconds(a), Timestamp::from_microseconds(b));
        prop_assert_eq!(first.partial_cmp(&second), Some(a.cmp(&b)));
    }

    #[test]
    fn every_number_is_a_time_of_the_years_0_to_9999_or_none(seconds in any::<f64>(), more in any::<f64>()) {
        if let Some(time) = Timestamp::from_seconds(seconds) {
            prop_assert_eq!(time.as_seconds().to_bits(), seconds.to_bits());
            prop_assert!(time.to_string().ends_with('Z'), "{}", time);
            prop_assert!(time.plus_seconds(more).to_string().ends_with('Z'));
        }
    }

    #[test]
    fn a_written_date_is_read_as_the_same_time(microseconds in MICROSECONDS, hours in -12_i8..=12) {
        let time = Timestamp::from_microseconds(microseconds);
        let zone = TimeZone::fixed(jiff::tz::offset(hours));
        prop_assert_eq!(parse_date(&time.to_string(), &zone), Ok(time));
    }

    #[test]
    fn no_text_of_a_date_is_a_panic(text in "[-0-9TZ:.+ a]{0,30}|.{0,20}") {
        let read = (parse_date(&text, &TimeZone::UTC).is_ok(), Timestamp::from_stored_iso(&text).is_some());
        prop_assert!(!read.0 || !text.trim().is_empty());
    }

    #[test]
    fn the_cosine_is_symmetric_and_of_a_vector_with_itself_1(a in direction(), b in direction()) {
        let cosine = a.cosine(&b).unwrap();
        prop_assert!((-1.0..=1.0).contains(&cosine));
        prop_assert_eq!(b.cosine(&a), Some(cosine));
        prop_assert!((a.cosine(&a).unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn names_are_trimmed_and_without_control_characters(text in ".{0,120}|[ \\u{1}a]{0,10}") {
        if let Ok(Some(kind)) = MemoryType::parse(&text) {
            prop_assert_eq!(kind.as_str(), text.trim());
            prop_assert!(!kind.as_str().chars().any(char::is_control));
        }
        if let Ok(partition) = Partition::parse(&text) {
            prop_assert_eq!(PartitionScope::parse(&text), Ok(PartitionScope::One(partition.clone())));
            prop_assert!(!partition.as_str().is_empty() && !partition.as_str().chars().any(char::is_control));
        }
    }

    #[test]
    fn metadata_keeps_its_fields_in_order(keys in vec("[a-z]{1,3}", 0..20)) {
        let fields: Map<String, Value> =
            keys.iter().enumerate().map(|(n, key)| (key.clone(), Value::from(n))).collect();
        let metadata = Metadata::parse(fields.clone()).unwrap();
        prop_assert!(metadata.fields().iter().eq(fields.iter()));
    }

    #[test]
    fn pieces_cover_their_text_and_none_is_longer_than_the_limit(
        text in "([a-z\u{e9}\u{6f22}]{1,9}[ .!?\n\u{3002}\u{a0}]{0,3}){0,40}|[ \n\ra.\u{1f44d}]{0,80}",
        max in 1_usize..40,
        overlap in 0_usize..40,
        cuts in prop_oneof![Just(Cuts::AtBoundaries), Just(Cuts::Anywhere)],
    ) {
        let overlap = overlap % max;
        let pieces = Splitting::new(max, overlap, cuts).unwrap().split(&text);
        let mut covered = 0;
        let mut last_start: Option<usize> = None;
        for piece in &pieces {
            prop_assert!(piece.text.chars().count() <= max);
            prop_assert!(last_start.is_none_or(|last| piece.start > last), "each piece begins behind the one before");
            prop_assert!(text[piece.start..].starts_with(piece.text));
            prop_assert!(pieces.len() == 1 || !piece.text.trim().is_empty());
            // Between two pieces there is nothing but white space; before the end of the last one there is the overlap.
            if piece.start > covered {
                prop_assert!(text[covered..piece.start].trim().is_empty(), "{:?}", &text[covered..piece.start]);
            } else {
                prop_assert!(text[piece.start..covered].chars().count() <= overlap);
            }
            covered = piece.start + piece.text.len();
            last_start = Some(piece.start);
        }
        prop_assert!(text[covered..].trim().is_empty());
    }

    #[test]
    fn a_tag_is_its_parts(tag in "[a-z:]{0,12}|.{0,20}") {
        let parts = TagParts::of(&tag);
        let joined = parts.namespace.map_or(parts.value.to_owned(), |name| format!("{name}:{}", parts.value));
        prop_assert_eq!(&joined, &tag);
        prop_assert!(parts.namespace.is_none_or(|name| !name.is_empty() && !name.contains(':')));
    }

    #[test]
    fn every_known_kind_has_a_base_that_is_its_own(json in "\\{(\"[a-c_]{1,3}\": ?\\[(\"[a-c]{1,3}\")?\\],?){0,3}\\}|.{0,30}") {
        if let Ok(ontology) = Ontology::with_custom_json(&json) {
            for name in ontology.names() {
                let base = ontology.base_of_name(name).unwrap();
                prop_assert_eq!(ontology.base_of_name(base), Some(base));
                prop_assert!(name == base || ontology.subtypes(base).any(|subtype| subtype == name));
            }
        }
    }
}
