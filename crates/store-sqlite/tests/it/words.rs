//! The index of words: many languages, writes of the original, older files.

use model::{Filter, NewMemory, Tags, Timestamp};
use ports::{Check, MemoryStore, WordQuery};
use rusqlite::Connection;
use store_sqlite::SqliteStore;

use crate::samples::{Place, memory};

async fn found(store: &SqliteStore, query: &str) -> Vec<String> {
    let query = WordQuery(query.to_owned());
    let found = store.search_words(&query, &Filter::default(), 10).await.unwrap();
    let ids: Vec<_> = found.iter().map(|candidate| candidate.id).collect();
    store.get_many(&ids).await.unwrap().into_iter().map(|memory| memory.content).collect()
}

fn insert_like_the_original(connection: &Connection, key: &str, text: &str) {
    connection
        .execute(
            "INSERT INTO memories (content_hash, content, tags, metadata, created_at) VALUES (?, ?, 'theirs', '{}', 1.5)",
            [key, text],
        )
        .unwrap();
}

fn waiting(place: &Place) -> i64 {
    place.plain().query_row("SELECT count(*) FROM service_words_queue", [], |row| row.get(0)).unwrap()
}

/// A text in each language, and questions with other forms of its words.
const LANGUAGES: [(&str, &str, &[&str]); 18] = [
    (
        "eng",
        "The children were running along the beaches yesterday.",
        &["child beach run", "beaches", "runs"],
    ),
    (
        "deu",
        "Die Katzen schliefen auf den alten Häusern der Stadt.",
        &["Haus", "Katze", "haeuser katzen", "HÄUSER"],
    ),
    (
        "fra",
        "Les chansons préférées des enfants sont françaises.",
        &["chanson", "préférée", "preferees", "français"],
    ),
    (
        "spa",
        "Los niños hablaban de las canciones nuevas en la playa.",
        &["niño", "canción", "hablar", "ninos"],
    ),
    ("ita", "I gatti dormivano sulle finestre della casa gialla.", &["gatto", "finestra"]),
    ("por", "As cidades antigas têm muitas igrejas bonitas para ver.", &["cidade", "igreja"]),
    ("nld", "De katten zitten op het dak van het oude stadhuis.", &["kat", "oud stadhuis"]),
    ("swe", "Bilarna stod parkerade på gatorna hela natten och dagen.", &["bilar", "gator"]),
    ("pol", "Nasze koty bardzo lubią spać na ciepłych dachach.", &["koty", "dachach"]),
    ("tur", "Kitaplar masanın üzerinde duruyor ve çok eski.", &["kitap"]),
    ("rus", "Мы читали интересные книги о далёких планетах.", &["книга", "планета", "интересная", "далекие"]),
    ("zho", "昨天我们在北京的图书馆里看书。", &["图书馆", "北京", "看书", "书"]),
    ("jpn", "昨日、東京の図書館で新しい小説を読みました。", &["図書館", "東京", "小説", "小説を読む"]),
    ("kor", "어제 서울 도서관에서 새로운 소설을 읽었습니다.", &["도서관", "서울", "소설"]),
    ("ara", "قرأنا كتبا كثيرة في المكتبة الجديدة.", &["مكتبة", "المكتبة", "الكتب"]),
    ("hin", "हमने पुस्तकालय में बहुत सी पुरानी किताबें पढ़ीं।", &["किताब", "पुस्तकालय", "किताबों"]),
    ("tha", "เมื่อวานเราไปอ่านหนังสือที่ห้องสมุดในกรุงเทพ", &["ห้องสมุด", "หนังสือ", "กรุงเทพ"]),
    ("ell", "Τα παιδιά παίζουν στους δρόμους κάθε ημέρα.", &["δρόμος", "ημέρες", "ΔΡΟΜΟΣ"]),
];

