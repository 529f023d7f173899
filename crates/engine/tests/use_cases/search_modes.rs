//! `Reader::search`: modes other than hybrid, boosts, fallback, explanations, time.

use engine::{
    Detail, EngineError, ErrorCode, Fallback, FoundBy, Mode, RankingWeights, SearchRequest, Settings,
    StoreRequest, TermName,
};
use model::{Filter, Origin, OriginKind, TagMatch, Timestamp};
use ports::{Clock, MemoryStore};
use testkit::Bench;

use crate::ask::{fields, found, key, query, remember, store, store_all, tagged, with_tags};

fn mode(mode: Mode, text: &str) -> SearchRequest {
    SearchRequest { mode, ..query(text) }
}

/// Stores a text of this quality.
async fn rated(bench: &Bench, text: &str, rating: i32) {
    let metadata = fields(&format!(r#"{{"user_rating": {rating}}}"#));
    bench.writer().store(StoreRequest { metadata, ..remember(text) }).await.unwrap();
}

async fn ids(bench: &Bench, text: &str) -> Vec<model::MemoryId> {
    vec![bench.store.get(&key(text)).await.unwrap().unwrap().id]
}

#[tokio::test]
async fn exact_finds_the_whole_query_in_any_case_newest_first_and_nothing_is_syntax() {
    let bench = Bench::default();
    store_all(&bench, &["100% sure", "so 100 sure", "it is 100% SURE", "nothing"]).await;
    let answer = bench.reader().search(mode(Mode::Exact, " 100% Sure ")).await.unwrap();
    assert_eq!(found(&answer), ["it is 100% SURE", "100% sure"]);
    assert!(answer.hits.iter().all(|hit| hit.score == Some(1.0)));
    let one = SearchRequest { limit: 1, ..mode(Mode::Exact, "100% sure") };
    assert_eq!(found(&bench.reader().search(one).await.unwrap()), ["it is 100% SURE"]);
}

#[tokio::test]
async fn exact_needs_no_model_and_leaves_superseded_memories_out() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "blue ferry"]).await;
    bench.store.supersede(&key("red ferry"), &key("blue ferry"));
    bench.embedder.set_broken(true);
    let answer = bench.reader().search(mode(Mode::Exact, "ferry")).await.unwrap();
    assert_eq!((found(&answer), answer.notices.len()), (vec!["blue ferry"], 0));
}

#[tokio::test]
async fn exact_and_ranked_need_a_query() {
    let bench = Bench::default();
    for (mode, text) in [(Mode::Exact, "exact mode"), (Mode::Ranked, "ranked mode")] {
        let request = SearchRequest { mode, filter: with_tags("x"), ..SearchRequest::default() };
        let error = bench.reader().search(request).await.unwrap_err();
        assert_eq!(error.to_string(), format!("query required for {text}"));
        assert_eq!(error.code(), ErrorCode::InvalidInput);
    }
}

#[tokio::test]
async fn ranked_without_other_weights_is_the_order_of_meaning() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "red ferry harbour", "green tea"]).await;
    let weights = RankingWeights { semantic: 1.0, time_decay: 0.0, access_frequency: 0.0, quality: 0.0 };
    let request = SearchRequest { weights, ..mode(Mode::Ranked, "red ferry") };
    let answer = bench.reader().search(request).await.unwrap();
    assert_eq!(found(&answer)[..2], ["red ferry", "red ferry harbour"]);
    assert!((answer.hits[0].score.unwrap() - 1.0).abs() < 1e-6);
    assert!(answer.hits[0].similarity.unwrap() > 0.999);
}

