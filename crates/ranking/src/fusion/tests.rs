use super::*;
use crate::weights::Weights;
use proptest::prelude::*;

fn fuse(first: &Leg<u32>, second: &Leg<u32>) -> Vec<Fused<u32>> {
    super::fuse(first, second, Weights::default().exponent)
}

fn leg(weight: f64, candidates: &[(u32, f64)]) -> Leg<u32> {
    Leg::of(weight, candidates.to_vec())
}

fn nothing() -> Leg<u32> {
    leg(0.5, &[])
}

fn keys(list: &[Fused<u32>]) -> Vec<u32> {
    list.iter().map(|fused| fused.key).collect()
}

#[test]
fn what_both_legs_find_comes_before_what_one_leg_finds() {
    let words = leg(0.5, &[(1, 0.6), (2, 0.55), (4, 0.1)]);
    let vectors = leg(0.5, &[(2, 0.55), (3, 0.6), (5, 0.1)]);
    assert_eq!(keys(&fuse(&words, &vectors))[0], 2);
}

#[test]
fn a_common_word_does_not_beat_a_near_meaning() {
    let by_accident: Vec<(u32, f64)> = (10..30).map(|key| (key, 0.2 + f64::from(key) / 1000.0)).collect();
    let mut near: Vec<(u32, f64)> = (40..100).map(|key| (key, 0.2)).collect();
    near.push((1, 0.6));
    assert_eq!(fuse(&leg(0.5, &by_accident), &leg(0.5, &near))[0].key, 1);
}

#[test]
fn a_query_that_is_wholly_covered_beats_a_middling_meaning() {
    let mut covered: Vec<(u32, f64)> = (10..30).map(|key| (key, 0.2)).collect();
    covered.push((1, 1.0));
    let mut near: Vec<(u32, f64)> = (40..100).map(|key| (key, 0.2)).collect();
    near.push((2, 0.5));
    assert_eq!(fuse(&leg(0.5, &covered), &leg(0.5, &near))[0].key, 1);
}

#[test]
fn a_word_that_one_memory_has_counts_more_than_one_that_many_have() {
    let many: Vec<(u32, f64)> = (1..50).map(|key| (key, 0.4)).collect();
    let alone = fuse(&leg(0.5, &[(1, 0.4)]), &nothing())[0].score;
    let among_many = fuse(&leg(0.5, &many), &nothing())[0].score;
    assert!(alone > 5.0 * among_many, "{alone} {among_many}");
}

#[test]
fn a_query_that_nothing_fits_has_no_good_hit() {
    let words: Vec<(u32, f64)> = (0..40).map(|key| (key, 0.10 + f64::from(key) / 1000.0)).collect();
    let vectors: Vec<(u32, f64)> = (0..100).map(|key| (key, 0.05 + f64::from(key) / 1000.0)).collect();
    let best = fuse(&leg(0.5, &words), &leg(0.5, &vectors))[0].score;
    assert!(best < 0.2, "{best}");
}

#[test]
fn shares_are_what_a_leg_alone_gives_its_candidates() {
    let one = leg(1.0, &[(1, 0.9), (2, 0.5), (3, 0.4)]);
    let fused = fuse(&one, &leg(0.0, &[]));
    for (key, share) in one.shares() {
        let candidate = fused.iter().find(|candidate| candidate.key == key).unwrap();
        assert!((candidate.score - share).abs() < 1e-12, "{candidate:?} {share}");
    }
}

#[test]
fn the_same_text_fits_fully() {
    let best = fuse(&leg(0.5, &[(1, 1.2), (2, 0.1)]), &leg(0.5, &[(1, 1.0), (2, 0.1)]))[0];
    assert_eq!((best.key, best.score), (1, 1.0));
}

#[test]
fn one_leg_alone_keeps_its_order() {
    let vectors = leg(0.5, &[(7, -0.3), (6, -0.1), (8, 0.9), (9, 0.5)]);
    assert_eq!(keys(&fuse(&nothing(), &vectors)), [8, 9, 6, 7]);
}

#[test]
fn scores_beyond_the_best_expected_keep_their_order() {
    let words = leg(0.5, &[(1, 1.1), (2, 1.9), (3, 1.4)]);
    assert_eq!(keys(&fuse(&words, &nothing())), [2, 3, 1]);
}

