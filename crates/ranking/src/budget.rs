//! No more text than a reader has room for.

/// Characters of one token in scripts with spaces, about; others have a token for each character.
const CHARS_PER_TOKEN: usize = 4;
/// Tokens that a memory costs beside its text: key, time, tags.
const TOKENS_PER_MEMORY: usize = 40;

/// About how many tokens a model reads in a text: none of today's tokenisers is far from it, and none is at hand.
#[must_use]
pub fn tokens(text: &str) -> usize {
    let (mut narrow, mut wide) = (0_usize, 0_usize);
    for character in text.chars() {
        if u32::from(character) < 0x0E00 { narrow += 1 } else { wide += 1 }
    }
    narrow.div_ceil(CHARS_PER_TOKEN) + wide
}

/// How many of these texts, from the first on, fit into a budget of tokens. The first always does.
#[must_use]
pub fn within<'t>(texts: impl IntoIterator<Item = &'t str>, budget: usize) -> usize {
    let mut used = 0_usize;
    let mut count = 0;
    for text in texts {
        used = used.saturating_add(tokens(text) + TOKENS_PER_MEMORY);
        if count > 0 && used > budget {
            break;
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_a_token_and_a_wide_one_is_one() {
        assert_eq!((tokens(""), tokens("abcd"), tokens("abcde")), (0, 1, 2));
        assert_eq!(tokens("日本語"), 3);
    }

    #[test]
    fn texts_fit_up_to_the_budget_and_the_first_always() {
        let texts = ["abcdefgh"; 3];
        for (budget, count) in [(0, 1), (83, 1), (84, 2), (125, 2), (126, 3), (usize::MAX, 3)] {
            assert_eq!(within(texts, budget), count, "{budget}");
        }
        assert_eq!(within([], 10), 0);
    }
}
