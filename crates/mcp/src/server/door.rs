//! Where requests come from, and so who sends them: what was granted, the client's name, and what its headers leave to say.

use std::borrow::Cow;
use std::sync::Arc;

use engine::Grant;
use http::header::USER_AGENT;
use http::request::Parts;
use rmcp::model::{ErrorCode, ErrorData};
use rmcp::service::{Peer, RequestContext, RoleServer};
use tokio::sync::watch;

use super::list_changes::{ListChanges, ListenedSpaces};
use crate::answer::ToolError;
use crate::http::{HttpCaller, Seat, Seats, Standing};
use crate::tools::{Caller, Defaults};

/// A failure that the protocol has no code for (JSON-RPC 2.0, section 5.1).
pub(crate) const SERVER_ERROR: ErrorCode = ErrorCode(-32_000);
/// The author of what a request stores.
const AGENT_HEADER: &str = "x-agent-id";
/// The machine that a request comes from.
const HOSTNAME_HEADER: &str = "x-client-hostname";

/// Where requests come from.
pub(crate) enum Door {
    /// One stream of one client, which was granted something once and for all.
    Stream { grant: Grant, changes: ListChanges },
    /// The event stream of one client. Every request on it says anew what was granted.
    Session { changes: ListChanges },
    /// Requests of anybody, none of which knows of another. Every one says what was granted.
    Requests { changes: ListenedSpaces, seats: Arc<Seats> },
}

/// A failure as those behind a door learn of it.
pub(super) type Told = fn(ToolError) -> ToolError;

/// A client that listens to changes of the list of resources.
pub(crate) struct Listening {
    /// Counts them.
    pub(crate) changes: watch::Receiver<u64>,
    /// Held for as long as the client listens.
    _looks: Option<Arc<ListChanges>>,
    _seat: Option<Seat>,
    /// Of who listens over HTTP.
    standing: Option<Arc<dyn Standing>>,
}

impl Listening {
    /// Whether the client still may listen.
    pub(crate) async fn is_good(&self) -> bool {
        match &self.standing {
            Some(standing) => Arc::clone(standing).is_good().await,
            None => true,
        }
    }
}

impl Door {
    /// A stream that was granted something.
    pub(crate) fn stream(grant: Grant) -> Self {
        let changes = ListChanges::new(grant.reader().clone());
        Self::Stream { grant, changes }
    }

    /// The event stream of somebody who was granted something.
    pub(crate) fn session(grant: &Grant) -> Self {
        Self::Session { changes: ListChanges::new(grant.reader().clone()) }
    }

    /// How failures are told: why the store cannot be used is for this machine alone.
    pub(super) fn told(&self) -> Told {
        match self {
            Self::Stream { .. } => std::convert::identity,
            Self::Session { .. } | Self::Requests { .. } => ToolError::for_other_machines,
        }
    }

    /// What was granted to the sender of a request.
    ///
    /// # Errors
    /// When a request over HTTP does not say it: a defect of this server, and no reason to assume anything.
    pub(crate) fn grant(&self, context: &RequestContext<RoleServer>) -> Result<Grant, ErrorData> {
        match self {
            Self::Stream { grant, .. } => Ok(grant.clone()),
            Self::Session { .. } | Self::Requests { .. } => Ok(http_caller(context)?.grant.clone()),
        }
    }

    /// Who sent a request.
    ///
    /// # Errors
    /// As [`Self::grant`].
    pub(crate) fn caller(&self, context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
        let grant = self.grant(context)?;
        let client = match self {
            Self::Stream { .. } | Self::Session { .. } => context.client_info().map(|client| client.name),
            // There is no handshake to remember: what is not in the request is not known.
            Self::Requests { .. } => {
                context.meta.client_info().map(|client| client.name).or_else(|| program(context))
            }
        };
        Ok(Caller::agent(grant, client.as_deref()))
    }

    /// What is added to a call that leaves it out.
    pub(crate) fn defaults<'a>(
        &self,
        context: &RequestContext<RoleServer>,
        defaults: &'a Defaults,
    ) -> Cow<'a, Defaults> {
        let (agent, hostname) = (header(context, AGENT_HEADER), header(context, HOSTNAME_HEADER));
        // Where texts come from is kept only where the owner wants it.
        let hostname = hostname.filter(|_| defaults.client_hostname.is_some());
        if agent.is_none() && hostname.is_none() {
            return Cow::Borrowed(defaults);
        }
        let mut defaults = defaults.clone();
        defaults.agent_id = agent.or(defaults.agent_id);
        defaults.client_hostname = hostname.or(defaults.client_hostname);
        Cow::Owned(defaults)
    }

    /// Whether work goes on when the client has gone. Before the stateless revision a connection that breaks is no
    /// cancellation; on a stream, a client that wants one says so.
    pub(crate) fn outlives(&self, is_stateless: bool) -> bool {
        matches!(self, Self::Requests { .. }) && !is_stateless
    }

    /// Listens to changes of the list of resources.
    ///
    /// # Errors
    /// When too many clients do already.
    pub(crate) fn listen(&self, context: &RequestContext<RoleServer>) -> Result<Listening, ErrorData> {
        match self {
            Self::Stream { changes, .. } | Self::Session { changes } => {
                Ok(Listening { changes: changes.listen(), _looks: None, _seat: None, standing: None })
            }
            Self::Requests { changes, seats } => {
                let caller = http_caller(context)?;
                let seat = seats.take(&caller.id).ok_or_else(|| {
                    let message = "too many streams are open: close one, or try again later";
                    ErrorData::new(SERVER_ERROR, message, None)
                })?;
                let looks = changes.of(&caller.grant);
                let standing = Some(Arc::clone(&caller.standing));
                Ok(Listening { changes: looks.listen(), _looks: Some(looks), _seat: Some(seat), standing })
            }
        }
    }

    /// Tells a client with a handshake of changes from now on, if there is a stream to tell it on.
    pub(crate) fn tell(&self, peer: &Peer<RoleServer>) {
        match self {
            Self::Stream { changes, .. } | Self::Session { changes } => changes.tell(peer),
            Self::Requests { .. } => {}
        }
    }

    /// The list of resources may have changed.
    pub(crate) fn look(&self, grant: &Grant) {
        match self {
            Self::Stream { changes, .. } | Self::Session { changes } => changes.look(),
            Self::Requests { changes, .. } => changes.look(grant),
        }
    }
}

/// Who was let in with a request.
pub(crate) fn http_caller(context: &RequestContext<RoleServer>) -> Result<&HttpCaller, ErrorData> {
    let caller = context.extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<HttpCaller>());
    caller.ok_or_else(|| {
        tracing::error!("a request over HTTP came without what was granted to its sender");
        ErrorData::internal_error(ToolError::internal().message, None)
    })
}

/// The program that says it sends a request, without its version.
fn program(context: &RequestContext<RoleServer>) -> Option<String> {
    let agent = header(context, USER_AGENT.as_str())?;
    agent.split(['/', ' ']).next().map(str::to_owned)
}

fn header(context: &RequestContext<RoleServer>, name: &str) -> Option<String> {
    let value = context.extensions.get::<Parts>()?.headers.get(name)?;
    let value = std::str::from_utf8(value.as_bytes()).ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}
