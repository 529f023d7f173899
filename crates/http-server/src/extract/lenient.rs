//! Numbers and switches that are written as text, as the original understood them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

/// A number or a switch, also when it is written as text: `"5"`, `"true"`, `"on"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Serialize)]
#[serde(transparent)]
pub(crate) struct Lenient<T>(pub(crate) T);

/// What can be read leniently.
pub(crate) trait FromWire: Sized {
    /// What is expected, for messages.
    const EXPECTED: &'static str;
    /// From a text.
    fn from_text(text: &str) -> Option<Self>;
    /// From a number.
    fn from_number(number: f64) -> Option<Self>;
    /// From a switch.
    fn from_switch(_: bool) -> Option<Self> {
        None
    }
}

impl FromWire for u64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| text.parse().ok().and_then(Self::from_number))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    fn from_number(number: f64) -> Option<Self> {
        (number.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(&number)).then_some(number as Self)
    }
}

impl FromWire for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.is_finite())
    }

    fn from_number(number: f64) -> Option<Self> {
        Some(number)
    }
}

impl FromWire for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => Some(true),
            "false" | "0" | "no" | "off" | "f" | "n" => Some(false),
            _ => None,
        }
    }

    fn from_number(number: f64) -> Option<Self> {
        match number {
            1.0 => Some(true),
            0.0 => Some(false),
            _ => None,
        }
    }

    fn from_switch(switch: bool) -> Option<Self> {
        Some(switch)
    }
}

impl<'de, T: FromWire> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LenientVisitor(PhantomData)).map(Self)
    }
}

struct LenientVisitor<T>(PhantomData<T>);

impl<T: FromWire> Visitor<'_> for LenientVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<T, E> {
        T::from_switch(switch).ok_or_else(|| E::invalid_type(serde::de::Unexpected::Bool(switch), &self))
    }

    #[expect(clippy::cast_precision_loss, reason = "larger numbers are refused")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::from_number(number as f64)
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
    }

    #[expect(clippy::cast_precision_loss, reason = "larger numbers are refused")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::from_number(number as f64)
            .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        T::from_number(number).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text.trim()).ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            E::invalid_value(serde::de::Unexpected::Str(&shown), &self)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_value, json};

    fn read<T: FromWire>(value: Value) -> Option<T> {
        from_value::<Lenient<T>>(value).ok().map(|lenient| lenient.0)
    }

    #[test]
    fn numbers_and_switches_are_read_from_text_too() {
        assert_eq!(read(json!("5")), Some(5_u64));
        assert_eq!(read(json!(" 5.0 ")), Some(5_u64));
        assert_eq!(read(json!(5.0)), Some(5_u64));
        assert_eq!(read(json!("0.5")), Some(0.5_f64));
        assert_eq!(read(json!("On")), Some(true));
        assert_eq!(read(json!(0)), Some(false));
    }

    #[test]
    fn what_is_none_is_refused() {
        for value in [json!("five"), json!(-1), json!(5.5), json!(1e300), json!([5]), json!({}), json!(true)]
        {
            assert_eq!(read::<u64>(value.clone()), None, "{value}");
        }
        for value in [json!("maybe"), json!(2), json!([]), json!("")] {
            assert_eq!(read::<bool>(value.clone()), None, "{value}");
        }
        assert_eq!(read::<f64>(json!("inf")), None);
        assert_eq!(read::<f64>(json!("nan")), None);
    }
}
