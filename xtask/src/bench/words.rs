//! Searching by words among 10,000, 100,000 and more memories, beside the index that FTS5 makes itself.
//!
//! The texts are made: 8 to 37 words, four in ten of them stop words, the others of a vocabulary of 100,000 by Zipf's law
//! (rank r about 1 / r times as often), as in real texts a few words are in a third of all memories and most in a handful.
//! The floor is FTS5 with its English stemmer, its whole answer ranked by `bm25()`.

use std::path::Path;
use std::time::Instant;

use model::{Filter, Tags, Timestamp};
use ports::{MemoryStore, WordQuery};
use rusqlite::{Connection, params};
use store_sqlite::SqliteStore;

use super::machine::{self, block_on};
use super::scale::database;
use super::statistics::Samples;
use super::table::{Figure, Row, Table};

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
const QUERIES: usize = 100;
const VOCABULARY: f64 = 100_000.0;
/// How many results a search asks for.
const LIMIT: usize = 100;
/// One memory in so many has the tag.
const SHARE: usize = 50;
const STOP_WORDS: [&str; 10] = ["the", "a", "of", "to", "and", "in", "is", "was", "for", "with"];
const PLAIN: &str = "plain_words";

/// Searches at every size up to the largest that is wanted.
pub(crate) fn measure(largest: usize) -> Result<Table, String> {
    let folder = machine::root().join("target").join("bench-words");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    }
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let mut table = Table::new("Search by words at scale");
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        let path = folder.join(format!("words-{size}.db"));
        measure_size(&path, size, &mut table)?;
        std::fs::remove_file(&path).map_err(|error| error.to_string())?;
    }
    table.note(format!(
        "{QUERIES} queries of 3 to 5 words at each size, {LIMIT} results each, in the store alone. The floor is an index of \
         FTS5 with `porter unicode61` over the same texts, all it finds ranked by `bm25()`, without any filter."
    ));
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok(table)
}

fn measure_size(path: &Path, size: usize, table: &mut Table) -> Result<(), String> {
    let failed = |error: rusqlite::Error| error.to_string();
    let mut random = Random(88_172_645_463_325_252);
    block_on(database::open(path)?.close());
    fill(path, size, &mut random).map_err(failed)?;
    let queries: Vec<String> = (0..QUERIES).map(|_| query(&mut random)).collect();
    let plain = plain(path, &queries).map_err(failed)?;
    let start = Instant::now();
    let store = database::open(path)?;
    let built = start.elapsed();
    block_on(store.close());
    let start = Instant::now();
    let store = database::open(path)?;
    ask(&store, &queries[0], &Filter::default())?;
    let first = start.elapsed();
    let from = Timestamp::from_seconds(second(size * 99 / 100));
    for (name, filter) in [
        ("no filter", Filter::default()),
        ("a tag of one memory", tagged("rare")?),
        ("a tag of one in 50", tagged("fiftieth")?),
        ("the newest hundredth", Filter { created_from: from, ..Filter::default() }),
    ] {
        let mut times = Samples::new();
        for query in &queries {
            times.push(ask(&store, query, &filter)?);
        }
        table.row(Row {
            what: format!("{size}: {name}"),
            ours: Figure::times(&times),
            floor_name: "FTS5's own index".to_owned(),
            floor: Figure::times(&plain.times),
            aim: None,
        });
    }
    block_on(store.close());
    let connection = Connection::open(path).map_err(failed)?;
    table.row(Row {
        what: format!("{size}: index in the file"),
        ours: Figure::bytes(bytes(&connection, "service_words").map_err(failed)?),
        floor_name: "FTS5's own index".to_owned(),
        floor: Figure::bytes(plain.bytes),
        aim: None,
    });
    table.note(format!(
        "At {size}: opening with building the index {:.1} s (the floor's was built in {:.1} s); opening and the first \
         search {:.1} ms.",
        built.as_secs_f64(),
        plain.built_s,
        first.as_secs_f64() * 1e3
    ));
    Ok(())
}

