//! The whole query in the text.

use ports::{MemoryStore, Page};

use super::explain::{Explanation, Term, TermName};
use super::{Detail, FoundBy, Hit, SearchRequest, pool};
use crate::EngineError;

/// Memories with the query in their text, newest first.
pub(super) async fn hits(
    store: &dyn MemoryStore,
    query: &str,
    request: &SearchRequest,
) -> Result<Vec<Hit>, EngineError> {
    let limit = u32::try_from(pool(request)).unwrap_or(u32::MAX);
    let listing = store.search_text(query, &request.filter, Page { offset: 0, limit }).await?;
    let explanation = (request.detail == Detail::Explained).then(explanation);
    let hit = |memory| Hit {
        score: Some(1.0),
        explanation: explanation.clone(),
        ..Hit::of(memory, FoundBy::Query)
    };
    Ok(listing.memories.into_iter().map(hit).collect())
}

fn explanation() -> Explanation {
    let term = Term { name: TermName::Text, raw: None, value: 1.0, weight: 1.0 };
    Explanation { terms: vec![term], is_verbatim: true, base_score: 1.0, boost: None }
}
