//! A conversation in pieces of whole turns.

use model::{Piece, Splitting};

/// The texts that the lines of a conversation become. Lines are packed into pieces of at most `max_chars` characters,
/// line ends counted; a line that is longer is a piece of its own. Without a limit (0) there is one piece. A piece that
/// is longer than a memory may be is split as every other text.
pub(super) fn of(lines: &[String], max_chars: usize, splitting: Option<&Splitting>) -> Vec<String> {
    let whole = lines.join("\n");
    let packed = if max_chars == 0 || whole.chars().count() <= max_chars {
        vec![whole]
    } else {
        packed(lines, max_chars)
    };
    let Some(splitting) = splitting else { return packed };
    let split = |text: &String| -> Vec<String> {
        splitting.split(text).iter().map(|piece: &Piece<'_>| piece.text.to_owned()).collect()
    };
    packed.iter().flat_map(split).collect()
}

fn packed(lines: &[String], max_chars: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut room = 0;
    for line in lines {
        // Each line costs its end too, the last one as well.
        let cost = line.chars().count() + 1;
        match pieces.last_mut() {
            Some(piece) if cost <= room => {
                piece.push('\n');
                piece.push_str(line);
                room -= cost;
            }
            _ => {
                pieces.push(line.clone());
                room = max_chars.saturating_sub(cost);
            }
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Cuts;
    use proptest::prelude::*;

    fn lines(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn what_fits_is_one_piece_to_the_character() {
        let two = lines(&["[a] ümlaut", "[b] x"]);
        assert_eq!(of(&two, 16, None), ["[a] ümlaut\n[b] x"]);
        assert_eq!(of(&two, 15, None), ["[a] ümlaut", "[b] x"]);
        assert_eq!(of(&two, 0, None), ["[a] ümlaut\n[b] x"]);
    }

    #[test]
    fn a_turn_that_is_too_long_is_a_piece_of_its_own_and_whole() {
        let long = "x".repeat(50);
        let pieces = of(&lines(&["a", &long, "b", "c"]), 10, None);
        assert_eq!(pieces, ["a", &long, "b\nc"]);
    }

    #[test]
    fn a_piece_is_no_longer_than_a_memory_may_be() {
        let splitting = Splitting::new(20, 0, Cuts::AtBoundaries).unwrap();
        let pieces = of(&lines(&["some words that make a long turn of it", "b"]), 0, Some(&splitting));
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| piece.chars().count() <= 20), "{pieces:?}");
    }

    proptest! {
        #[test]
        fn pieces_are_the_lines_in_order(
            lines in proptest::collection::vec("[a-zü ]{1,30}", 1..20),
            max_chars in 0_usize..80,
        ) {
            let pieces = of(&lines, max_chars, None);
            prop_assert_eq!(pieces.join("\n"), lines.join("\n"));
            for piece in &pieces {
                prop_assert!(max_chars == 0 || piece.chars().count() <= max_chars || !piece.contains('\n'));
            }
        }
    }
}
