//! Dates as callers write them, in the zone of the engine's clock.

use model::{InvalidDate, Timestamp, parse_date};

use crate::capability::Reader;

impl Reader {
    /// Reads a date or a date and time (RFC 3339). A bare date is midnight in the zone of the engine's clock.
    ///
    /// # Errors
    /// [`InvalidDate`] for anything else.
    pub fn parse_date(&self, text: &str) -> Result<Timestamp, InvalidDate> {
        parse_date(text, &self.space.parts.clock.zone())
    }
}