fn tagged(tag: &str) -> Result<Filter, String> {
    let tags = Tags::parse(tag).map_err(|error| error.to_string())?;
    Ok(Filter { tags, ..Filter::default() })
}

fn ask(store: &SqliteStore, query: &str, filter: &Filter) -> Result<std::time::Duration, String> {
    let query = WordQuery(query.to_owned());
    let start = Instant::now();
    block_on(store.search_words(&query, filter, LIMIT)).map_err(|error| error.to_string())?;
    Ok(start.elapsed())
}

/// What FTS5 does alone.
struct Plain {
    times: Samples,
    bytes: u64,
    built_s: f64,
}

fn plain(path: &Path, queries: &[String]) -> rusqlite::Result<Plain> {
    let connection = Connection::open(path)?;
    let start = Instant::now();
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE {PLAIN} USING fts5(content, tags, content='memories', content_rowid='id',
            tokenize='porter unicode61 remove_diacritics 2');
         INSERT INTO {PLAIN}({PLAIN}) VALUES ('rebuild')"
    ))?;
    let built_s = start.elapsed().as_secs_f64();
    let mut times = Samples::new();
    let sql = format!("SELECT rowid, bm25({PLAIN}, 1.0, 0.5) FROM {PLAIN} WHERE {PLAIN} MATCH ?");
    let mut statement = connection.prepare(&sql)?;
    for query in queries {
        let start = Instant::now();
        let found = statement.query_map([query.replace(' ', " OR ")], |row| {
            Ok((row.get::<_, f64>(1)?, row.get::<_, i64>(0)?))
        })?;
        let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        times.push(start.elapsed());
    }
    drop(statement);
    let bytes = bytes(&connection, PLAIN)?;
    // Opening the store builds an index anew whose triggers are not all there.
    connection.execute_batch(&format!("DROP TABLE {PLAIN}; DROP TRIGGER service_words_ai"))?;
    Ok(Plain { times, bytes, built_s })
}

fn bytes(connection: &Connection, index: &str) -> rusqlite::Result<u64> {
    let sql = format!(
        "SELECT (SELECT sum(length(block)) FROM {index}_data) + (SELECT sum(length(sz) + 4) FROM {index}_docsize)"
    );
    connection.query_row(&sql, [], |row| row.get(0))
}

/// Memories as the original would write them.
fn fill(path: &Path, size: usize, random: &mut Random) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    let transaction = connection.transaction()?;
    let mut statement = transaction.prepare(
        "INSERT INTO memories (content_hash, content, tags, metadata, created_at) VALUES (?, ?, ?, '{}', ?)",
    )?;
    for number in 0..size {
        let tags = match number {
            77 => "rare,common",
            number if number % SHARE == 3 => "fiftieth,common",
            _ => "common",
        };
        statement.execute(params![format!("key {number}"), text(random), tags, second(number)])?;
    }
    drop(statement);
    transaction.commit()
}

fn second(number: usize) -> f64 {
    1.7e9 + number as f64
}

/// Numbers that look like chance and are the same in every run.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A word of the vocabulary, by Zipf's law, from a share of 1 that is taken by chance.
pub(crate) fn word(share: f64) -> String {
    let (consonants, vowels) = (b"bcdfglmnprstvz", b"aeiou");
    let mut rest = VOCABULARY.powf(share) as usize + 37;
    let mut word = String::new();
    while rest > 0 {
        word.push(char::from(consonants[rest % consonants.len()]));
        rest /= consonants.len();
        word.push(char::from(vowels[rest % vowels.len()]));
        rest /= vowels.len();
    }
    word
}

fn text(random: &mut Random) -> String {
    let count = 8 + (random.share() * 30.0) as usize;
    let words: Vec<String> = (0..count)
        .map(|_| match random.share() < 0.4 {
            true => STOP_WORDS[(random.share() * STOP_WORDS.len() as f64) as usize].to_owned(),
            false => word(random.share()),
        })
        .collect();
    words.join(" ")
}

fn query(random: &mut Random) -> String {
    let count = 3 + (random.share() * 3.0) as usize;
    (0..count).map(|_| word(random.share())).collect::<Vec<_>>().join(" ")
}
