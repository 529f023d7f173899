//! The end of a stream: what becomes of the calls that are still to be answered.
//!
//! A simple client writes all its requests, ends its output and reads. So they are worked off after the end of input, but
//! not for ever, and every one of them is answered: when time runs short, those that have not begun are refused, and those
//! that still run at the very end are given up.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::in_flight::InFlight;

/// How long calls are begun after the end of input.
const WORK: Duration = Duration::from_secs(9);
/// How long calls that have begun may go on after that.
const FINISH: Duration = Duration::from_secs(1);
/// How long the answers to calls that were given up may take to be queued.
const GIVE_UP: Duration = Duration::from_millis(500);
/// How long all of it takes at most.
pub(crate) const DRAIN: Duration = WORK.saturating_add(FINISH).saturating_add(GIVE_UP);

/// What still happens to calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// More may come.
    Open,
    /// They are worked off; what waits for changes waits no more.
    Working,
    /// None is begun any more.
    Refusing,
    /// Those that run are given up.
    GivingUp,
}

/// Tells calls of the end. The stream has it.
#[derive(Debug)]
pub(crate) struct Ending {
    stage: watch::Sender<Stage>,
    /// When the input ended.
    since: Option<Instant>,
}

/// Hears of the end. Calls have it.
#[derive(Debug, Clone)]
pub(crate) struct Ends(watch::Receiver<Stage>);

impl Ending {
    /// An end that has not come, and who hears of it.
    pub(crate) fn new() -> (Self, Ends) {
        let (stage, heard) = watch::channel(Stage::Open);
        (Self { stage, since: None }, Ends(heard))
    }

    /// The input has ended.
    pub(super) fn begin(&mut self) {
        if self.since.is_none() {
            self.since = Some(Instant::now());
            self.stage.send_replace(Stage::Working);
        }
    }

    /// Ends as a stream does whose input ends when the token is cancelled. Returns when that has happened, or when nobody
    /// hears of it any more.
    pub(crate) async fn follow(mut self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.stage.closed() => return,
        }
        self.begin();
        tokio::time::sleep(WORK).await;
        self.stage.send_replace(Stage::Refusing);
        tokio::time::sleep(FINISH).await;
        self.stage.send_replace(Stage::GivingUp);
    }

    /// When the input ended.
    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }

    /// Waits until everything is answered. It lasts 10 seconds at most, whatever the calls do.
    pub(super) async fn finish(&self, since: Instant, in_flight: &InFlight) {
        if in_flight.drain(since + WORK).await == 0 {
            return;
        }
        self.stage.send_replace(Stage::Refusing);
        let calls = in_flight.drain(since + WORK + FINISH).await;
        if calls == 0 {
            return;
        }
        tracing::warn!(calls, "the input has ended and calls are still running: they are given up");
        self.stage.send_replace(Stage::GivingUp);
        in_flight.drain(Instant::now() + GIVE_UP).await;
    }
}

impl Ends {
    /// Whether it has come so far.
    pub(crate) fn has_reached(&self, stage: Stage) -> bool {
        *self.0.borrow() >= stage
    }

    /// Waits for a stage. When the stream is gone without it, for ever.
    pub(crate) async fn reaches(&mut self, stage: Stage) {
        if self.0.wait_for(|reached| *reached >= stage).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
