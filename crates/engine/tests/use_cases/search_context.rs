//! `Reader::search`: conversations, speakers, times, and the shape of the list.

use engine::{
    Detail, EngineError, Explanation, Grouping, LeftOut, MAX_NEIGHBOURS, Mode, Repetitions, SearchRequest,
    StoreRequest,
};
use model::{Filter, Origin, OriginKind};
use ports::Clock;
use testkit::Bench;

use crate::ask::{found, key, query, remember, store_all, with_tags};

/// A turn of a conversation.
fn turn(conversation: &str, text: &str) -> StoreRequest {
    let origin = Origin { conversation: Some(conversation.to_owned()), ..Origin::of(OriginKind::User) };
    StoreRequest { origin: Some(origin), ..remember(text) }
}

async fn say(bench: &Bench, conversation: &str, texts: &[&str]) {
    for text in texts {
        bench.writer().store(turn(conversation, text)).await.unwrap();
        bench.clock.advance(1.0);
    }
}

async fn search(bench: &Bench, request: SearchRequest) -> Vec<String> {
    let answer = bench.reader().search(request).await.unwrap();
    found(&answer).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_turn_is_found_by_the_words_of_the_one_before_it() {
    let bench = Bench::default();
    say(&bench, "a", &["which ferry goes to the harbour island", "the blue one at nine"]).await;
    say(&bench, "b", &["what shall we cook", "the blue one at nine again"]).await;
    let answer = search(&bench, query("blue ferry harbour island")).await;
    let place = |text: &str| answer.iter().position(|found| found == text).unwrap();
    assert!(place("the blue one at nine") < place("the blue one at nine again"), "{answer:?}");
}

#[tokio::test]
async fn a_neighbour_that_does_not_meet_the_filter_is_no_hit() {
    let bench = Bench::default();
    say(&bench, "a", &["red ferry", "not asked for"]).await;
    let tags = model::Tags::parse("wanted").unwrap();
    let request = StoreRequest { tags, ..turn("a", "a tagged one") };
    bench.writer().store(request).await.unwrap();
    let request = SearchRequest { filter: with_tags("wanted"), limit: 100, ..query("red ferry") };
    assert_eq!(search(&bench, request).await, ["a tagged one"]);
    bench.store.supersede(&key("not asked for"), &key("red ferry"));
    let all = search(&bench, SearchRequest { limit: 100, ..query("red ferry") }).await;
    assert!(!all.contains(&"not asked for".to_owned()), "{all:?}");
}

#[tokio::test]
async fn the_order_of_insertion_does_not_change_the_ranking() {
    let texts = ["Ann: the red ferry", "Bo: at nine", "Ann: from the harbour", "Bo: and the blue one", "tea"];
    let mut rankings = Vec::new();
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1]] {
        let bench = Bench::default();
        let start = bench.clock.now();
        for place in order {
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            let occurred_at = Some(start.plus_seconds(place as f64 - 100.0));
            let request = if place == 4 { remember(texts[4]) } else { turn("c", texts[place]) };
            bench.writer().store(StoreRequest { occurred_at, ..request }).await.unwrap();
        }
        let answer = bench.reader().search(query("when does the red ferry of Ann go")).await.unwrap();
        let ranking: Vec<(String, Option<f64>)> =
            answer.hits.into_iter().map(|hit| (hit.memory.content, hit.score)).collect();
        rankings.push(ranking);
    }
    assert_eq!(rankings[0], rankings[1]);
    assert_eq!(rankings[0], rankings[2]);
}

