//! How good a memory is, by what people and programs said of it in its fields.

use model::Metadata;
use serde_json::Value;

/// What a memory is worth of which nobody said anything.
const UNKNOWN: f64 = 0.5;

/// The quality of a memory, 0 to 1: what a person said of it (-1, 0, 1), else what a program computed, else one half.
///
/// Release 12 keeps what a program computed in `computed_quality`; releases before it in `quality_score`, which release
/// 12 sets from the person's rating.
pub(crate) fn of(metadata: &Metadata) -> f64 {
    let number =
        |key: &str| metadata.fields().get(key).and_then(Value::as_f64).filter(|value| value.is_finite());
    let rated = number("user_rating").map(|rating| match rating {
        rating if rating < 0.0 => 0.25,
        rating if rating > 0.0 => 0.9,
        _ => 0.5,
    });
    let computed = || number("computed_quality").or_else(|| number("quality_score"));
    rated.or_else(computed).unwrap_or(UNKNOWN).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn quality(fields: &Value) -> f64 {
        of(&Metadata::parse(fields.as_object().unwrap().clone()).unwrap())
    }

    #[test]
    fn a_person_is_believed_before_a_program_and_a_program_before_nobody() {
        let all = |rating: i32| json!({"user_rating": rating, "computed_quality": 0.7, "quality_score": 0.1});
        assert_eq!([all(-1), all(0), all(1)].map(|fields| quality(&fields)), [0.25, 0.5, 0.9]);
        assert_eq!(quality(&json!({"computed_quality": 0.7, "quality_score": 0.1})), 0.7);
        assert_eq!(quality(&json!({"quality_score": 0.1})), 0.1);
        assert_eq!(quality(&json!({})), 0.5);
    }

    #[test]
    fn strange_values_are_kept_within_bounds_or_passed_over() {
        assert_eq!(quality(&json!({"computed_quality": 7})), 1.0);
        assert_eq!(quality(&json!({"computed_quality": -7})), 0.0);
        assert_eq!(quality(&json!({"user_rating": "1", "computed_quality": null})), 0.5);
    }
}
