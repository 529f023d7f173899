//! `Reader::search`.

use std::time::Duration;

use engine::{EngineError, ErrorCode, MAX_QUERY_BYTES, MAX_RESULTS, Mode, SearchRequest, Settings};
use model::{Filter, PartitionScope};
use ports::{Clock, StoreError};
use testkit::{Bench, Fault};
use tokio::time::Instant;

use crate::ask::{
    embed_wait, forget, found, key, put_embedded, query, remember, search, store_all, tagged, with_tags,
};

#[tokio::test]
async fn a_hit_of_both_legs_has_both_scores_and_comes_first() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry leaves at nine", "the blue tram stops here", "a cat sleeps"]).await;
    let answer = search(&bench, "red ferry").await;
    assert_eq!(found(&answer)[0], "the red ferry leaves at nine");
    let best = &answer.hits[0];
    assert_eq!(best.word_score, Some(1.0));
    assert!(best.similarity.is_some_and(|cosine| cosine > 0.5), "{:?}", best.similarity);
    assert!(best.score.is_some_and(|score| score > 0.6), "{:?}", best.score);
    assert_eq!(answer.notices, [""; 0]);
}

#[tokio::test]
async fn what_both_legs_find_is_best_although_it_is_first_in_neither() {
    let bench = Bench::default();
    let vector = |text: &str| bench.embedder.vector(text);
    put_embedded(&bench, "harbour red ferry", vector("most words, another meaning")).await;
    put_embedded(&bench, "no shared word", vector("red ferry harbour")).await;
    put_embedded(&bench, "red ferry", vector("red ferry harbour!")).await;
    put_embedded(&bench, "red", vector("another meaning again")).await;
    let request = SearchRequest { limit: 1, ..query("red ferry harbour") };
    assert_eq!(found(&bench.reader().search(request).await.unwrap()), ["red ferry"]);
}

#[tokio::test]
async fn a_memory_with_the_whole_query_leads_whatever_is_near() {
    let bench = Bench::default();
    let vector = |text: &str| bench.embedder.vector(text);
    put_embedded(&bench, "ferry red: all the words, and the same meaning", vector("red ferr")).await;
    put_embedded(&bench, "a hundred ferries", vector("another meaning")).await;
    let answer = search(&bench, "red ferr").await;
    assert_eq!(found(&answer)[0], "a hundred ferries");
    assert!(answer.hits[0].score >= answer.hits[1].score, "{:?}", answer.hits);
}

#[tokio::test]
async fn nothing_leads_when_words_count_for_nothing() {
    let settings = Settings { word_weight: 0.0, meaning_weight: 1.0, ..Settings::default() };
    let bench = Bench::with(settings);
    let vector = |text: &str| bench.embedder.vector(text);
    put_embedded(&bench, "another text", vector("red ferr")).await;
    put_embedded(&bench, "a hundred ferries", vector("another meaning")).await;
    assert_eq!(found(&search(&bench, "red ferr").await)[0], "another text");
}

#[tokio::test]
async fn only_a_query_that_something_fits_has_a_good_hit() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry leaves at nine", "the blue tram stops here", "a cat sleeps"]).await;
    let best = async |query: &str| search(&bench, query).await.hits[0].score.unwrap();
    let (same, unrelated) =
        (best("the red ferry leaves at nine").await, best("zebra quagga okapi walrus tram").await);
    assert!(same > 0.8 && unrelated < 0.4, "{same} {unrelated}");
}

#[tokio::test]
async fn words_alone_are_searched_when_the_model_is_broken_and_a_notice_says_so() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry", "the blue tram"]).await;
    bench.embedder.set_broken(true);
    let answer = search(&bench, "ferry").await;
    assert_eq!(found(&answer), ["the red ferry"]);
    assert_eq!(answer.hits[0].similarity, None);
    assert_eq!(answer.notices.len(), 1);
    assert!(answer.notices[0].starts_with("only words were searched, not meaning"), "{:?}", answer.notices);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_still_being_loaded_is_waited_for_a_short_time_only() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry", "the blue tram"]).await;
    bench.embedder.set_loading(true);
    let start = Instant::now();
    let answer = search(&bench, "ferry").await;
    assert_eq!(start.elapsed(), embed_wait());
    assert!(embed_wait() <= Duration::from_secs(2));
    assert_eq!(found(&answer), ["the red ferry"]);
    assert!(answer.notices[0].contains("being loaded"), "{:?}", answer.notices);
}

#[tokio::test(start_paused = true)]
async fn the_first_search_uses_meaning_when_the_model_is_loaded_in_time() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry", "the blue tram"]).await;
    bench.embedder.set_loading(true);
    let reader = bench.reader();
    let (answer, ()) = tokio::join!(reader.search(query("ferry")), async {
        tokio::time::advance(embed_wait() - Duration::from_millis(1)).await;
        bench.embedder.set_loading(false);
    });
    let answer = answer.unwrap();
    assert_eq!(answer.notices, [""; 0]);
    assert_eq!(answer.hits.len(), 2);
    assert!(answer.hits[0].similarity.is_some());
}

#[tokio::test]
async fn one_leg_answers_when_the_other_is_damaged() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry", "the blue tram"]).await;
    bench.store.set_fault(Some(Fault::Vectors));
    let answer = search(&bench, "ferry").await;
    assert_eq!(found(&answer), ["the red ferry"]);
    assert!(answer.notices[0].starts_with("only words were searched"), "{:?}", answer.notices);

    bench.store.set_fault(Some(Fault::Words));
    let answer = search(&bench, "ferry").await;
    assert_eq!(found(&answer)[0], "the red ferry");
    assert_eq!(answer.hits[0].word_score, None);
    assert!(answer.notices[0].starts_with("only meaning was searched"), "{:?}", answer.notices);
}

