//! How much of a query a memory covers.
//!
//! FTS5's score is a sum over the terms of `idf x f (k1 + 1) / (f + k1 (1 - b + b length / average))`, with k1 = 1.2 and
//! b = 0.75. A term found once in a memory of average length is worth its idf. The sum of all terms' idf is thus what a
//! memory with each term once has, and scores over it are shares of the query. Terms that no memory has count as well:
//! a memory with the one known word of ten covers little.

use rusqlite::{CachedStatement, Connection, Result};

/// What FTS5 takes for the idf of a term that more than half of the memories have.
const LOWEST_IDF: f64 = 1e-6;

/// What a memory scores in this index that has each of the terms once and is of average length.
pub(super) fn full_score(connection: &Connection, index: &str, terms: &[String]) -> Result<f64> {
    let memories: i64 =
        connection.prepare_cached("SELECT count(*) FROM memories")?.query_row([], |row| row.get(0))?;
    // More than half is as good as all, and counting is not free.
    let enough = memories / 2 + 1;
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH ? LIMIT ?)");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut sum = 0.0;
    for term in terms {
        sum += idf(memories, having(&mut statement, term, enough)?);
    }
    Ok(sum)
}

fn having(statement: &mut CachedStatement<'_>, term: &str, enough: i64) -> Result<i64> {
    statement.query_row((term, enough), |row| row.get(0))
}

/// FTS5's inverse document frequency.
#[expect(clippy::cast_precision_loss, reason = "counts of memories")]
fn idf(memories: i64, having: i64) -> f64 {
    let (all, having) = (memories as f64, having as f64);
    ((all - having + 0.5) / (having + 0.5)).ln().max(LOWEST_IDF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_terms_weigh_more_and_common_ones_next_to_nothing() {
        assert!(idf(1000, 0) > idf(1000, 1));
        assert!(idf(1000, 1) > idf(1000, 100));
        assert_eq!(idf(1000, 501), LOWEST_IDF);
        assert_eq!(idf(1000, 1000), LOWEST_IDF);
        assert_eq!(idf(0, 0), LOWEST_IDF);
    }

    #[test]
    fn a_memory_with_each_term_once_and_of_average_length_has_the_full_score() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE memories (id INTEGER PRIMARY KEY, content TEXT);
                 CREATE VIRTUAL TABLE words USING fts5(content, content='memories', content_rowid='id');",
            )
            .unwrap();
        for n in 0..40 {
            let text = if n == 7 { "red ferry harbour".to_owned() } else { format!("red{n} other words") };
            connection.execute("INSERT INTO memories (content) VALUES (?)", [&text]).unwrap();
        }
        connection.execute_batch("INSERT INTO words(words) VALUES ('rebuild')").unwrap();
        let terms = ["\"red\"".to_owned(), "\"ferry\"".to_owned()];
        let score: f64 = connection
            .query_row("SELECT -bm25(words) FROM words WHERE words MATCH '\"red\" OR \"ferry\"'", [], |row| {
                row.get(0)
            })
            .unwrap();
        let full = full_score(&connection, "words", &terms).unwrap();
        assert!((score - full).abs() < 1e-9, "{score} {full}");
        let unknown = [terms.to_vec(), vec!["\"zebra\"".to_owned()]].concat();
        assert!(full_score(&connection, "words", &unknown).unwrap() > full * 1.4);
    }
}
