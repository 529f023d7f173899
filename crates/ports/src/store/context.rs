//! Where a memory stands: its conversation, what was said before and after it there, who speaks, when.

use model::{Filter, Memory, MemoryId, Metadata, Origin, Timestamp};
use serde_json::Value;

/// The longest name of a speaker, in characters.
const MAX_NAME_CHARS: usize = 40;
/// The most words of a name.
const MAX_NAME_WORDS: usize = 4;
/// Tags that name the conversation of a memory: `session:<id>` is the original's.
const CONVERSATION_TAGS: [&str; 2] = ["session:", "conversation:"];
/// The tag of a piece of a session: `chunk:2/3`.
const PIECE_TAG: &str = "chunk:";

/// Which memories' [`Context`] is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ContextQuery {
    /// The memories.
    pub ids: Vec<MemoryId>,
    /// Only memories that meet it are given, as neighbours too.
    pub filter: Filter,
    /// How far a neighbour may be away: 1 is the memory just before or after.
    pub distance: usize,
}

/// Where a memory stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The memory.
    pub id: MemoryId,
    /// The conversation it belongs to ([`conversation`]): memories with the same key belong together.
    pub conversation: Option<String>,
    /// When it happened, or else was stored.
    pub time: Option<Timestamp>,
    /// Who says it ([`speaker`]), and the entities it is linked to.
    pub names: Vec<String>,
    /// The memories around it in its conversation, nearest first.
    pub neighbours: Vec<Neighbour>,
}

/// A memory near another one in the same conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour {
    /// Its number.
    pub id: MemoryId,
    /// How many places after the other one it comes; negative when it comes before.
    pub offset: i32,
}

/// The order in a conversation: by time, pieces of one session by their number, what is left by order of arrival.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// When it happened, or else was stored, in seconds; what has no time comes first.
    pub seconds: f64,
    /// Which piece of a session it is, from 1; 0 when it is none.
    pub piece: u32,
    /// Its number.
    pub id: MemoryId,
}

impl Place {
    /// The place of a memory.
    #[must_use]
    pub fn of(memory: &Memory) -> Self {
        let seconds = memory.time().map_or(f64::NEG_INFINITY, Timestamp::as_seconds);
        Self { seconds, piece: piece(&memory.tags), id: memory.id }
    }

    /// The order in a conversation.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let times = self.seconds.total_cmp(&other.seconds);
        times.then(self.piece.cmp(&other.piece)).then(self.id.cmp(&other.id))
    }
}

/// The conversation that a memory belongs to: by its origin, by the fields `conversation_id` or `session_id`, by a tag
/// `session:<id>`. The keys of a field and of an origin are alike; that of a tag is the whole tag, in small letters.
#[must_use]
pub fn conversation(origin: Option<&Origin>, metadata: &Metadata, tags: &[String]) -> Option<String> {
    let said = origin.and_then(|origin| origin.conversation.clone());
    let field = || {
        ["conversation_id", "session_id"].iter().find_map(|key| match metadata.fields().get(*key) {
            Some(Value::String(id)) if !id.is_empty() => Some(id.clone()),
            _ => None,
        })
    };
    let tag = || {
        let tags = tags.iter().map(|tag| tag.to_lowercase());
        tags.into_iter().find(|tag| CONVERSATION_TAGS.iter().any(|begin| tag.starts_with(begin)))
    };
    said.filter(|id| !id.is_empty()).or_else(field).or_else(tag)
}

/// Which piece of a session a memory is, by its tags; 0 when it is none.
#[must_use]
pub fn piece(tags: &[String]) -> u32 {
    let number = |tag: &String| tag.strip_prefix(PIECE_TAG)?.split('/').next()?.parse().ok();
    tags.iter().find_map(number).unwrap_or(0)
}

/// Who says a memory: its field `speaker`, or the name before the first colon (`Caroline: I went there`).
#[must_use]
pub fn speaker(metadata: &Metadata, content: &str) -> Option<String> {
    if let Some(Value::String(name)) = metadata.fields().get("speaker")
        && !name.trim().is_empty()
    {
        return Some(name.trim().to_owned());
    }
    let begin = content.char_indices().nth(MAX_NAME_CHARS + 1).map_or(content, |(end, _)| &content[..end]);
    let (name, rest) = begin.split_once(':')?;
    let is_name = name.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
        && name.chars().all(|c| c.is_alphanumeric() || " .'’-".contains(c))
        && name.split_whitespace().count() <= MAX_NAME_WORDS;
    // `https://...`, `12:30` and `Key:value` are no speech.
    (is_name && (rest.is_empty() || rest.starts_with(char::is_whitespace))).then(|| name.trim().to_owned())
}

/// The neighbours of each of the `wanted` places in a conversation that is in order, nearest first, the earlier one first.
#[must_use]
pub fn neighbours(ordered: &[MemoryId], at: usize, distance: usize) -> Vec<Neighbour> {
    let mut found = Vec::new();
    for step in 1..=distance {
        let offset = i32::try_from(step).unwrap_or(i32::MAX);
        if let Some(id) = at.checked_sub(step).and_then(|place| ordered.get(place)) {
            found.push(Neighbour { id: *id, offset: -offset });
        }
        if let Some(id) = ordered.get(at + step) {
            found.push(Neighbour { id: *id, offset });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::OriginKind;
    use serde_json::json;

    fn fields(value: Value) -> Metadata {
        Metadata::parse(value.as_object().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_speaker_is_a_name_before_a_colon() {
        let of = |text: &str| speaker(&Metadata::default(), text);
        assert_eq!(of("Caroline: I went").as_deref(), Some("Caroline"));
        assert_eq!(of("Dr. Anne-Marie O'Neil: yes").as_deref(), Some("Dr. Anne-Marie O'Neil"));
        assert_eq!(of("王小明: 好").as_deref(), Some("王小明"));
        for text in [
            "https://example.org",
            "no name here",
            "the rule: never",
            "At 12:30 we met",
            "[user] Hello: x",
            "",
            "A sentence of far more words than any name has: so",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(speaker(&fields(json!({"speaker": " Bo "})), "Caroline: x").as_deref(), Some("Bo"));
    }

    #[test]
    fn a_conversation_is_known_by_origin_field_or_tag() {
        let origin = Origin { conversation: Some("c1".to_owned()), ..Origin::of(OriginKind::User) };
        let tags = ["x".to_owned(), "Session:S9".to_owned()];
        let none = Metadata::default();
        let field = fields(json!({"conversation_id": "c2"}));
        assert_eq!(conversation(Some(&origin), &field, &tags).as_deref(), Some("c1"));
        assert_eq!(conversation(None, &field, &tags).as_deref(), Some("c2"));
        assert_eq!(conversation(None, &none, &tags).as_deref(), Some("session:s9"));
        assert_eq!(conversation(Some(&Origin::of(OriginKind::User)), &none, &[]), None);
    }

    #[test]
    fn pieces_are_in_the_order_of_their_numbers() {
        assert_eq!(piece(&["a".to_owned(), "chunk:10/12".to_owned()]), 10);
        assert_eq!(piece(&["chunk:x".to_owned()]), 0);
    }

    #[test]
    fn the_nearest_neighbours_come_first() {
        let ids: Vec<MemoryId> = (1..=4).map(MemoryId).collect();
        let offsets = |at| neighbours(&ids, at, 2).iter().map(|n| (n.id.0, n.offset)).collect::<Vec<_>>();
        assert_eq!(offsets(0), [(2, 1), (3, 2)]);
        assert_eq!(offsets(2), [(2, -1), (4, 1), (1, -2)]);
    }
}
