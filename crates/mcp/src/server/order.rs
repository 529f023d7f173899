//! The order of calls on one stream.
//!
//! Calls run side by side, but a client that writes "store this", "search for it" and "delete it" without waiting for the
//! answers means them in that order. So calls that follow each other and have the same [`Effect`] run together, and a
//! call of another effect waits until all of those are finished. Resources, prompts and completions read.

use std::sync::Arc;

use rmcp::model::ClientRequest;
use tokio::sync::watch;

use crate::tools::{self, Effect};

/// Gives out turns in the order in which calls are read.
#[derive(Default)]
pub(crate) struct Order {
    newest: Option<(Effect, Turn)>,
}

/// When a call may run. It lasts until the last clone is dropped, and with it the call.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    /// Dropped by every call of this group when it is finished; the next group waits for that.
    group: Arc<watch::Sender<()>>,
    /// Closed when the group before has finished.
    before: Option<watch::Receiver<()>>,
}

impl Order {
    /// Gives a request that reads or writes memories its turn.
    pub(crate) fn give_turn(&mut self, request: &mut ClientRequest) {
        let reading = Effect::ReadOnly;
        let (effect, extensions) = match request {
            ClientRequest::CallToolRequest(call) => {
                let Some(tool) = tools::find(&call.params.name) else { return };
                (tool.annotations.effect, &mut call.extensions)
            }
            ClientRequest::ReadResourceRequest(read) => (reading, &mut read.extensions),
            ClientRequest::ListResourcesRequest(list) => (reading, &mut list.extensions),
            ClientRequest::GetPromptRequest(get) => (reading, &mut get.extensions),
            ClientRequest::CompleteRequest(complete) => (reading, &mut complete.extensions),
            _ => return,
        };
        extensions.insert(self.next(effect));
    }

    /// The turn of the next call.
    fn next(&mut self, effect: Effect) -> Turn {
        let before = match self.newest.take() {
            Some((same, turn)) if same == effect => return self.newest.insert((same, turn)).1.clone(),
            Some((_, earlier)) => Some(earlier.group.subscribe()),
            None => None,
        };
        let turn = Turn { group: Arc::new(watch::Sender::new(())), before };
        self.newest.insert((effect, turn)).1.clone()
    }
}

impl Turn {
    /// Waits until the calls before it are finished.
    pub(super) async fn comes(&mut self) {
        if let Some(before) = &mut self.before {
            while before.changed().await.is_ok() {}
        }
        self.before = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn has_come(turn: &mut Turn) -> bool {
        tokio::select! {
            biased;
            () = turn.comes() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn calls_of_the_same_effect_run_together_and_others_wait_for_all_of_them() {
        let mut order = Order::default();
        let (mut a, mut b) = (order.next(Effect::Additive), order.next(Effect::Additive));
        let (mut c, mut d) = (order.next(Effect::ReadOnly), order.next(Effect::ReadOnly));
        let mut e = order.next(Effect::Destructive);
        assert!(has_come(&mut a).await && has_come(&mut b).await && !has_come(&mut c).await);
        drop(a);
        assert!(!has_come(&mut c).await && !has_come(&mut e).await);
        drop(b);
        assert!(has_come(&mut c).await && has_come(&mut d).await && !has_come(&mut e).await);
        drop((c, d));
        assert!(has_come(&mut e).await);
    }

    #[tokio::test]
    async fn a_call_after_finished_ones_need_not_wait() {
        let mut order = Order::default();
        drop(order.next(Effect::Additive));
        assert!(has_come(&mut order.next(Effect::ReadOnly)).await);
    }
}
