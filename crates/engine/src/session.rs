//! Storing a conversation.

mod pieces;

use model::{Content, EmbeddingState, MemoryType, Metadata, Origin, Partition, Tags, Timestamp};

use crate::capability::{Adder, Writer};
use crate::store::{Part, Parts, RestoreDeleted, StoreRequest, store_parts};
use crate::{EngineError, ontology};

/// The kind of the memories that a session becomes.
const SESSION: &str = "session";
/// The role of a turn that names none.
const UNKNOWN_ROLE: &str = "unknown";

/// A conversation to store.
#[derive(Debug, Clone, Default)]
pub struct SessionRequest {
    /// What was said, in order. Turns that say nothing are left out.
    pub turns: Vec<Turn>,
    /// The name of the session; without one it gets a random one (a UUID).
    pub session_id: Option<String>,
    /// Tags of every memory it becomes, besides `session:<id>`.
    pub tags: Tags,
    /// Free fields of every memory it becomes.
    pub metadata: Metadata,
    /// The partition it goes to.
    pub partition: Partition,
    /// When it was held, if that was not now.
    pub occurred_at: Option<Timestamp>,
    /// Where it comes from, as the door knows it.
    pub origin: Option<Origin>,
    /// Whether to store it although the original recorded that it was deleted.
    pub restore_deleted: RestoreDeleted,
}

/// What somebody said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turn {
    /// Who: `user`, `assistant`, ... Nothing is `unknown`.
    pub role: String,
    /// What.
    pub content: String,
}

/// What became of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionReceipt {
    /// The name of the session, as its tag has it.
    pub session_id: String,
    /// How many turns said something.
    pub turns: usize,
    /// The memories it became, in the order of the conversation: one, or one for each chunk.
    pub chunks: Vec<Part>,
    /// Whether all of them can be found by meaning.
    pub embedding: EmbeddingState,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

impl Adder {
    /// Stores a conversation: a line `[role] content` for each turn. A long one becomes several memories of whole turns
    /// ([`Settings::session_chunk_chars`](crate::Settings::session_chunk_chars)), tagged `chunk:<i>/<n>`.
    ///
    /// # Errors
    /// [`EngineError::NoTurns`], [`EngineError::BlankTurns`], [`EngineError::Content`] for a text that cannot be stored,
    /// [`EngineError::Tags`] when there are too many, [`EngineError::DeletedBefore`], [`EngineError::Store`] when
    /// nothing was stored.
    pub async fn store_session(&self, request: SessionRequest) -> Result<SessionReceipt, EngineError> {
        if request.turns.is_empty() {
            return Err(EngineError::NoTurns);
        }
        let lines: Vec<String> = request.turns.iter().filter_map(line).collect();
        if lines.is_empty() {
            return Err(EngineError::BlankTurns);
        }
        let space = self.space();
        let settings = &space.parts.settings;
        let texts = pieces::of(&lines, settings.session_chunk_chars, settings.splitting.as_ref());
        let session_id = match request.session_id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => new_session_id(space.parts.rng.as_ref())?,
        };
        ontology::note_namespaces(settings, &request.tags);
        let parts = parts(&request, &session_id, texts)?;
        let mut warnings = Vec::new();
        let (chunks, embedding) = store_parts(self, parts, &mut warnings).await?;
        Ok(SessionReceipt { session_id, turns: lines.len(), chunks, embedding, warnings })
    }
}

impl Writer {
    /// As [`Adder::store_session`].
    ///
    /// # Errors
    /// As [`Adder::store_session`].
    pub async fn store_session(&self, request: SessionRequest) -> Result<SessionReceipt, EngineError> {
        self.adder().store_session(request).await
    }
}

fn line(turn: &Turn) -> Option<String> {
    let (role, content) = (turn.role.trim(), turn.content.trim());
    let role = if role.is_empty() { UNKNOWN_ROLE } else { role };
    (!content.is_empty()).then(|| format!("[{role}] {content}"))
}

/// A random UUID (RFC 9562, version 4).
fn new_session_id(rng: &dyn ports::Rng) -> Result<String, EngineError> {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes).map_err(EngineError::Randomness)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

fn parts(request: &SessionRequest, session_id: &str, texts: Vec<String>) -> Result<Parts, EngineError> {
    let total = texts.len();
    // A session is a conversation of its own unless the door knows of another.
    let origin = request.origin.clone().map(|origin| Origin {
        conversation: origin.conversation.or_else(|| Some(session_id.to_owned())),
        ..origin
    });
    let part = |(index, text): (usize, String)| {
        let mut own = vec![format!("session:{session_id}")];
        if total > 1 {
            own.push(format!("chunk:{}/{total}", index + 1));
        }
        Ok(StoreRequest {
            tags: Tags::from_list(own)?.merged(request.tags.clone())?,
            memory_type: MemoryType::parse(SESSION).ok().flatten(),
            metadata: request.metadata.clone(),
            partition: request.partition.clone(),
            occurred_at: request.occurred_at,
            origin: origin.clone(),
            restore_deleted: request.restore_deleted,
            ..StoreRequest::new(Content::parse(text)?)
        })
    };
    texts.into_iter().enumerate().map(part).collect()
}
