//! The log, on standard error.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing::Metadata;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::Settings;

/// Starts the log, and writes to it what there is to know about the settings.
pub fn start(settings: &Settings) {
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(
            std::io::stderr().is_terminal()
                && anstream::ColorChoice::global() != anstream::ColorChoice::Never,
        )
        .with_filter(settings.log.value.targets().clone())
        .with_filter(filter_fn(is_free_of_content));
    // A second start would be refused; the first log stays.
    let _already_started = tracing_subscriber::registry().with(layer).try_init();
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

/// The protocol library logs whole messages, memories in them, at its finer levels.
fn is_free_of_content(metadata: &Metadata<'_>) -> bool {
    !metadata.target().starts_with("rmcp") || *metadata.level() <= tracing::Level::WARN
}

/// Logs where a panic was. Its words only when they stand in the source: formatted ones may quote a memory.
fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload().downcast_ref::<&'static str>().copied();
    let location = info.location().map(ToString::to_string);
    let thread = std::thread::current().name().map(str::to_owned);
    tracing::error!(message, location, thread, "a part of the program panicked");
}
