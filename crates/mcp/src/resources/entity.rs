//! `memory://entity/{name}`: one entity.

use serde_json::json;

use super::{Argument, Resource};
use crate::answer::ToolError;
use crate::completion::Completes;
use crate::tools;

/// An entity.
pub(super) static ENTITY: Resource = Resource {
    kind: "entity",
    argument: Some(Argument { name: "name", completes: Completes::Entities }),
    title: "Entity",
    description: "What is kept about an entity that memories are linked to, by its name or id",
    mime_type: super::JSON,
    read: |caller, name| {
        Box::pin(async move {
            let arguments = json!({"entity_id": name, "store": "all"});
            let arguments = arguments.as_object().cloned().unwrap_or_default();
            let answer = tools::call_as(caller, "memory_detail", arguments).await?;
            let detail = answer.structured()?;
            if answer.is_error {
                let error = detail["error"].as_str().unwrap_or_default();
                return Err(ToolError::new(engine::ErrorCode::NotFound, error));
            }
            Ok(detail)
        })
    },
};