#[tokio::test]
async fn a_search_fails_when_both_legs_do() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry"]).await;
    bench.store.set_fault(Some(Fault::Busy));
    let error = bench.reader().search(query("ferry")).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(StoreError::Busy { .. })), "{error:?}");
    bench.store.set_fault(Some(Fault::Words));
    bench.embedder.set_broken(true);
    let error = bench.reader().search(query("another ferry")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::StorageDamaged);
}

#[tokio::test]
async fn the_filter_is_applied_before_the_best_are_chosen() {
    let bench = Bench::default();
    let writer = bench.writer();
    writer.store(tagged("a ferry, one among many other words of little weight", "rare")).await.unwrap();
    for n in 0..150 {
        writer.store(tagged(&format!("ferry {n}"), "common")).await.unwrap();
    }
    let request = SearchRequest { filter: with_tags("rare"), limit: 1, ..query("ferry") };
    let answer = bench.reader().search(request).await.unwrap();
    assert_eq!(found(&answer), ["a ferry, one among many other words of little weight"]);
}

#[tokio::test]
async fn a_search_without_query_gives_the_newest_that_meet_the_filter() {
    let bench = Bench::default();
    for text in ["one", "two", "three"] {
        bench.writer().store(tagged(text, "number")).await.unwrap();
        bench.clock.advance(1.0);
    }
    store_all(&bench, &["four"]).await;
    for blank in [None, Some(" \n".to_owned())] {
        let request = SearchRequest { query: blank, filter: with_tags("number"), limit: 2, ..query("") };
        let answer = bench.reader().search(request).await.unwrap();
        assert_eq!(found(&answer), ["three", "two"]);
        assert!(answer.hits.iter().all(|hit| hit.score.is_none() && hit.similarity.is_none()));
    }
}

#[tokio::test]
async fn a_search_for_nothing_in_particular_is_refused() {
    let bench = Bench::default();
    let everywhere =
        Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
    for filter in [Filter::default(), everywhere] {
        let request = SearchRequest { query: Some("  ".to_owned()), filter, ..query("") };
        let error = bench.reader().search(request).await.unwrap_err();
        assert!(matches!(error, EngineError::NothingToSearch), "{error:?}");
        assert_eq!(error.code(), ErrorCode::InvalidInput);
    }
}

#[tokio::test]
async fn limits_hold_at_their_edges() {
    let bench = Bench::default();
    for n in 0..=MAX_RESULTS {
        bench.writer().store(remember(&format!("ferry {n}"))).await.unwrap();
    }
    for limit in [1, MAX_RESULTS] {
        let answer = bench.reader().search(SearchRequest { limit, ..query("ferry") }).await.unwrap();
        assert_eq!(answer.hits.len(), limit as usize);
    }
    for limit in [0, MAX_RESULTS + 1, u32::MAX] {
        let error = bench.reader().search(SearchRequest { limit, ..query("ferry") }).await.unwrap_err();
        assert!(
            matches!(error, EngineError::OutOfRange { name: "limit", given, lowest: 1, highest: 100 }
                if given == u64::from(limit)),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn the_longest_query_is_accepted_and_one_byte_more_is_not() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry"]).await;
    let longest = format!("ferry {}", "x".repeat(MAX_QUERY_BYTES - 6));
    assert_eq!(found(&search(&bench, &longest).await), ["the red ferry"]);
    let error = bench.reader().search(query(&format!("{longest}x"))).await.unwrap_err();
    assert!(
        matches!(error, EngineError::QueryTooLong { bytes, limit: MAX_QUERY_BYTES } if bytes == MAX_QUERY_BYTES + 1),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_search_by_meaning_alone_needs_the_model() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry", "a cat"]).await;
    let request = || SearchRequest { mode: Mode::Semantic, ..query("red ferry") };
    let answer = bench.reader().search(request()).await.unwrap();
    assert_eq!(found(&answer)[0], "the red ferry");
    assert!(answer.hits.iter().all(|hit| hit.word_score.is_none()));

    bench.embedder.set_broken(true);
    let another = SearchRequest { query: Some("blue ferry".to_owned()), ..request() };
    let error = bench.reader().search(another).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::EmbeddingUnavailable);
    let again = bench.reader().search(request()).await.unwrap();
    assert_eq!(found(&again)[0], "the red ferry", "the vector of this query is known");
}

#[tokio::test]
async fn deleted_memories_are_not_found_and_superseded_ones_only_when_asked_for() {
    let bench = Bench::default();
    store_all(&bench, &["ferry one", "ferry two", "ferry three"]).await;
    bench.writer().delete(forget("ferry one")).await.unwrap();
    bench.store.supersede(&key("ferry two"), &key("ferry three"));
    assert_eq!(found(&search(&bench, "ferry").await), ["ferry three"]);
    let filter = Filter { include_superseded: true, ..Filter::default() };
    let answer = bench.reader().search(SearchRequest { filter, ..query("ferry") }).await.unwrap();
    assert_eq!(answer.hits.len(), 2);
}

#[tokio::test]
async fn an_empty_range_of_time_is_refused() {
    let bench = Bench::default();
    let now = Some(bench.clock.now());
    let filter = Filter { created_from: now, created_before: now, ..Filter::default() };
    let error = bench.reader().search(SearchRequest { filter, ..query("ferry") }).await.unwrap_err();
    assert!(matches!(error, EngineError::EmptyRange { .. }), "{error:?}");
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_an_error_and_is_tried_again() {
    let bench = Bench::default();
    bench.store.set_fault(Some(Fault::Open));
    let error = bench.reader().search(query("ferry")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::StorageUnavailable);
    bench.store.set_fault(None);
    assert_eq!(search(&bench, "ferry").await.hits, []);
}
