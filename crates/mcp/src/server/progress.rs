//! How far a request has got, as the client hears it that asked for it.
//!
//! A use case that knows its steps tells them; of any other work the client hears for how long it has been going on. Numbers
//! only ever rise, as the protocol asks.

use std::time::Duration;

use engine::{Progress, Step};
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{RequestContext, RoleServer};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

/// How often steps are told at most.
const STEPS: Duration = Duration::from_millis(500);
/// After how many such times without a step the client hears that the request is still worked on: two seconds. Clients give
/// up on requests that are silent for long, the most impatient after five.
const PATIENCE: u32 = 4;

/// The notices about one request.
pub(super) struct Notices {
    token: Option<ProgressToken>,
    steps: watch::Receiver<Option<Step>>,
    ticks: Interval,
    /// How often nothing was told since a notice.
    silent: u32,
    said: Said,
}

/// What was told last.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Said {
    /// Heartbeats that were told before the first step, in seconds: steps are counted from there on.
    seconds: f64,
    step: Option<Step>,
    /// Heartbeats since that step.
    beats: u32,
}

impl Notices {
    /// Notices about a request, and what a use case tells its steps to.
    pub(super) fn counting(context: &RequestContext<RoleServer>) -> (Progress, Self) {
        let (sender, steps) = watch::channel(None);
        let mut ticks = tokio::time::interval_at(Instant::now() + STEPS, STEPS);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let token = context.meta.get_progress_token();
        let progress = match token {
            Some(_) => Progress::to(move |step| {
                sender.send_replace(Some(step));
            }),
            None => Progress::default(),
        };
        (progress, Self { token, steps, ticks, silent: 0, said: Said::default() })
    }

    /// The next notice, when it is time for one; never when the client asked for none. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> ProgressNotificationParam {
        let Some(token) = self.token.clone() else { return std::future::pending().await };
        loop {
            self.ticks.tick().await;
            let step = *self.steps.borrow_and_update();
            self.silent += 1;
            if let Some(step) = step.filter(|step| self.said.is_news(*step)) {
                self.silent = 0;
                return self.said.steps(token, step);
            }
            if self.silent >= PATIENCE {
                self.silent = 0;
                return self.said.heartbeat(token);
            }
        }
    }
}

impl Said {
    fn is_news(&self, step: Step) -> bool {
        match self.step {
            Some(said) => step.done > said.done,
            None => step.done > 0 || self.seconds == 0.0,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of memories")]
    fn steps(&mut self, token: ProgressToken, step: Step) -> ProgressNotificationParam {
        (self.step, self.beats) = (Some(step), 0);
        let Step { done, total } = step;
        ProgressNotificationParam::new(token, self.seconds + done as f64)
            .with_total(self.seconds + total as f64)
            .with_message(format!("{done} of {total} steps done"))
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of memories")]
    fn heartbeat(&mut self, token: ProgressToken) -> ProgressNotificationParam {
        let Some(Step { done, total }) = self.step else {
            self.seconds += (STEPS * PATIENCE).as_secs_f64();
            return ProgressNotificationParam::new(token, self.seconds)
                .with_message("working, progress is the time in seconds");
        };
        // Nearer and nearer to the next step, never there.
        self.beats += 1;
        let part = f64::from(self.beats) / f64::from(self.beats + 1);
        ProgressNotificationParam::new(token, self.seconds + done as f64 + part)
            .with_total(self.seconds + total as f64)
            .with_message(format!("still working, {done} of {total} steps done"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::NumberOrString;

    fn token() -> ProgressToken {
        ProgressToken(NumberOrString::Number(1))
    }

    #[test]
    fn numbers_rise_whatever_is_told() {
        let mut said = Said::default();
        let mut last = -1.0;
        let mut tell = |notice: ProgressNotificationParam| {
            assert!(notice.progress > last, "{notice:?} after {last}");
            assert!(notice.total.is_none_or(|total| notice.progress <= total), "{notice:?}");
            last = notice.progress;
        };
        tell(said.heartbeat(token()));
        tell(said.heartbeat(token()));
        assert!(!said.is_news(Step { done: 0, total: 3 }), "no more than the time that was told");
        for done in 1..=3 {
            let step = Step { done, total: 3 };
            assert!(said.is_news(step));
            tell(said.steps(token(), step));
            assert!(!said.is_news(step));
            if done < 3 {
                (0..100).for_each(|_| tell(said.heartbeat(token())));
            }
        }
    }
}