#[tokio::test]
async fn ranked_prefers_what_was_used_often_and_rated_well() {
    let bench = Bench::default();
    store_all(&bench, &["ferry one", "ferry two"]).await;
    rated(&bench, "ferry three", 1).await;
    let only = |access_frequency, quality| {
        let weights = RankingWeights { semantic: 0.0, time_decay: 0.0, access_frequency, quality };
        SearchRequest { weights, limit: 1, access: engine::Access::Skip, ..mode(Mode::Ranked, "ferry") }
    };
    let id = ids(&bench, "ferry two").await;
    bench.store.record_access(&id, bench.clock.now()).await.unwrap();
    let answer = bench.reader().search(only(1.0, 0.0)).await.unwrap();
    assert_eq!(found(&answer), ["ferry two"]);
    assert!((answer.hits[0].score.unwrap() - 2_f64.ln() / 100_f64.ln()).abs() < 1e-9);
    let answer = bench.reader().search(only(0.0, 1.0)).await.unwrap();
    assert_eq!((found(&answer), answer.hits[0].score), (vec!["ferry three"], Some(0.9)));
}

#[tokio::test]
async fn ranked_counts_age_from_the_last_use() {
    let settings = Settings { decay_window_days: 30.0, ..Settings::default() };
    let bench = Bench::with(settings);
    store(&bench, "old ferry").await;
    bench.clock.advance(30.0 * 86_400.0);
    store(&bench, "new ferry").await;
    let weights = RankingWeights { semantic: 0.0, time_decay: 1.0, access_frequency: 0.0, quality: 0.0 };
    let request = || SearchRequest { weights, access: engine::Access::Skip, ..mode(Mode::Ranked, "ferry") };
    let answer = bench.reader().search(request()).await.unwrap();
    assert_eq!(found(&answer), ["new ferry", "old ferry"]);
    assert!((answer.hits[1].score.unwrap() - (-1_f64).exp()).abs() < 1e-6, "{answer:?}");
    let id = ids(&bench, "old ferry").await;
    bench.store.record_access(&id, bench.clock.now()).await.unwrap();
    let answer = bench.reader().search(request()).await.unwrap();
    assert_eq!(answer.hits[1].score, Some(1.0));
}

