//! Every five words that were stored are found again.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::place::{Place, cases, text};

/// How many words a phrase has.
const WORDS: usize = 5;
/// Among how many hits its memory must be.
const FIRST: usize = 3;

/// Words that texts of some language leave out of the index.
const COMMON: [&str; 14] =
    ["the", "of", "and", "is", "a", "und", "der", "le", "de", "не", "и", "の", "di", "don't"];

/// What people write: words of many scripts, with and without meaning, numbers, names of programs, signs.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{2,9}",
        2 => "[A-Z][a-zà-ÿ]{1,7}",
        1 => "[а-яё]{2,8}",
        1 => "[α-ωά-ώ]{2,8}",
        1 => "[一-龥]{1,4}",
        1 => "[あ-ん]{1,5}",
        1 => "[가-힣]{1,4}",
        1 => "[ก-ฮ]{2,6}",
        1 => "[ء-ي]{2,7}",
        1 => "[अ-ह]{2,5}",
        1 => "[א-ת]{2,6}",
        1 => "[0-9]{1,5}",
        1 => "[a-z]{2,5}_[a-z]{2,5}\\.rs",
        1 => "[A-Z]{1,3}-[0-9]{1,4}",
        2 => select(COMMON.to_vec()).prop_map(str::to_owned),
        1 => select(vec!["e\u{301}te\u{301}", "Straße", "C++", "🚀", "ﬁne", "½", "\"quoted\"", "OR", "NEAR(", "*", "a:b"])
            .prop_map(str::to_owned),
    ]
}

/// Texts whose words meet again in others, of lines and sentences.
fn memories() -> impl Strategy<Value = Vec<Vec<(String, &'static str)>>> {
    vec(word(), 30..60).prop_flat_map(|vocabulary| {
        let gap = select(vec![" ", " ", " ", " ", ", ", ". ", "\n", "  "]);
        let word = (select(vocabulary), gap);
        vec(vec(word, 3..25), 8..16)
    })
}

fn written(words: &[(String, &str)]) -> String {
    words.iter().map(|(word, gap)| format!("{word}{gap}")).collect::<String>().trim().to_owned()
}

/// Whether a phrase has a word that tells something. Stop words and signs alone are found as they are written, no other way.
fn is_telling(words: &[(String, &str)]) -> bool {
    words.iter().any(|(word, _)| !COMMON.contains(&word.as_str()) && word.chars().any(char::is_alphanumeric))
}

/// The words of a phrase with one blank between them, as somebody types them.
fn typed(words: &[(String, &str)]) -> String {
    words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn every_stored_five_word_phrase_is_in_the_first_three(memories in memories()) {
        let place = Place::new();
        let texts: Vec<String> = memories.iter().map(|words| written(words)).collect();
        texts.iter().for_each(|own| place.remember(text(own)));
        for (own, words) in texts.iter().zip(&memories) {
            for phrase in words.windows(WORDS) {
                let typed_too = is_telling(phrase).then(|| typed(phrase));
                for query in [Some(written(phrase)), typed_too].into_iter().flatten() {
                    let found = place.found(&query, FIRST as u32);
                    let have_it = memories.iter().filter(|other| {
                        other.windows(WORDS).any(|window| typed(window) == typed(phrase))
                    });
                    // Of more than three that have it, any may come first.
                    let is_told = have_it.count() > FIRST || found.contains(own);
                    prop_assert!(is_told, "{query:?} of {own:?} gave {found:#?}");
                }
            }
        }
    }
}

#[test]
fn ten_letters_of_a_script_without_spaces_are_in_the_first_three() {
    let place = Place::new();
    let texts = [
        "昨日、東京の図書館で新しい小説を読みました。とても面白かったです。",
        "昨日は大阪の図書館で古い雑誌を読みましたが、あまり面白くなかったです。",
        "我们昨天在北京的图书馆里借了三本关于古代历史的书。",
        "我们明天要去上海的博物馆看一个关于古代瓷器的展览。",
        "เมื่อวานเราไปอ่านหนังสือที่ห้องสมุดในกรุงเทพกับเพื่อนหลายคน",
        "พรุ่งนี้เราจะไปดูพิพิธภัณฑ์ที่เชียงใหม่กับครอบครัวของเรา",
    ];
    texts.iter().for_each(|own| place.remember(text(own)));
    for own in texts {
        let letters: Vec<char> = own.chars().collect();
        for window in letters.windows(10) {
            let query: String = window.iter().collect();
            let found = place.found(&query, 3);
            assert!(found.iter().any(|found| found == own), "{query} gave {found:?}");
        }
    }
}

/// Sentences that real people could have stored, as the corpus has them.
#[test]
fn every_five_words_of_five_hundred_sentences_are_in_the_first_three() {
    let place = Place::new();
    let sentences = &testkit::corpus::sentences()[..500];
    sentences.iter().for_each(|own| place.remember(text(own)));
    for own in sentences.iter().step_by(7) {
        let words: Vec<&str> = own.split_whitespace().collect();
        for phrase in words.windows(WORDS) {
            let query = phrase.join(" ");
            let found = place.found(&query, FIRST as u32);
            assert!(found.iter().any(|found| found == own), "{query:?} gave {found:?}");
        }
    }
}