#[test]
fn a_leg_without_weight_changes_nothing_but_the_list() {
    let words = leg(0.0, &[(1, 1.0)]);
    let vectors = leg(1.0, &[(2, 0.2), (3, 0.4)]);
    assert_eq!(keys(&fuse(&words, &vectors)), [3, 2, 1]);
}

#[test]
fn scores_that_are_not_finite_are_the_lowest_and_flatten_nothing() {
    let words = leg(1.0, &[(1, f64::NAN), (2, 0.1), (3, 0.2), (4, f64::INFINITY), (5, f64::NEG_INFINITY)]);
    let fused = fuse(&words, &leg(0.0, &[]));
    assert_eq!(keys(&fused), [3, 2, 1, 4, 5]);
    assert!(fused.iter().all(|candidate| candidate.score.is_finite()), "{fused:?}");
}

#[test]
fn candidates_of_equal_score_are_ordered_by_key() {
    let fused = fuse(&leg(0.5, &[(2, 0.4), (1, 0.4)]), &leg(0.5, &[(4, 0.4), (3, 0.4)]));
    assert_eq!(keys(&fused), [1, 2, 3, 4]);
    assert_eq!(fused[0].score, fused[3].score);
}

#[test]
fn legs_without_any_weight_count_the_same() {
    let fused = fuse(&leg(0.0, &[(1, 0.5)]), &leg(0.0, &[(2, 0.5)]));
    assert!(fused[0].score > 0.0 && fused[0].score == fused[1].score, "{fused:?}");
}

#[test]
fn the_raw_scores_stay_visible() {
    let fused = fuse(&leg(0.5, &[(1, 0.75)]), &leg(0.5, &[(1, 0.25)]));
    assert_eq!((fused[0].first, fused[0].second), (Some(0.75), Some(0.25)));
}

#[test]
fn those_that_lead_come_first_in_their_order_with_no_lower_score() {
    let fused = fuse(&nothing(), &leg(0.5, &[(1, 0.9), (2, 0.5), (3, 0.4), (4, 0.3)]));
    let best = fused[0].score;
    let led = lead(fused, |key| *key == 2 || *key == 4);
    assert_eq!(keys(&led), [2, 4, 1, 3]);
    assert_eq!((led[0].score, led[1].score, led[2].score), (best, best, best));
}

proptest! {
    #[test]
    fn every_candidate_comes_out_once_with_a_score_between_0_and_1(
        first in proptest::collection::hash_map(0_u32..50, 0.0_f64..2.2, 0..30),
        second in proptest::collection::hash_map(0_u32..50, -1.0_f64..=1.0, 0..30),
        weights in (0.0_f64..2.0, 0.0_f64..2.0),
        leader in 0_u32..50,
    ) {
        let mut union: Vec<u32> = first.keys().chain(second.keys()).copied().collect();
        union.sort_unstable();
        union.dedup();
        let fused = fuse(
            &Leg::of(weights.0, first.into_iter().collect()),
            &Leg::of(weights.1, second.into_iter().collect()),
        );
        for list in [lead(fused.clone(), |key| *key == leader), fused] {
            let mut found = keys(&list);
            prop_assert!(list.iter().all(|candidate| (0.0..=1.0).contains(&candidate.score)));
            prop_assert!(list.windows(2).all(|pair| pair[0].score >= pair[1].score));
            found.sort_unstable();
            prop_assert_eq!(&found, &union);
        }
    }

    #[test]
    fn a_better_score_in_a_leg_never_lowers_the_place(
        scores in proptest::collection::vec(0.0_f64..1.0, 2..30),
        better in 0.0_f64..1.0,
    ) {
        let candidates = |scores: &[f64]| (0..).zip(scores.iter().copied()).collect::<Vec<(u32, f64)>>();
        let place = |scores: &[f64]| {
            let list = fuse(&leg(0.5, &candidates(scores)), &leg(0.5, &[(1, 0.5), (2, 0.1)]));
            list.iter().position(|fused| fused.key == 0)
        };
        let mut raised = scores.clone();
        raised[0] = raised[0].max(better);
        // The lowest of all is the background: raising it moves the others too, so another one is kept lowest.
        raised[1] = 0.0;
        let mut before = scores;
        before[1] = 0.0;
        prop_assert!(place(&raised) <= place(&before));
    }
}