#[tokio::test]
async fn weights_and_boosts_outside_their_range_are_refused() {
    let bench = Bench::default();
    let weights = RankingWeights { quality: -1.0, ..RankingWeights::default() };
    for request in [
        SearchRequest { weights, ..query("x") },
        SearchRequest { quality_boost: 1.01, ..query("x") },
        SearchRequest { quality_boost: -0.01, ..query("x") },
        SearchRequest { quality_boost: f64::NAN, ..query("x") },
    ] {
        let error = bench.reader().search(request).await.unwrap_err();
        assert!(matches!(error, EngineError::NotAShare { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_boost_counts_in_every_mode_and_before_the_cut() {
    let bench = Bench::default();
    rated(&bench, "red ferry harbour", 1).await;
    bench.clock.advance(1.0);
    rated(&bench, "red ferry", -1).await;
    let weights = RankingWeights { semantic: 1.0, time_decay: 0.0, access_frequency: 0.0, quality: 0.0 };
    for mode in [Mode::Hybrid, Mode::Semantic, Mode::Ranked, Mode::Exact] {
        let request =
            |quality_boost| SearchRequest { mode, weights, quality_boost, limit: 1, ..query("red ferry") };
        let plain = bench.reader().search(request(0.0)).await.unwrap();
        assert_eq!(found(&plain), ["red ferry"], "{mode:?}");
        let boosted = bench.reader().search(request(1.0)).await.unwrap();
        assert_eq!(found(&boosted), ["red ferry harbour"], "{mode:?}");
        assert_eq!(boosted.hits[0].score, Some(0.9), "{mode:?}");
    }
}

#[tokio::test]
async fn a_boost_without_a_query_is_said_to_do_nothing() {
    let bench = Bench::default();
    bench.writer().store(tagged("text", "a")).await.unwrap();
    let request = SearchRequest { filter: with_tags("a"), quality_boost: 0.5, ..SearchRequest::default() };
    let answer = bench.reader().search(request).await.unwrap();
    assert_eq!(found(&answer), ["text"]);
    assert!(answer.notices[0].contains("quality_boost"), "{:?}", answer.notices);
}

#[tokio::test]
async fn few_hits_are_filled_up_by_text_and_by_tags_within_the_filter() {
    let bench = Bench::default();
    // Without vectors meaning finds nothing: only what is looked for further is found.
    bench.embedder.set_broken(true);
    bench.writer().store(tagged("a ferryman", "all")).await.unwrap();
    bench.writer().store(tagged("the timetable", "all,ferry")).await.unwrap();
    bench.writer().store(tagged("the pier", "ferry")).await.unwrap();
    bench.embedder.set_broken(false);
    let request =
        |fallback| SearchRequest { fallback, filter: with_tags("all"), ..mode(Mode::Semantic, "Ferry") };
    let plain = bench.reader().search(request(Fallback::No)).await.unwrap();
    assert_eq!((found(&plain), plain.fallback.len()), (vec![], 0));
    let answer = bench.reader().search(request(Fallback::WhenFew)).await.unwrap();
    assert_eq!(found(&answer), ["a ferryman", "the timetable"]);
    let by: Vec<FoundBy> = answer.hits.iter().map(|hit| hit.found_by).collect();
    assert_eq!(by, [FoundBy::Text, FoundBy::Tag]);
    assert_eq!(answer.fallback, by);
    assert!(answer.hits.iter().all(|hit| hit.score.is_none()));
}

#[tokio::test]
async fn a_fallback_adds_nothing_when_there_is_enough_or_the_limit_is_reached() {
    let bench = Bench::default();
    store_all(&bench, &["ferry a", "ferry b", "ferry c"]).await;
    bench.writer().store(tagged("pier", "ferry")).await.unwrap();
    for limit in [1, 3, 10] {
        let request = SearchRequest { fallback: Fallback::WhenFew, limit, ..query("ferry") };
        let answer = bench.reader().search(request).await.unwrap();
        assert_eq!(answer.fallback, [], "{limit}");
    }
}

#[tokio::test]
async fn an_explained_hit_says_what_each_part_counted() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "ferry of another colour", "tea"]).await;
    let request = SearchRequest { detail: Detail::Explained, quality_boost: 0.5, ..query("red ferry") };
    let answer = bench.reader().search(request).await.unwrap();
    let explanation = answer.hits[0].explanation.as_ref().unwrap();
    let names: Vec<&str> = explanation.terms.iter().map(|term| term.name.name()).collect();
    assert_eq!(names, ["words", "meaning", "fit", "conversation"]);
    assert_eq!(explanation.terms[1].name, TermName::Meaning { model: "fake".to_owned() });
    assert_eq!(explanation.terms[0].raw, answer.hits[0].word_score);
    assert_eq!(explanation.terms[1].raw, answer.hits[0].similarity);
    let weight = |terms: &[engine::Term]| terms.iter().map(|term| term.weight).sum::<f64>();
    assert!((weight(&explanation.terms[..2]) - 1.0).abs() < 1e-9, "words and meaning make up the fit");
    assert!((weight(&explanation.terms[2..]) - 1.0).abs() < 1e-9, "the others make up the score");
    assert!(explanation.is_verbatim);
    let boost = explanation.boost.unwrap();
    assert_eq!((boost.weight, boost.quality), (0.5, 0.5));
    let score = 0.5 * explanation.base_score + 0.25;
    assert!((answer.hits[0].score.unwrap() - score).abs() < 1e-9);
    let tea = answer.hits.iter().find(|hit| hit.memory.content == "tea").unwrap();
    assert_eq!(tea.explanation.as_ref().unwrap().terms[0].raw, None, "words did not find it");
}

#[tokio::test]
async fn an_explained_ranking_adds_up_to_its_score() {
    let bench = Bench::default();
    rated(&bench, "red ferry", 1).await;
    let request = SearchRequest { detail: Detail::Explained, ..mode(Mode::Ranked, "ferry") };
    let answer = bench.reader().search(request).await.unwrap();
    let explanation = answer.hits[0].explanation.as_ref().unwrap();
    let names: Vec<&str> = explanation.terms.iter().map(|term| term.name.name()).collect();
    assert_eq!(names, ["semantic", "time_decay", "access_frequency", "quality"]);
    let sum: f64 = explanation.terms.iter().map(|term| term.value * term.weight).sum();
    assert!((answer.hits[0].score.unwrap() - sum).abs() < 1e-9);
    let plain = bench.reader().search(mode(Mode::Ranked, "ferry")).await.unwrap();
    assert_eq!(plain.hits[0].explanation, None);
}

#[tokio::test]
async fn a_time_expression_is_resolved_and_echoed() {
    let bench = Bench::default();
    store(&bench, "old ferry").await;
    bench.clock.advance(86_400.0);
    store(&bench, "new ferry").await;
    let request = |time: &str| SearchRequest { time: Some(time.to_owned()), ..query("ferry") };
    let answer = bench.reader().search(request("yesterday")).await.unwrap();
    assert_eq!(found(&answer), ["old ferry"]);
    let window = answer.window.unwrap();
    assert_eq!(window.from.unwrap().to_string(), "2026-03-11T00:00:00Z");
    assert_eq!(window.before.unwrap().to_string(), "2026-03-12T00:00:00Z");
    let listed = SearchRequest { query: None, ..request("today") };
    assert_eq!(found(&bench.reader().search(listed).await.unwrap()), ["new ferry"]);
    let blank = bench.reader().search(request("  ")).await.unwrap();
    assert_eq!((blank.hits.len(), blank.window), (2, None));
}

#[tokio::test]
async fn a_time_expression_that_is_none_is_an_error_that_names_forms() {
    let bench = Bench::default();
    let request = SearchRequest { time: Some("gibberish".to_owned()), ..query("ferry") };
    let error = bench.reader().search(request).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidInput);
    assert!(error.to_string().contains("last week"), "{error}");
}

#[tokio::test]
async fn a_time_expression_and_dates_must_both_hold() {
    let bench = Bench::default();
    store(&bench, "ferry").await;
    let filter = Filter { created_from: Some(bench.clock.now().plus_seconds(1.0)), ..Filter::default() };
    let request =
        |time: &str| SearchRequest { filter: filter.clone(), time: Some(time.to_owned()), ..query("ferry") };
    assert_eq!(found(&bench.reader().search(request("today")).await.unwrap()), Vec::<&str>::new());
    let error = bench.reader().search(request("yesterday")).await.unwrap_err();
    assert!(matches!(error, EngineError::EmptyRange { .. }), "{error:?}");
}

#[tokio::test]
async fn what_happened_earlier_is_found_by_when_it_happened() {
    let bench = Bench::default();
    let occurred_at = Some(Timestamp::from_microseconds(1_700_000_000_000_000));
    bench.writer().store(StoreRequest { occurred_at, ..remember("old ferry") }).await.unwrap();
    let request = |time: &str| SearchRequest { time: Some(time.to_owned()), ..query("ferry") };
    assert_eq!(bench.reader().search(request("november 2023")).await.unwrap().hits.len(), 1);
    assert_eq!(bench.reader().search(request("today")).await.unwrap().hits.len(), 0);
}

#[tokio::test]
async fn every_mode_keeps_to_entity_agent_conversation_and_tags() {
    let bench = Bench::default();
    let origin = Origin {
        agent: Some("planner".to_owned()),
        conversation: Some("c1".to_owned()),
        ..Origin::of(OriginKind::Agent)
    };
    let mine = StoreRequest { origin: Some(origin), ..tagged("my ferry", "a,b") };
    bench.writer().store(mine).await.unwrap();
    bench.writer().store(tagged("your ferry", "b")).await.unwrap();
    bench.store.link_entity(&key("my ferry"), "Alice");
    let some = |text: &str| Some(text.to_owned());
    for filter in [
        Filter { entity: some("alice"), ..Filter::default() },
        Filter { agent: some("planner"), ..Filter::default() },
        Filter { conversation: some("c1"), ..Filter::default() },
        Filter { tag_match: TagMatch::All, ..with_tags("a,b") },
    ] {
        for mode in [Mode::Hybrid, Mode::Semantic, Mode::Exact, Mode::Ranked] {
            let request = SearchRequest { filter: filter.clone(), mode, ..query("ferry") };
            let answer = bench.reader().search(request).await.unwrap();
            assert_eq!(found(&answer), ["my ferry"], "{mode:?} {filter:?}");
        }
    }
}
