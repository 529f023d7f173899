//! Dates and times as callers write them, by the engine's clock and in its zone.

use model::{
    Extracted, InvalidDate, InvalidTimeExpression, TimeRange, Timestamp, extract_time_expression, parse_date,
    parse_time_expression,
};

use crate::capability::Reader;

impl Reader {
    /// Reads a date or a date and time (RFC 3339). A bare date is midnight in the zone of the engine's clock.
    ///
    /// # Errors
    /// [`InvalidDate`] for anything else.
    pub fn parse_date(&self, text: &str) -> Result<Timestamp, InvalidDate> {
        parse_date(text, &self.space.parts.clock.zone())
    }

    /// Reads a time expression: `last week`, `2026-03-11`, `between january and march`.
    ///
    /// # Errors
    /// [`InvalidTimeExpression`], which lists forms that are understood.
    pub fn parse_time_expression(&self, text: &str) -> Result<TimeRange, InvalidTimeExpression> {
        let clock = &self.space.parts.clock;
        parse_time_expression(text, clock.now(), &clock.zone())
    }

    /// Takes the time phrases out of a query: `what did I decide last week`.
    #[must_use]
    pub fn extract_time_expression(&self, query: &str) -> Extracted {
        let clock = &self.space.parts.clock;
        extract_time_expression(query, clock.now(), &clock.zone())
    }

    /// What the engine's clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.space.parts.clock.now()
    }
}
