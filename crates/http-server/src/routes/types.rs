//! `GET /api/types`: the kinds of memories that are known.

use axum::Json;

use crate::access::Read;

/// Known kinds of memories
///
/// Others can be stored, too; a warning says that they are not known.
#[utoipa::path(
    get,
    path = "/api/types",
    tag = "memories",
    security(("key" = ["read"])),
    responses((status = OK, body = Vec<String>))
)]
pub(crate) async fn types(read: Read) -> Json<Vec<String>> {
    Json(read.reader().known_types().into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use crate::fixture::Door;

    #[tokio::test]
    async fn known_kinds_are_listed_in_order() {
        let types = Door::open().await.reader().get("/api/types").await.of(200);
        let types: Vec<&str> = types.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert!(
            types.is_sorted() && types.contains(&"observation") && types.contains(&"decision"),
            "{types:?}"
        );
        // The original has 78; a list with fewer would lose some of them.
        assert!(types.len() >= 78, "{}", types.len());
    }
}
