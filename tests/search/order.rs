//! The order of storing does not change the ranking.

use engine::{Mode, StoreRequest};
use model::{Origin, OriginKind, Tags};
use ports::Clock;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::place::{Place, cases, ranking, text};

const WORDS: [&str; 24] = [
    "ferry", "harbour", "lantern", "copper", "winter", "garden", "violin", "engine", "ladder", "mirror",
    "pepper", "saddle", "Ann", "Bo", "monday", "bridge", "river", "letter", "kitchen", "window", "paper",
    "music", "street", "doctor",
];
const MODES: [Mode; 5] =
    [Mode::Hybrid, Mode::Semantic, Mode::WeightedAverage, Mode::ReciprocalRank, Mode::Ranked];

/// A memory: its words, and its conversation, if it is of one.
type Written = (Vec<usize>, Option<u8>);

fn memories() -> impl Strategy<Value = Vec<Written>> {
    let own = (vec(0..WORDS.len(), 2..12), proptest::option::of(0..3_u8));
    vec(own, 12..40)
}

fn say(words: &[usize]) -> String {
    words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ")
}

fn request(place: &Place, number: usize, (words, conversation): &Written) -> StoreRequest {
    let origin = conversation.map(|conversation| Origin {
        conversation: Some(format!("talk {conversation}")),
        ..Origin::of(OriginKind::User)
    });
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let occurred_at = Some(place.clock.now().plus_seconds(number as f64 * 60.0 - 1e6));
    let tags = Tags::parse(WORDS[number % 5]).unwrap();
    StoreRequest { origin, occurred_at, tags, ..text(&format!("{} memo{number}", say(words))) }
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn the_order_of_storing_does_not_change_the_ranking(
        (memories, order) in memories().prop_flat_map(|memories| {
            let order: Vec<usize> = (0..memories.len()).collect();
            (Just(memories), Just(order).prop_shuffle())
        }),
        queries in vec(vec(0..WORDS.len(), 1..5), 4),
    ) {
        let places = [Place::new(), Place::new()];
        for (number, memory) in memories.iter().enumerate() {
            places[0].remember(request(&places[0], number, memory));
        }
        for number in order {
            places[1].remember(request(&places[1], number, &memories[number]));
        }
        for query in &queries {
            for mode in MODES {
                let [one, other] = [0, 1].map(|n| ranking(&places[n], &say(query), mode));
                prop_assert_eq!(one, other, "{:?} {}", mode, say(query));
            }
        }
    }
}
