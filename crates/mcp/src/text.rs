//! The text of a search's answer, in the two forms that the original's clients read.

use std::fmt::Write;

use crate::wire::{EntityMemory, Explanation, Hit, Memory, Origin, Pair, Search, Term, Version, Window};

/// What a memory costs beyond its own characters, as the original counts.
const OVERHEAD_CHARS: u64 = 200;

/// How found memories are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A numbered list.
    List,
    /// Blocks between `=== Memory 1 ===` and `---`: the original's form when the caller limits the length.
    Blocks,
}

/// What was left out of an answer so that it is not too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Memories left out.
    pub(crate) omitted: usize,
    shown_chars: u64,
    total_chars: u64,
}

impl Cut {
    /// Keeps whole memories from the front while they fit; the first is always kept.
    pub(crate) fn to<T: Costs>(memories: &mut Vec<T>, budget: u64) -> Self {
        let (mut kept, mut shown_chars, mut total_chars) = (0, 0, 0);
        for memory in memories.iter() {
            total_chars += memory.chars();
            if kept == 0 || total_chars <= budget {
                (kept, shown_chars) = (kept + 1, total_chars);
            }
        }
        let omitted = memories.len() - kept;
        memories.truncate(kept);
        Self { omitted, shown_chars, total_chars }
    }
}

/// What has a length in an answer.
pub(crate) trait Costs {
    /// How long it is, in characters.
    fn chars(&self) -> u64;
}

impl Costs for Memory {
    fn chars(&self) -> u64 {
        let tags: usize = self.tags.iter().map(|tag| tag.chars().count()).sum();
        let metadata = if self.metadata.is_empty() {
            0
        } else {
            serde_json::to_string(&self.metadata).map_or(0, |text| text.chars().count())
        };
        (self.content.chars().count() + tags + metadata) as u64 + OVERHEAD_CHARS
    }
}

impl Costs for Hit {
    fn chars(&self) -> u64 {
        let around = self.before.iter().chain(&self.after);
        self.memory.chars() + around.map(|memory| memory.content.chars().count() as u64).sum::<u64>()
    }
}

impl Costs for EntityMemory {
    fn chars(&self) -> u64 {
        self.content.chars().count() as u64 + OVERHEAD_CHARS
    }
}

impl Costs for Pair {
    fn chars(&self) -> u64 {
        let texts = [&self.kept_text, &self.removed_text];
        texts.map(|text| text.chars().count() as u64).iter().sum::<u64>() + OVERHEAD_CHARS
    }
}

impl Costs for Version {
    fn chars(&self) -> u64 {
        let texts = [&self.content, &self.reason].into_iter().flatten();
        texts.map(|text| text.chars().count() as u64).sum::<u64>() + OVERHEAD_CHARS
    }
}

/// The time that was asked for, as the end of a text.
pub(crate) fn window(window: Option<&Window>) -> String {
    window.map(|window| format!("\n\nTime: {window}")).unwrap_or_default()
}

/// What the text says of a search that is to be explained.
pub(crate) struct Debug {
    /// Memories found; filters are applied before the best are chosen.
    pub(crate) found: usize,
    /// How much quality counted.
    pub(crate) boost: f64,
    /// The time in words, as it was given.
    pub(crate) spoken_time: Option<String>,
}

/// The text of an answer.
pub(crate) fn search(answer: &Search, cut: &Cut, form: Form, debug: Option<&Debug>) -> String {
    let mut text = String::new();
    let query = answer.query.as_ref().map(|query| format!(" for query: '{query}'")).unwrap_or_default();
    if answer.memories.is_empty() {
        let _infallible = write!(text, "No memories found{query}");
    } else {
        let (total, mode) = (answer.memories.len() + answer.omitted, &answer.mode);
        let tiers: Vec<&str> =
            answer.fallback.iter().map(|tier| tier.trim_end_matches("_fallback")).collect();
        let tiers =
            if tiers.is_empty() { String::new() } else { format!(" [fallback: {}]", tiers.join("+")) };
        let _infallible = write!(text, "Found {total} memories (mode: {mode}){tiers}{query}\n\n");
        if let Some(debug) = debug {
            write_debug(&mut text, answer, debug);
        }
        if cut.omitted > 0 {
            write_cut(&mut text, answer, cut);
        }
        for (index, hit) in answer.memories.iter().enumerate() {
            match form {
                Form::List => write_item(&mut text, index + 1, hit),
                Form::Blocks => write_block(&mut text, index + 1, hit),
            }
        }
    }
    text.truncate(text.trim_end_matches('\n').len());
    text.push_str(&window(answer.time_window.as_ref()));
    for notice in &answer.notices {
        let _infallible = write!(text, "\n\nNote: {notice}");
    }
    text
}