#[tokio::test]
async fn the_speaker_that_a_query_names_and_its_time_count() {
    let bench = Bench::default();
    let day = 86_400.0;
    let at = |days: f64| Some(bench.clock.now().plus_seconds(days * day));
    for (days, text) in [(-1.0, "Ann: tea"), (-1.0, "Bo: tea"), (-40.0, "Ann: tea with Bo's cup")] {
        let request = StoreRequest { occurred_at: at(days), ..remember(text) };
        bench.writer().store(request).await.unwrap();
    }
    let explained = SearchRequest { detail: Detail::Explained, ..query("what tea did Bo drink yesterday") };
    let answer = bench.reader().search(explained).await.unwrap();
    let names = |text: &str| {
        let hit = answer.hits.iter().find(|hit| hit.memory.content == text).unwrap();
        let terms = hit.explanation.as_ref().unwrap().terms.iter().skip(3);
        terms.map(|term| term.name.name()).collect::<Vec<_>>()
    };
    assert_eq!(names("Bo: tea"), ["names", "time", "conversation"]);
    assert_eq!(names("Ann: tea"), ["time", "conversation"]);
    assert_eq!(names("Ann: tea with Bo's cup"), ["conversation"]);
    bench.store.link_entity(&key("Ann: tea with Bo's cup"), "drink");
    let again = bench.reader().search(query("what tea did Bo drink yesterday")).await.unwrap();
    let score = |answer: &engine::SearchAnswer| {
        let hit = answer.hits.iter().find(|hit| hit.memory.content.ends_with("cup")).unwrap();
        hit.score.unwrap()
    };
    assert!(score(&again) > score(&answer), "an entity that the query names counts too");
}

/// The score that the terms of an explanation make up.
fn score_of(explanation: &Explanation) -> (f64, f64) {
    let (own, rest) = explanation.terms.split_at(2);
    let fit = own.iter().map(|term| term.weight * term.value.powf(1.4)).sum::<f64>().powf(1.0 / 1.4);
    (fit.min(1.0), rest.iter().map(|term| term.weight * term.value).sum())
}

#[tokio::test]
async fn an_explanation_adds_up_to_the_score() {
    let bench = Bench::default();
    say(&bench, "a", &["Ann: red ferry", "Bo: blue ferry at nine", "Ann: tea and cake"]).await;
    store_all(&bench, &["green ferry", "a harbour"]).await;
    let request = SearchRequest { detail: Detail::Explained, ..query("which ferry does Ann take today") };
    let answer = bench.reader().search(request).await.unwrap();
    assert_eq!(answer.hits.len(), 5);
    for hit in answer.hits {
        let explanation = hit.explanation.unwrap();
        let (fit, score) = score_of(&explanation);
        assert!((explanation.terms[2].value - fit).abs() < 1e-9, "{explanation:?}");
        assert!((hit.score.unwrap() - score).abs() < 1e-9, "{explanation:?}");
        assert_eq!(hit.score, Some(explanation.base_score));
    }
}

#[tokio::test]
async fn one_hit_for_each_conversation_when_that_is_asked_for() {
    let bench = Bench::default();
    say(&bench, "a", &["red ferry", "red ferry at nine", "tea"]).await;
    say(&bench, "b", &["a ferry"]).await;
    store_all(&bench, &["ferry alone", "another ferry alone"]).await;
    let request = || SearchRequest { grouping: Grouping::Conversation, ..query("red ferry") };
    let answer = bench.reader().search(request()).await.unwrap();
    let all: Vec<(&str, usize)> =
        answer.hits.iter().map(|hit| (hit.memory.content.as_str(), hit.more_of_conversation)).collect();
    assert_eq!(all[0], ("red ferry", 2));
    assert_eq!(all.len(), 4, "{all:?}");
    let two = search(&bench, SearchRequest { limit: 2, ..request() }).await;
    assert_eq!(two.len(), 2, "the limit counts conversations");
}

#[tokio::test]
async fn repetitions_are_left_out_and_counted_when_that_is_asked_for() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry", "The red ferry.", "the red, ferry", "a blue ferry"]).await;
    let request = || SearchRequest { repetitions: Repetitions::Suppress, ..query("red ferry") };
    let answer = bench.reader().search(request()).await.unwrap();
    assert_eq!((answer.hits.len(), answer.hits[0].repetitions), (2, 2));
    assert_eq!(answer.left_out, LeftOut { repetitions: 2, ..LeftOut::default() });
    let two = search(&bench, SearchRequest { limit: 2, ..request() }).await;
    assert_eq!(two.len(), 2, "another takes the place of what is left out");
    let kept = bench.reader().search(query("red ferry")).await.unwrap();
    assert_eq!((kept.hits.len(), kept.left_out), (4, LeftOut::default()));
}

