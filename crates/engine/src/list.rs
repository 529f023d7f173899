//! Browsing memories.

use model::{Filter, Memory};
use ports::{MemoryStore, Page};

use crate::EngineError;
use crate::capability::Reader;

/// The most memories on one page.
pub const MAX_PAGE_SIZE: u32 = 100;

/// Which page of which memories.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// Only memories that meet it.
    pub filter: Filter,
    /// The page, from 1.
    pub page: u64,
    /// Memories on a page, 1 to [`MAX_PAGE_SIZE`].
    pub page_size: u32,
}

/// A page of memories, and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct ListAnswer {
    /// The memories of the page, newest first.
    pub memories: Vec<Memory>,
    /// The page, from 1.
    pub page: u64,
    /// Memories on a page.
    pub page_size: u32,
    /// How many memories meet the filter.
    pub total: u64,
    /// How many pages they fill.
    pub total_pages: u64,
    /// Whether there is a page after this one.
    pub has_more: bool,
    /// How many memories would meet the filter too if it did not leave out what another memory took the place of.
    pub superseded: u64,
}

impl Reader {
    /// A page of the memories that meet a filter, newest first, with the true total and the number of those left out because
    /// they were replaced.
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`], [`EngineError::EmptyRange`], [`EngineError::Store`].
    pub async fn list(&self, request: ListRequest) -> Result<ListAnswer, EngineError> {
        let ListRequest { filter, page, page_size } = request;
        check_range("page_size", page_size.into(), MAX_PAGE_SIZE.into())?;
        check_range("page", page, u64::from(u32::MAX))?;
        check_times(&filter)?;
        let offset = (page - 1) * u64::from(page_size);
        let store = self.space.store().await?.as_ref();
        let listing = store.list(&filter, Page { offset, limit: page_size }).await?;
        let superseded = superseded(store, &filter, listing.total).await?;
        let total_pages = listing.total.div_ceil(page_size.into());
        let has_more = page < total_pages;
        Ok(ListAnswer {
            memories: listing.memories,
            page,
            page_size,
            total: listing.total,
            total_pages,
            has_more,
            superseded,
        })
    }
}

/// How many memories a filter leaves out because another took their place, when so many meet it.
pub(crate) async fn superseded(
    store: &dyn MemoryStore,
    filter: &Filter,
    total: u64,
) -> Result<u64, EngineError> {
    if filter.include_superseded {
        return Ok(0);
    }
    let all = Filter { include_superseded: true, ..filter.clone() };
    Ok(store.list(&all, Page { offset: 0, limit: 0 }).await?.total.saturating_sub(total))
}

/// Refuses a number outside 1 to `highest`.
pub(crate) fn check_range(name: &'static str, given: u64, highest: u64) -> Result<(), EngineError> {
    if (1..=highest).contains(&given) {
        return Ok(());
    }
    Err(EngineError::OutOfRange { name, given, lowest: 1, highest })
}

/// Refuses a range of time that ends before it begins: it would find nothing, whatever is stored.
pub(crate) fn check_times(filter: &Filter) -> Result<(), EngineError> {
    match (filter.created_from, filter.created_before) {
        (Some(after), Some(before)) if after >= before => Err(EngineError::EmptyRange { after, before }),
        _ => Ok(()),
    }
}
