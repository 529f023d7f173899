//! Bodies, query strings and paths, and what is answered when they are wrong: a list of what is wrong and where.

mod body;
mod lenient;
mod path;
mod query;

pub(crate) use body::{Body, whole};
pub(crate) use lenient::Lenient;
pub(crate) use path::Path;
pub(crate) use query::Query;
