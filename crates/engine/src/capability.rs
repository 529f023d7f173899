//! Capability handles: what a caller may do, as types.

use std::sync::Arc;

pub use model::Capability;
use model::Space;

use crate::Progress;
use crate::open_space::OpenSpace;

/// May look at the memories of one space.
#[derive(Clone)]
pub struct Reader {
    pub(crate) space: Arc<OpenSpace>,
    pub(crate) progress: Progress,
}

/// May store memories in one space, and change and delete none.
#[derive(Clone)]
pub struct Adder {
    reader: Reader,
}

/// May change and delete memories of one space, too.
#[derive(Clone)]
pub struct Writer {
    adder: Adder,
}

/// May examine and repair the store of one space.
#[derive(Clone)]
pub struct Admin {
    writer: Writer,
}

/// The handle that a caller was granted.
#[derive(Clone)]
pub struct Grant {
    capability: Capability,
    admin: Admin,
}

impl Grant {
    pub(crate) fn new(space: Arc<OpenSpace>, capability: Capability) -> Self {
        let reader = Reader { space, progress: Progress::default() };
        Self { capability, admin: Admin { writer: Writer { adder: Adder { reader } } } }
    }

    /// The same, and whoever waits hears how far its use cases have got.
    #[must_use]
    pub fn reporting(mut self, progress: Progress) -> Self {
        self.admin.writer.adder.reader.progress = progress;
        self
    }

    /// Whose memories it is for.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.reader().space.space
    }

    /// What was granted.
    #[must_use]
    pub fn capability(&self) -> Capability {
        self.capability
    }

    /// The reader's handle; every grant has it.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        self.admin.writer().reader()
    }

    /// The adder's handle, if it was granted.
    #[must_use]
    pub fn adder(&self) -> Option<&Adder> {
        (self.capability >= Capability::Add).then(|| self.admin.writer().adder())
    }

    /// The writer's handle, if it was granted.
    #[must_use]
    pub fn writer(&self) -> Option<&Writer> {
        (self.capability >= Capability::Write).then(|| self.admin.writer())
    }

    /// The administrator's handle, if it was granted.
    #[must_use]
    pub fn admin(&self) -> Option<&Admin> {
        (self.capability >= Capability::Admin).then_some(&self.admin)
    }
}

impl Adder {
    /// What an adder may read.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(crate) fn space(&self) -> &Arc<OpenSpace> {
        &self.reader.space
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.reader.progress
    }
}

impl Writer {
    /// What a writer may store.
    #[must_use]
    pub fn adder(&self) -> &Adder {
        &self.adder
    }

    /// What a writer may read.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        self.adder.reader()
    }

    pub(crate) fn space(&self) -> &Arc<OpenSpace> {
        self.adder.space()
    }
}

impl Admin {
    /// What an administrator may write.
    #[must_use]
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(crate) fn space(&self) -> &Arc<OpenSpace> {
        self.writer.space()
    }
}
