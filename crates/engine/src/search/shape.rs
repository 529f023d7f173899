//! The shape of the list: no repetitions, no more text than there is room for.

use ranking::{repeated, within};

use super::{Hit, Repetitions};

/// Leaves out hits that nearly repeat a better one, as far as they come before the list is full. Says how many.
pub(super) fn unrepeated(hits: &mut Vec<Hit>, repetitions: Repetitions, limit: usize) -> usize {
    if repetitions == Repetitions::Keep {
        return 0;
    }
    let texts: Vec<&str> = hits.iter().map(|hit| hit.memory.content.as_str()).collect();
    let earlier = repeated(&texts);
    let last = (0..hits.len()).filter(|at| earlier[*at].is_none()).take(limit).last().unwrap_or(0);
    let seen = &earlier[..hits.len().min(last + 1)];
    for first in seen.iter().flatten() {
        hits[*first].repetitions += 1;
    }
    let left_out = seen.iter().flatten().count();
    let mut at = 0;
    hits.retain(|_| {
        at += 1;
        earlier[at - 1].is_none()
    });
    left_out
}

/// Cuts the list where the budget of tokens is used up. Says how many hits that leaves out.
pub(super) fn fit(hits: &mut Vec<Hit>, max_tokens: Option<u32>) -> usize {
    let Some(budget) = max_tokens else { return 0 };
    let before = hits.len();
    hits.truncate(within(hits.iter().map(|hit| hit.memory.content.as_str()), budget as usize));
    before - hits.len()
}
