//! The audit log in memory keeps the contract of its port, so that what is tested on it holds for the other.

use async_trait::async_trait;
use ports::AuditLog;
use ports::contract::audit::AuditLogUnderTest;
use testkit::FakeAuditLog;

use crate::block_on;

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

ports::audit_log_contract!(Fake, block_on);
