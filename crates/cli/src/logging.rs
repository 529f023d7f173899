//! The log, on standard error.

use std::panic::PanicHookInfo;

use tracing::{Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{LogFilter, Settings};

/// Starts the log, and writes to it what there is to know about the settings.
pub fn start(settings: &Settings) {
    let colors = match anstream::AutoStream::choice(&std::io::stderr()) {
        anstream::ColorChoice::Never => Colors::Never,
        _ => Colors::Always,
    };
    // A second start would be refused; the first log stays.
    let _already_started = subscriber(&settings.log.value, colors, std::io::stderr).try_init();
    std::panic::set_hook(Box::new(log_panic));
    for notice in &settings.notices {
        tracing::warn!("{notice}");
    }
    tracing::info!(
        database = %settings.database.value.display(),
        origin = %settings.database.origin,
        "settings are read"
    );
}

/// Whether the log has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colors {
    Always,
    Never,
}

fn subscriber<W>(filter: &LogFilter, colors: Colors, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(colors == Colors::Always)
        .with_filter(filter.targets().clone())
        .with_filter(filter_fn(is_free_of_content));
    tracing_subscriber::registry().with(layer)
}

/// The protocol library logs whole messages at its finer levels, and answers at the level of warnings: memories in both.
fn is_free_of_content(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("rmcp") || *metadata.level() <= tracing::Level::ERROR
}

/// Logs where a panic was. Its words only when they stand in the source: formatted ones may quote a memory.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload().downcast_ref::<&'static str>().copied();
    let location = info.location().map(ToString::to_string);
    let thread = std::thread::current().name().map(str::to_owned);
    tracing::error!(message, location, thread, "a part of the program panicked");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn messages_of_the_protocol_are_not_logged_even_when_everything_is() {
        let log = Log::default();
        let writer = log.clone();
        let filter = LogFilter::parse("trace,rmcp=trace,rmcp::service=trace").unwrap();
        tracing::subscriber::with_default(subscriber(&filter, Colors::Never, move || writer.clone()), || {
            tracing::debug!(target: "rmcp::service", "a memory");
            tracing::warn!(target: "rmcp::service", "a memory");
            tracing::error!(target: "rmcp::service", "closed");
            tracing::trace!(target: "engine", "opened");
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("closed") && text.contains("opened") && !text.contains("memory"), "{text}");
    }
}