fn write_debug(text: &mut String, answer: &Search, debug: &Debug) {
    let count = debug.found;
    let _infallible =
        write!(text, "Debug Info:\n  Pre-filter count: {count}\n  Post-filter count: {count}\n");
    if debug.boost > 0.0 {
        let _infallible = writeln!(text, "  Quality boost: {}", debug.boost);
    }
    if let Some(spoken) = &debug.spoken_time {
        let _infallible = writeln!(text, "  Time expression: {spoken}");
    }
    if let Some(window) = &answer.time_window {
        let [from, before] = [&window.from, &window.before].map(|end| end.as_deref().unwrap_or("None"));
        let _infallible = writeln!(text, "  Time range: {from} - {before}");
    }
    text.push('\n');
}

fn write_cut(text: &mut String, answer: &Search, cut: &Cut) {
    let (shown, omitted) = (answer.memories.len(), cut.omitted);
    let (shown_chars, total_chars) = (thousands(cut.shown_chars), thousands(cut.total_chars));
    let _infallible = write!(
        text,
        "[!] RESPONSE TRUNCATED: Showing {shown} of {} results ({shown_chars} of {total_chars} chars).\n\
         {omitted} result(s) omitted to keep the answer short.\n\
         Narrow the search, or raise max_response_chars.\n\n\n",
        shown + omitted
    );
}

fn write_item(text: &mut String, number: usize, hit: &Hit) {
    let memory = &hit.memory;
    let created = memory.created_at_iso.as_deref().unwrap_or("unknown");
    let tags = if memory.tags.is_empty() { String::new() } else { format!(" [{}]", memory.tags.join(", ")) };
    let via = hit.match_method.as_ref().map(|method| format!(" (via {method})")).unwrap_or_default();
    let _infallible = write!(
        text,
        "{number}. {}\n   Hash: {}\n   Created: {created}{tags}{via}\n",
        indented(&memory.content),
        memory.content_hash
    );
    for (name, around) in [("Before", &hit.before), ("After", &hit.after)] {
        for memory in around {
            let _infallible = writeln!(text, "   {name}: {}", memory.content);
        }
    }
    let facts: Vec<String> = [
        memory.memory_type.as_ref().map(|kind| format!("Type: {kind}")),
        memory.occurred_at.as_ref().map(|time| format!("Happened: {time}")),
        hit.score.map(|score| format!("Score: {score:.2}")),
        hit.similarity.map(|similarity| format!("Similarity: {similarity:.2}")),
        (memory.store != "default").then(|| format!("Store: {}", memory.store)),
        memory.superseded_by.as_ref().map(|hash| format!("Superseded by: {hash}")),
        memory.origin.as_ref().map(from),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !facts.is_empty() {
        let _infallible = writeln!(text, "   {}", facts.join(" | "));
    }
    if let Some(explanation) = &hit.explanation {
        let _infallible = writeln!(text, "   Why: {}", why(explanation));
    }
    text.push('\n');
}

/// A score in words: `words 0.80 x 0.60 + meaning 0.50 x 0.40 = 0.68`. Where words and meaning make up a fit, they are told
/// behind it.
fn why(explanation: &Explanation) -> String {
    let term = |term: &Term| format!("{} {:.2} x {:.2}", term.name, term.value, term.weight);
    let told = |terms: &[Term]| {
        terms.iter().filter(|term| term.weight > 0.0).map(term).collect::<Vec<_>>().join(" + ")
    };
    let terms = match explanation.terms.iter().position(|term| term.name == "fit") {
        Some(fit) => {
            let (parts, whole) = explanation.terms.split_at(fit);
            let rest = &whole[1..];
            let rest = if rest.is_empty() { String::new() } else { format!(" + {}", told(rest)) };
            format!("{} ({}){rest}", told(&whole[..1]), told(parts))
        }
        None => told(&explanation.terms),
    };
    let mut text = format!("{} = {:.2}", terms, explanation.base_score);
    if explanation.verbatim {
        text.push_str(", has the query word for word");
    }
    if let (Some(weight), Some(quality)) = (explanation.quality_weight, explanation.quality) {
        text.push_str(&format!(", quality {quality:.2} counts {weight:.2}"));
    }
    text
}

fn write_block(text: &mut String, number: usize, hit: &Hit) {
    let memory = &hit.memory;
    let created = memory.created_at_iso.as_deref().unwrap_or("unknown");
    let _infallible = writeln!(
        text,
        "=== Memory {number} ===\nTimestamp: {created}\nContent: {}",
        indented(&memory.content)
    );
    let _infallible = writeln!(text, "Hash: {}\nTags: {}", memory.content_hash, memory.tags.join(", "));
    if let Some(score) = hit.score {
        let _infallible = writeln!(text, "Relevance Score: {score:.2}");
    }
    if let Some(origin) = &memory.origin {
        let _infallible = writeln!(text, "{}", from(origin));
    }
    text.push_str("---\n");
}

/// A memory's text between the lines of ours. Its own lines are set in, deeper than any of ours, so that none of them can be
/// taken for the end of the text, for another memory or for what we say of one.
fn indented(content: &str) -> String {
    const MARGIN: &str = "\n      ";
    let lines = content.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
    lines.collect::<Vec<_>>().join(MARGIN)
}

fn from(origin: &Origin) -> String {
    match &origin.client {
        Some(client) => format!("From: {} {client:?}", origin.kind),
        None => format!("From: {}", origin.kind),
    }
}

/// `12,345`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
