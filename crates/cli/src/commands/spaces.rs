//! Spaces on the command line.
//!
//! | file | what |
//! |---|---|
//! | [`meant`] | which space a text means |

pub(crate) mod meant;