#[tokio::test]
async fn a_budget_of_tokens_cuts_the_list_and_tells_so() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "blue ferry", "green ferry"]).await;
    for (budget, hits) in [(1, 1), (85, 1), (86, 2), (1000, 3)] {
        let request = SearchRequest { max_tokens: Some(budget), ..query("ferry") };
        let answer = bench.reader().search(request).await.unwrap();
        assert_eq!((answer.hits.len(), answer.left_out.over_budget), (hits, 3 - hits), "{budget}");
    }
}

#[tokio::test]
async fn what_was_said_around_a_hit_comes_with_it_when_that_is_asked_for() {
    let bench = Bench::default();
    say(&bench, "a", &["one", "two", "red ferry", "four", "five"]).await;
    let request = |neighbours| SearchRequest { neighbours, limit: 1, ..query("red ferry") };
    let answer = bench.reader().search(request(2)).await.unwrap();
    let texts =
        |memories: &[model::Memory]| memories.iter().map(|memory| memory.content.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&answer.hits[0].before), ["one", "two"]);
    assert_eq!(texts(&answer.hits[0].after), ["four", "five"]);
    let none = bench.reader().search(request(0)).await.unwrap();
    assert!(none.hits[0].before.is_empty() && none.hits[0].after.is_empty());
    assert!(bench.reader().search(request(MAX_NEIGHBOURS)).await.is_ok());
    let error = bench.reader().search(request(MAX_NEIGHBOURS + 1)).await.unwrap_err();
    assert!(matches!(error, EngineError::OutOfRange { .. }), "{error:?}");
}

#[tokio::test]
async fn unlikely_answers_are_left_out_when_that_is_asked_for() {
    let bench = Bench::default();
    store_all(&bench, &["the red ferry leaves at nine", "tea"]).await;
    let answer = bench.reader().search(query("the red ferry leaves at nine")).await.unwrap();
    let confidences: Vec<f64> = answer.hits.iter().map(|hit| hit.confidence.unwrap()).collect();
    assert!(confidences[0] > 0.7 && confidences[1] < 0.2, "{confidences:?}");
    let sure = |text: &str| SearchRequest { min_confidence: 0.5, ..query(text) };
    let answer = bench.reader().search(sure("the red ferry leaves at nine")).await.unwrap();
    assert_eq!((found(&answer).len(), answer.left_out.unlikely), (1, 1));
    let nothing = bench.reader().search(sure("quantum chromodynamics lecture")).await.unwrap();
    assert_eq!(found(&nothing), [""; 0], "nothing is better than something wrong");
    let filter = Filter::default();
    let other = SearchRequest { mode: Mode::Semantic, filter, ..sure("ferry") };
    let other = bench.reader().search(other).await.unwrap();
    assert!(other.hits.iter().all(|hit| hit.confidence.is_none()) && !other.hits.is_empty());
}

#[tokio::test]
async fn named_fusions_order_by_their_own_rules() {
    let bench = Bench::default();
    store_all(&bench, &["red ferry", "blue ferry", "tea"]).await;
    for mode in [Mode::WeightedAverage, Mode::ReciprocalRank] {
        let answer = bench.reader().search(SearchRequest { mode, ..query("red ferry") }).await.unwrap();
        assert_eq!(found(&answer)[..2], ["red ferry", "blue ferry"], "{mode:?}");
        assert!((answer.hits[0].score.unwrap() - 1.0).abs() < 1e-6, "{mode:?}");
    }
    assert!(Mode::ALL.iter().all(|mode| Mode::named(mode.name()) == Some(*mode)));
}
