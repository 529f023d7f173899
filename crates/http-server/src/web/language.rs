//! In which language a person is spoken to: those of the original's dashboard, chosen by what the browser asks for.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use super::texts::{self, Texts};

/// A language that pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Chinese,
    German,
    Spanish,
    French,
    Japanese,
    Korean,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 7] = [
        Self::English,
        Self::Chinese,
        Self::German,
        Self::Spanish,
        Self::French,
        Self::Japanese,
        Self::Korean,
    ];

    /// Its tag (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Japanese => "ja",
            Self::Korean => "ko",
        }
    }

    /// What is said in it.
    pub(crate) const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &texts::en::TEXTS,
            Self::Chinese => &texts::zh::TEXTS,
            Self::German => &texts::de::TEXTS,
            Self::Spanish => &texts::es::TEXTS,
            Self::French => &texts::fr::TEXTS,
            Self::Japanese => &texts::ja::TEXTS,
            Self::Korean => &texts::ko::TEXTS,
        }
    }

    /// The one that a browser likes best; English when it likes none of them.
    pub(crate) fn asked(headers: &HeaderMap) -> Self {
        let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (0.0, Self::English);
        for wish in asked.split(',').take(50) {
            let (tag, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|text| text.parse::<f64>().ok());
            let primary = tag.trim().split('-').next().unwrap_or_default();
            let known = Self::ALL.into_iter().find(|known| known.tag().eq_ignore_ascii_case(primary));
            if let (Some(known), Some(weight)) = (known, weight.filter(|weight| *weight <= 1.0))
                && weight > best.0
            {
                best = (weight, known);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_that_is_liked_best_is_spoken() {
        for (asked, expected) in [
            ("", Language::English),
            ("de", Language::German),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en;q=0.5, FR-ca;q=0.7", Language::French),
            ("pt-BR, es;q=0.1", Language::Spanish),
            ("zh-Hant-TW", Language::Chinese),
            ("ja, ko", Language::Japanese),
            ("ko;q=0, pt", Language::English),
            ("ko;q=9, de;q=x, *", Language::English),
            ("deutsch", Language::English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(asked).unwrap());
            assert_eq!(Language::asked(&headers), expected, "{asked}");
        }
        assert_eq!(Language::asked(&HeaderMap::new()), Language::English);
    }
}
