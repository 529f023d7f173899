//! Being asked to stop.

use tokio::sync::mpsc;

/// What asks the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signal {
    pub(super) name: &'static str,
    pub(super) number: u8,
}

/// Waits until the process is asked to stop. Who asks again wants it to stop at once: that is `end`.
pub(super) async fn stopped(mut signals: mpsc::Receiver<Signal>, end: impl FnOnce(Signal) + Send + 'static) {
    let Some(signal) = signals.recv().await else {
        tracing::warn!("signals cannot be received: only the end of standard input stops the server cleanly");
        return std::future::pending().await;
    };
    tracing::info!(signal = signal.name, "asked to stop");
    tokio::spawn(async move {
        if let Some(again) = signals.recv().await {
            end(again);
        }
    });
}

/// Ends the process with what a shell says of one that a signal ended. What was acknowledged is stored.
pub(super) fn end_at_once(signal: Signal) {
    tracing::warn!(signal = signal.name, "asked to stop again: what is under way is given up");
    std::process::exit(128 + i32::from(signal.number));
}

/// The signals that ask the process to stop, as they come. None when they cannot be received. With `reload`, SIGHUP is none of
/// them: it goes there.
pub(super) fn signals(reload: Option<mpsc::Sender<()>>) -> mpsc::Receiver<Signal> {
    let (sender, receiver) = mpsc::channel(2);
    forward(sender, reload);
    receiver
}

/// From when this returns no signal is lost.
#[cfg(unix)]
fn forward(signals: mpsc::Sender<Signal>, reload: Option<mpsc::Sender<()>>) {
    use tokio::signal::unix::{SignalKind, signal};

    let streams =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = streams else { return };
    tokio::spawn(async move {
        loop {
            let signal = tokio::select! {
                _ = terminate.recv() => Signal { name: "SIGTERM", number: 15 },
                _ = interrupt.recv() => Signal { name: "SIGINT", number: 2 },
                _ = hangup.recv() => match &reload {
                    Some(reload) => {
                        // One that waits already is enough.
                        let _waits = reload.try_send(());
                        continue;
                    }
                    None => Signal { name: "SIGHUP", number: 1 },
                },
            };
            if signals.send(signal).await.is_err() {
                return;
            }
        }
    });
}

#[cfg(not(unix))]
fn forward(signals: mpsc::Sender<Signal>, _: Option<mpsc::Sender<()>>) {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if signals.send(Signal { name: "Ctrl-C", number: 2 }).await.is_err() {
                return;
            }
        }
    });
}
