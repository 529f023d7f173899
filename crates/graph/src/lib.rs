//! Pure graph logic: nodes and edges in, distances and scores out.
//!
//! | part | what |
//! |---|---|
//! | `entity_id` | the id of an entity, from its name |
//! | [`Distances`] | how many edges lie between one node and others, found step by step |
//! | [`Composite`] | a score out of relevance, nearness and number of edges |
//!
//! Nothing here reads a store: the caller fetches the edges of the nodes that the next step needs.

mod composite;
mod distances;
mod entity_id;

pub use composite::Composite;
pub use distances::Distances;
pub use entity_id::entity_id;
