//! The audit log in memory keeps the contract of its port, so that what is tested on it holds for the other.

use async_trait::async_trait;
use ports::AuditLog;
use ports::contract::audit::AuditLogUnderTest;
use testkit::FakeAuditLog;

struct Fake(FakeAuditLog);

#[async_trait]
impl AuditLogUnderTest for Fake {
    async fn empty() -> Self {
        Self(FakeAuditLog::default())
    }

    fn log(&self) -> &dyn AuditLog {
        &self.0
    }

    fn elsewhere(&self) -> &dyn AuditLog {
        &self.0
    }
}

#[expect(clippy::unwrap_used, reason = "a test without a runtime fails")]
fn block_on(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(case);
}

ports::audit_log_contract!(Fake, block_on);
