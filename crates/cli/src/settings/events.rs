//! The settings of live events and of figures for Prometheus.

use super::layers::Layers;
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// How often a stream may say that it is there, in seconds, as the original has it.
const HEARTBEAT_S: (usize, usize) = (5, 300);
/// How many events may be kept for clients that come back.
const REPLAY: (usize, usize) = (0, 100_000);
/// How many streams may be open.
const STREAMS: (usize, usize) = (1, 1_000_000);

/// Live events, and figures for Prometheus.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    /// How often a stream says that it is there, in seconds.
    pub heartbeat_s: Setting<usize>,
    /// How many events a client that comes back is told.
    pub replay: Setting<usize>,
    /// How many streams may be open; a quarter of them may be of the same caller.
    pub max_streams: Setting<usize>,
    /// Whether figures are published for Prometheus.
    pub metrics: Setting<bool>,
}

impl Events {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        let number = |name, (least, most), default| {
            checked(layers.get(name), |raw| parse::number(raw, least, most), default)
        };
        Ok(Self {
            heartbeat_s: number(var::SSE_HEARTBEAT, HEARTBEAT_S, 30)?,
            replay: number(var::SSE_REPLAY, REPLAY, 1000)?,
            max_streams: number(var::SSE_MAX_CONNECTIONS, STREAMS, 2048)?,
            metrics: checked(layers.get(var::METRICS_ENABLED), parse::switch, false)?,
        })
    }
}
