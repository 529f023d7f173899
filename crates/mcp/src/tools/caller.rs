//! Who calls a tool.

use engine::{Adder, Admin, Capability, Grant, Progress, Reader, Writer};
use model::{Origin, OriginKind};

/// How much of a client's name is kept, in characters.
const CLIENT_CHARS: usize = 100;

/// Who calls a tool: what it may do, and what is stamped on what it stores. The door fills it in; no argument can.
#[derive(Clone)]
pub struct Caller {
    grant: Grant,
    kind: OriginKind,
    client: Option<String>,
}

impl Caller {
    /// A person, at the command line.
    #[must_use]
    pub fn user(grant: Grant) -> Self {
        Self { grant, kind: OriginKind::User, client: None }
    }

    /// An assistant; `client` is the program it runs in, as it calls itself.
    #[must_use]
    pub fn agent(grant: Grant, client: Option<&str>) -> Self {
        let shortened = |name: &str| {
            let printable = name.chars().filter(|c| !c.is_control());
            printable.take(CLIENT_CHARS).collect::<String>().trim().to_owned()
        };
        let client = client.map(shortened).filter(|name| !name.is_empty());
        Self { grant, kind: OriginKind::Agent, client }
    }

    /// The same, and whoever waits hears how far the use cases have got.
    #[must_use]
    pub fn reporting(self, progress: Progress) -> Self {
        Self { grant: self.grant.reporting(progress), ..self }
    }

    /// What was granted.
    #[must_use]
    pub fn capability(&self) -> Capability {
        self.grant.capability()
    }

    pub(crate) fn reader(&self) -> &Reader {
        self.grant.reader()
    }

    pub(crate) fn adder(&self) -> Option<&Adder> {
        self.grant.adder()
    }

    pub(crate) fn writer(&self) -> Option<&Writer> {
        self.grant.writer()
    }

    pub(crate) fn admin(&self) -> Option<&Admin> {
        self.grant.admin()
    }

    /// Where something comes from that is stored now.
    pub(crate) fn origin(&self, conversation: Option<String>, agent: Option<String>) -> Origin {
        Origin { client: self.client.clone(), conversation, agent, ..Origin::of(self.kind) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::Bench;

    #[test]
    fn a_clients_name_is_kept_short_and_printable() {
        let client = |name: Option<&str>| {
            Caller::agent(Bench::default().grant(Capability::Read), name).origin(None, None).client
        };
        assert_eq!(client(Some(" claude\n-code\u{1b}[0m ")).as_deref(), Some("claude-code[0m"));
        assert_eq!(client(Some(&"é".repeat(500))).unwrap().chars().count(), 100);
        assert_eq!((client(Some(" \t ")), client(None)), (None, None));
    }
}
