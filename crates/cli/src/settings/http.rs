//! The settings of the server over HTTP.

use std::time::Duration;

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// How long a body may be at least and at most, in bytes.
const BODY_BYTES: (usize, usize) = (1024, 1024 * 1024 * 1024);
/// How long open requests get at the end, in seconds, as the original has it.
const DRAIN_S: (usize, usize) = (1, 300);

/// The server over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Http {
    /// The address or name it listens at.
    pub host: Setting<String>,
    /// The port it listens at; 0 is any that is free.
    pub port: Setting<u16>,
    /// How long the body of a request may be, in bytes.
    pub max_body_bytes: Setting<usize>,
    /// How long open requests get when it ends, in seconds.
    pub drain_s: Setting<usize>,
}

impl Http {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        Ok(Self {
            host: checked(
                layers.get(var::HTTP_HOST),
                |raw| raw.as_text().map(str::to_owned),
                "127.0.0.1".to_owned(),
            )?,
            port: checked(layers.get(var::HTTP_PORT), port, 8000)?,
            max_body_bytes: checked(
                layers.get(var::HTTP_MAX_BODY),
                |raw| parse::number(raw, BODY_BYTES.0, BODY_BYTES.1),
                1024 * 1024,
            )?,
            drain_s: checked(
                layers.get(var::HTTP_DRAIN),
                |raw| parse::number(raw, DRAIN_S.0, DRAIN_S.1),
                30,
            )?,
        })
    }

    /// How long open requests get when it ends.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_s.value as u64)
    }
}

pub(super) fn port(raw: &Raw) -> Result<u16, InvalidSetting> {
    let port = raw.as_text()?.parse().ok();
    port.ok_or_else(|| InvalidSetting::value(raw, "it must be a port, 0 to 65535"))
}
