//! Indexes hold what this crate made of texts. When it makes something else of them, they must be built again.

use lexical::{Date, Document, Fields, Language};

const TEXTS: [&str; 9] = [
    "The handler getUserName lives in src/http/user_service.rs since v2.14.3, said O'Dwyer (IT).",
    "Die Katzen schliefen auf den alten Häusern der Stadt.",
    "Les chansons préférées des enfants sont françaises, l'été aussi.",
    "Мы читали интересные книги о далёких планетах.",
    "昨日、東京の図書館で新しい小説を読みました。",
    "어제 서울 도서관에서 새로운 소설을 읽었습니다.",
    "قرأنا كتبا كثيرة في المكتبة الجديدة.",
    "हमने पुस्तकालय में बहुत सी पुरानी किताबें पढ़ीं।",
    "Druckerpatronen kaufen",
];
/// What the crate makes of [`TEXTS`]. Whoever changes it raises the number in the name of the column of `service_words`
/// (`store-sqlite`, `schema/catalogue.rs`).
const FINGERPRINT: u64 = 0xD937_002F_6231_31E3;

#[test]
fn the_terms_of_these_texts_are_those_that_indexes_hold() {
    let date = Some(Date { year: 2023, month: 5, day: 8 });
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        hash = bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
    };
    for content in TEXTS {
        let document = Document::of(&Fields { content, tags: &["project:x", "ideas"], date });
        for (term, level) in &document.terms {
            add(term.as_bytes());
            add(&[level.number()]);
        }
        document
            .stemmed_as
            .iter()
            .chain([&document.language])
            .for_each(|language| add(language.code().as_bytes()));
    }
    assert_eq!(Language::ALL.len(), 33);
    assert_eq!(hash, FINGERPRINT, "{hash:#X}");
}
