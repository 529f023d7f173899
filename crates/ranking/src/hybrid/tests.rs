use super::*;
use proptest::prelude::*;

fn covered(key: u32, terms: &[f32]) -> Covered<u32> {
    Covered { key, coverage: terms.iter().map(|term| f64::from(*term)).sum(), terms: terms.to_vec() }
}

/// Four turns in a row, of which 1 and 2 are found by words and 3 by meaning; the note 9 has nothing around it.
fn found() -> Found<u32> {
    let cosines = vec![(1, 0.3), (2, 0.3), (3, 0.6), (4, 0.2), (9, 0.4)];
    let row = |key: u32| {
        let others = (1..=4_u32).filter(move |other| *other != key && key.abs_diff(*other) <= 2);
        others.map(|other| (other, key.abs_diff(other) as usize)).collect()
    };
    Found {
        words: vec![covered(1, &[0.4, 0.0]), covered(2, &[0.0, 0.3])],
        verbatim: Vec::new(),
        meaning: cosines.clone(),
        cosines,
        around: (1..=4).map(|key| (key, row(key))).collect(),
        priors: (1..=4).map(|key| (key, Prior { conversation: Some(0), ..Prior::default() })).collect(),
    }
}

fn score(ranked: &Ranked<u32>, key: u32) -> f64 {
    ranked.list.iter().find(|one| one.key == key).map_or(0.0, |one| one.score)
}

#[test]
fn each_part_counts_as_much_as_its_weight_says() {
    let all = Weights::default();
    let whole = rank(&found(), &all);
    let without_words = rank(&found(), &Weights { near_words: [0.0; 2], ..all });
    assert!(score(&without_words, 4) < score(&whole, 4), "it has no word of the query itself");
    let without_meaning = rank(&found(), &Weights { near_meaning: 0.0, ..all });
    assert!(score(&without_meaning, 3) > score(&whole, 3), "its neighbours are not near");
    let without_conversation = rank(&found(), &Weights { conversation: 0.0, ..all });
    assert!(score(&without_conversation, 4) < score(&whole, 4), "another of its conversation fits better");
    for weights in [all, Weights { near_words: [0.0; 2], near_meaning: 0.0, conversation: 0.0, ..all }] {
        let alone = rank(&Found { around: Around::new(), ..found() }, &weights);
        assert!(
            (score(&alone, 9) - score(&rank(&found(), &weights), 9)).abs() < 1e-12,
            "a note is by itself"
        );
    }
}

#[test]
fn who_has_the_whole_query_leads_unless_words_count_for_nothing() {
    let verbatim = Found { verbatim: vec![2], ..found() };
    assert_eq!(rank(&verbatim, &Weights::default()).list[0].key, 2);
    let meaning_alone = Weights { words: 0.0, meaning: 1.0, ..Weights::default() };
    assert_ne!(rank(&verbatim, &meaning_alone).list[0].key, 2);
}

#[test]
fn evidence_says_where_a_hit_stands_in_its_list() {
    let mut found = found();
    let named = |naming, key| (key, Prior { naming, ..Prior::default() });
    found.priors.extend([named(Naming::Named, 1), named(Naming::Other, 3)]);
    let ranked = rank(&found, &Weights::default());
    let evidence = ranked.evidence(&found);
    let of = |key: u32| evidence[ranked.list.iter().position(|one| one.key == key).unwrap()];
    assert!(of(3).is_of_another && !of(1).is_of_another && !of(2).is_of_another, "{evidence:?}");
    assert!(of(3).is_in_context && !of(9).is_in_context);
    for (place, pair) in evidence.windows(2).enumerate() {
        assert_eq!((pair[0].rank, pair[1].rank), (place + 1, place + 2));
        assert!((pair[0].score - pair[0].ahead - pair[1].score).abs() < 1e-12);
        assert!((evidence[0].score - pair[1].behind - pair[1].score).abs() < 1e-12);
    }
    found.priors.insert(1, Prior::default());
    assert!(ranked.evidence(&found).iter().all(|one| !one.is_of_another), "the query names nobody");
}

proptest! {
    #[test]
    fn the_order_in_which_candidates_come_changes_nothing(
        scores in proptest::collection::vec((0.0_f32..0.5, 0.0_f32..0.5, -1.0_f64..1.0), 1..20),
        turn in 0_usize..20,
    ) {
        let keys = 1_u32..;
        let mut found = Found {
            words: keys.clone().zip(&scores).map(|(key, (a, b, _))| covered(key, &[*a, *b])).collect(),
            meaning: keys.zip(&scores).map(|(key, (_, _, cosine))| (key, *cosine)).collect(),
            ..found()
        };
        found.cosines = found.meaning.clone();
        let before = rank(&found, &Weights::default());
        let turn = turn % scores.len();
        found.words.rotate_left(turn);
        found.meaning.rotate_left(turn);
        found.cosines.reverse();
        let after = rank(&found, &Weights::default());
        let keys = |ranked: &Ranked<u32>| ranked.list.iter().map(|one| one.key).collect::<Vec<_>>();
        prop_assert_eq!(keys(&before), keys(&after));
        let evidence = after.evidence(&found);
        prop_assert!(evidence.iter().all(|one| (0.0..=1.0).contains(&one.confidence())));
    }
}
