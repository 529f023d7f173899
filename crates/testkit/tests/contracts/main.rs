//! Everything that is kept in memory keeps the contract of its port.

mod accounts;
mod audit;
mod identities;
mod keys;
mod memories;
mod oauth;
mod shared_spaces;

#[expect(clippy::unwrap_used, reason = "a test without a runtime fails")]
fn block_on(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(case);
}
