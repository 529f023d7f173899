use super::*;

fn told(here: Here, done: &Done) -> String {
    anstream::adapter::strip_str(&for_people(here, done)).to_string()
}

#[test]
fn what_was_done_is_told_with_what_stayed_and_how_it_is_taken_back() {
    let hash = ContentHash::stored("abc");
    let done = Done { hashes: vec![hash.clone()], deleted: 1, written: 1, undo: Some(7), ..Done::default() };
    assert_eq!(
        told(Here::Deleted, &done),
        "moved 1 memory\ntake it back with `memory undelete --deletion 7`"
    );
    let kept = Done { hashes: vec![hash.clone()], there_before: 1, kept: vec![hash], ..Done::default() };
    assert_eq!(
        told(Here::Deleted, &kept),
        "moved 0 memories\n1 memory stood there before\n1 memory stayed here: it is not the same there\n  abc"
    );
    assert_eq!(told(Here::Kept, &Done { written: 2, ..Done::default() }), "copied 2 memories");
    let rehearsed =
        Done::rehearsed(&Space::Default, vec![ContentHash::stored("a"), ContentHash::stored("b")]);
    assert_eq!(told(Here::Deleted, &rehearsed), "would move 2 memories, and every version of them");
}

#[test]
fn the_audit_log_is_told_from_where_to_where_and_how_many() {
    let crew = Space::Named(model::SpaceId::from_bytes([7; 10]));
    for (here, name) in [(Here::Deleted, "memory.move.done"), (Here::Kept, "memory.share.done")] {
        let entry = entry(here, &Space::Default, &crew, 3);
        assert_eq!(entry.name(), name);
        assert_eq!(entry.subject.unwrap().as_str(), format!("space:{crew}"));
        assert_eq!(entry.detail.unwrap().as_str(), "3 from space:default");
        assert_eq!(entry.actor.unwrap().as_str(), COMMAND_LINE);
    }
}