#[tokio::test]
async fn other_forms_of_a_word_find_the_text_in_every_language() {
    let place = Place::empty();
    let store = place.open().await;
    for (_, text, _) in LANGUAGES {
        store.insert(memory(text)).await.unwrap();
    }
    let mut missed = Vec::new();
    for (language, text, queries) in LANGUAGES {
        for query in queries {
            let found = found(&store, query).await;
            if found.first().map(String::as_str) != Some(text) {
                missed.push(format!("{language}: {query} {found:?}"));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    let languages = store.languages().await.unwrap();
    for (code, _, _) in LANGUAGES {
        assert!(
            languages.iter().any(|count| count.code == code && count.memories == 1),
            "{code} {languages:?}"
        );
    }
}

#[tokio::test]
async fn identifiers_are_found_whole_and_by_their_parts() {
    let place = Place::empty();
    let store = place.open().await;
    let texts = [
        "The handler getUserName lives in src/http/user_service.rs since v2.14.3",
        "Error E0502 came with commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "Write to ann.lee@mail.example or see https://docs.example.org/guide/setup?lang=de",
        "Nothing of any of that is in here",
    ];
    for text in texts {
        store.insert(memory(text)).await.unwrap();
    }
    for (query, text) in [
        ("getUserName", 0),
        ("username", 0),
        ("user name", 0),
        ("user_service.rs", 0),
        ("src/http/user_service.rs", 0),
        ("v2.14.3", 0),
        ("E0502", 1),
        ("9fceb02d0ae598e95dc970b74767f19372d61af8", 1),
        ("ann.lee@mail.example", 2),
        ("docs.example.org", 2),
        ("setup guide", 2),
    ] {
        assert_eq!(found(&store, query).await.first().map(String::as_str), Some(texts[text]), "{query}");
    }
}

#[tokio::test]
async fn a_question_for_a_day_finds_what_happened_then() {
    let place = Place::empty();
    let store = place.open().await;
    let at = |seconds: f64| Timestamp::from_seconds(seconds);
    for (text, day) in
        [("visited the museum twice", 1_683_504_000.0), ("visited the museum again", 1_700_000_000.0)]
    {
        store.insert(NewMemory { occurred_at: at(day), ..memory(text) }).await.unwrap();
    }
    assert_eq!(found(&store, "Which museum in May 2023?").await[0], "visited the museum twice");
    assert_eq!(found(&store, "What was on 14 November?").await[0], "visited the museum again");
    assert_eq!(found(&store, "museum 2023-05-08").await[0], "visited the museum twice");
}

#[tokio::test]
async fn our_own_writes_leave_nothing_to_index() {
    let place = Place::empty();
    let store = place.open().await;
    let new = memory("a heron in the reeds");
    store.insert(new.clone()).await.unwrap();
    assert_eq!(waiting(&place), 0);
    let tags = ports::Change { tags: Some(Tags::parse("bird").unwrap()), ..ports::Change::default() };
    store.update(&new.hash, tags).await.unwrap();
    assert_eq!(waiting(&place), 0);
    assert_eq!(found(&store, "birds").await, ["a heron in the reeds"]);
    store.delete(&Filter::one(new.hash.clone()), Timestamp::from_microseconds(5)).await.unwrap();
    assert_eq!(waiting(&place), 0);
    assert_eq!(found(&store, "birds heron").await, [""; 0]);
    store.undelete(ports::Undelete::Hashes(vec![new.hash])).await.unwrap();
    assert_eq!(found(&store, "birds heron").await, ["a heron in the reeds"]);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn what_the_original_writes_is_indexed_by_the_next_search() {
    let place = Place::empty();
    let store = place.open().await;
    let theirs = place.plain();
    for n in 0..1200 {
        insert_like_the_original(&theirs, &format!("key {n}"), &format!("walruses of number{n} sleeping"));
    }
    assert_eq!(waiting(&place), 1200);
    assert_eq!(found(&store, "sleep number1100 walrus").await[0], "walruses of number1100 sleeping");
    // The search did not wait for all of them: the rest is indexed behind it, and beside the next write.
    store.record_access(&[], Timestamp::from_microseconds(5)).await.unwrap();
    assert_eq!(waiting(&place), 0);
    theirs.execute("UPDATE memories SET content = 'a narwhal' WHERE content_hash = 'key 3'", []).unwrap();
    assert!(!found(&store, "walruses of number3").await.contains(&"walruses of number3 sleeping".to_owned()));
    assert_eq!(found(&store, "narwhals").await, ["a narwhal"]);
    theirs.execute("UPDATE memories SET last_accessed = 5", []).unwrap();
    assert_eq!(waiting(&place), 0, "what is not indexed does not wait");
    theirs.execute("DELETE FROM memories WHERE content_hash = 'key 3'", []).unwrap();
    assert_eq!(found(&store, "narwhals").await, [""; 0]);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn while_another_program_writes_searches_look_through_what_waits() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("the walrus sleeps, walrus, walrus")).await.unwrap();
    let theirs = place.plain();
    insert_like_the_original(&theirs, "their key", "two walruses");
    theirs.execute("UPDATE memories SET content = 'a heron' WHERE id = 1", []).unwrap();
    theirs.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(found(&store, "walrus").await, ["two walruses"]);
    assert_eq!(found(&store, "herons").await, ["a heron"]);
    let tagged = Filter { tags: Tags::parse("theirs").unwrap(), ..Filter::default() };
    let found_tagged = store.search_words(&WordQuery("walrus".to_owned()), &tagged, 5).await.unwrap();
    assert_eq!(found_tagged.len(), 1);
    assert_eq!(waiting(&place), 2);
    theirs.execute_batch("ROLLBACK").unwrap();
    assert_eq!(found(&store, "walrus").await, ["two walruses"]);
    assert_eq!(waiting(&place), 0);
}

#[tokio::test]
async fn a_file_of_schema_2_gets_the_index_of_now() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("The ferries leave from platform nine")).await.unwrap();
    store.close().await;
    place
        .plain()
        .execute_batch(
            "DROP TRIGGER service_words_bi; DROP TRIGGER service_words_ai; DROP TRIGGER service_words_au;
             DROP TRIGGER service_words_ad;
             DROP TABLE service_words; DROP TABLE service_words_queue; DROP INDEX service_origins_conversation;
             CREATE VIRTUAL TABLE service_words USING fts5(content, tags, content='memories', content_rowid='id',
                tokenize='porter unicode61 remove_diacritics 2');
             CREATE TRIGGER service_words_ai AFTER INSERT ON memories BEGIN
                INSERT INTO service_words(rowid, content, tags) VALUES (new.id, new.content, new.tags);
             END;
             INSERT INTO service_words(service_words) VALUES ('rebuild');
             INSERT INTO memories (content_hash, content, tags) VALUES ('k', 'the tram is late', 'untagged');
             UPDATE service_info SET value = '2' WHERE key = 'schema';",
        )
        .unwrap();
    let store = place.open().await;
    assert_eq!(found(&store, "ferry").await, ["The ferries leave from platform nine"]);
    assert_eq!(found(&store, "trams").await, ["the tram is late"]);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn the_order_of_storing_does_not_change_the_ranking() {
    let texts: Vec<String> = (0..40)
        .map(|n| {
            format!("{} item{n}", ["ferry harbour", "ferry", "harbour of the ferry boat", "boat"][n % 4])
        })
        .collect();
    let mut rankings = Vec::new();
    for order in [0, 17, 29] {
        let place = Place::empty();
        let store = place.open().await;
        for n in 0..texts.len() {
            store.insert(memory(&texts[(n * 7 + order) % texts.len()])).await.unwrap();
        }
        let query = WordQuery("harbour boat item7".to_owned());
        let candidates = store.search_words(&query, &Filter::default(), 40).await.unwrap();
        let ids: Vec<_> = candidates.iter().map(|candidate| candidate.id).collect();
        let memories = store.get_many(&ids).await.unwrap();
        let mut ranking: Vec<(u64, String)> = candidates
            .iter()
            .zip(memories)
            .map(|(candidate, memory)| (candidate.coverage.to_bits(), memory.content))
            .collect();
        ranking.sort();
        rankings.push(ranking);
    }
    assert!(rankings[0].len() > 20);
    assert_eq!(rankings[0], rankings[1]);
    assert_eq!(rankings[0], rankings[2]);
}
