use super::*;

fn splitting(max: usize, overlap: usize) -> Splitting {
    Splitting::new(max, overlap, Cuts::AtBoundaries).unwrap()
}

fn texts(splitting: Splitting, text: &str) -> Vec<&str> {
    splitting.split(text).into_iter().map(|piece| piece.text).collect()
}

#[test]
fn texts_are_split_as_the_original_does_except_where_its_overlap_begins_inside_a_word() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/data/vectors.json")).unwrap();
    let pairs = vectors["split"].as_array().unwrap();
    assert_eq!(pairs.len(), 8);
    let mut differing = Vec::new();
    for pair in pairs {
        let number = |key: &str| usize::try_from(pair[key].as_u64().unwrap()).unwrap();
        let cuts = if pair["preserve"].as_bool().unwrap() { Cuts::AtBoundaries } else { Cuts::Anywhere };
        let splitting = Splitting::new(number("max_length"), number("overlap"), cuts).unwrap();
        let recorded: Vec<&str> =
            pair["chunks"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        let ours = texts(splitting, pair["content"].as_str().unwrap());
        if ours != recorded {
            differing.push((recorded, ours));
        }
    }
    assert_eq!(
        differing,
        [(
            vec!["line one\nline two", "wo\nline three", "ee\nline four"],
            vec!["line one\nline two", "line three", "line four"],
        )]
    );
}

#[test]
fn lengths_that_do_not_go_together_are_refused() {
    let new = |max, overlap| Splitting::new(max, overlap, Cuts::AtBoundaries);
    assert_eq!(new(0, 0), Err(InvalidSplitting::NoLength));
    assert_eq!(new(10, 10), Err(InvalidSplitting::OverlapTooLong { overlap: 10, max: 10 }));
    assert!(new(10, 9).is_ok() && new(1, 0).is_ok() && new(800, 500).is_ok());
    assert_eq!(new(800, 501), Err(InvalidSplitting::OverlapOverLimit { overlap: 501 }));
}

#[test]
fn a_leading_blank_line_does_not_cost_the_rest() {
    let text = format!("\n\n{}", "x".repeat(30));
    assert_eq!(texts(splitting(20, 0), &text), ["x".repeat(20), "x".repeat(10)]);
    assert_eq!(texts(splitting(5, 0), &" ".repeat(40)), Vec::<&str>::new());
}

#[test]
fn a_title_line_stays_with_its_text_when_there_is_a_later_boundary() {
    let text = "Title\n\nThe first sentence is long. The second is not here";
    assert_eq!(
        texts(splitting(40, 0), text),
        ["Title\n\nThe first sentence is long.", "The second is not here"]
    );
    let unbroken = format!("Title\n{}", "x".repeat(18));
    assert_eq!(texts(splitting(20, 0), &unbroken), ["Title".to_owned(), "x".repeat(18)]);
}

#[test]
fn a_boundary_counts_from_the_first_quarter_on() {
    // 5 of 20 characters with the line end, then 4.
    assert_eq!(texts(splitting(20, 0), "abcd\nefgh ijkl mnopqrstu")[0], "abcd");
    assert_eq!(texts(splitting(20, 0), "abc\nefgh ijkl mnopqrstuv")[0], "abc\nefgh ijkl");
}

#[test]
fn blank_lines_go_before_lines_before_sentences_before_words() {
    let cases = [
        ("aaaa aaaa\n\nbbb. b\nb cccccccc", "aaaa aaaa"),
        ("aaaa aaaa\r\n \t\r\nb. b b\nb ccccccc", "aaaa aaaa"),
        ("aaaa aaaa\nbbb. b b cccccccc", "aaaa aaaa"),
        ("aaaa aaaa. bbb b cccccccc", "aaaa aaaa."),
        ("aaaa 3.1415 bb ccccccccccc", "aaaa 3.1415 bb"),
        ("aaaa 3.1415 bb cccc.cccccc", "aaaa 3.1415 bb"),
    ];
    for (text, first) in cases {
        assert_eq!(texts(splitting(20, 0), text)[0], first, "{text:?}");
    }
}

#[test]
fn lengths_are_characters_and_no_character_is_cut() {
    let text = "漢字かな。混じり文です。".repeat(4);
    let pieces = texts(splitting(14, 0), &text);
    assert_eq!(pieces, ["漢字かな。混じり文です。"; 4]);
    assert_eq!(texts(splitting(3, 1), "👍👍👍👍"), ["👍👍👍", "👍👍"]);
    assert_eq!(texts(splitting(4, 0), "ééé"), ["ééé"]);
}

#[test]
fn a_long_overlap_makes_few_pieces() {
    let text = "x".repeat(1000);
    let pieces = Splitting::new(100, 99, Cuts::Anywhere).unwrap().split(&text);
    assert_eq!(pieces.len(), 1 + 900 / 25);
    assert_eq!(splitting(100, 99).split(&text).len(), pieces.len());
}

#[test]
fn the_limit_itself_is_one_piece_and_is_kept_as_it_is() {
    assert_eq!(texts(splitting(8, 2), " a b  \n "), [" a b  \n "]);
    assert_eq!(texts(splitting(7, 2), " a b  \n ").len(), 1);
}
