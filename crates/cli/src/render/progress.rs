//! Spinners and bars for what takes longer than a second.

use std::pin::pin;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Format, Terminal, Voice};

/// How long something may take without a sign of life.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// Waits for something; shows a spinner when it takes longer than a second.
pub async fn waiting<T>(terminal: &Terminal, doing: &'static str, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => return done,
        () = tokio::time::sleep(PATIENCE) => {}
    }
    let spinner = shown(terminal, ProgressBar::new_spinner()).with_message(doing);
    spinner.enable_steady_tick(TURN);
    let done = work.await;
    spinner.finish_and_clear();
    done
}

/// A bar for work whose length becomes known. It appears after a second.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
    since: Instant,
    doing: &'static str,
    is_visible: bool,
    terminal: Terminal,
}

impl Bar {
    /// A bar that is not seen yet.
    #[must_use]
    pub fn new(terminal: &Terminal, doing: &'static str) -> Self {
        let bar = ProgressBar::hidden();
        Self { bar, since: Instant::now(), doing, is_visible: false, terminal: *terminal }
    }

    /// Tells how far the work is.
    pub fn set(&mut self, done: u64, total: u64) {
        if !self.is_visible && self.since.elapsed() >= PATIENCE {
            self.is_visible = true;
            self.bar = shown(&self.terminal, ProgressBar::new(total)).with_message(self.doing);
            if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}") {
                self.bar.set_style(style.progress_chars("=> "));
            }
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// A bar on standard error, where one is wanted. (One that is no terminal is left alone by the library.)
fn shown(terminal: &Terminal, bar: ProgressBar) -> ProgressBar {
    let is_wanted = terminal.voice() == Voice::Normal && terminal.format() == Format::Human;
    bar.set_draw_target(if is_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Output;

    #[tokio::test(start_paused = true)]
    async fn work_is_done_whether_it_is_short_or_long() {
        let terminal = Terminal::new(&Output { json: true, ..Output::default() });
        assert_eq!(waiting(&terminal, "working", async { 1 }).await, 1);
        let long = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            2
        };
        assert_eq!(waiting(&terminal, "working", long).await, 2);
    }
}
