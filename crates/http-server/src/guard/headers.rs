//! Headers of every answer: what a browser may not do with it.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

/// The headers, and what they say unless a route says more. Answers with memories are never kept by a cache.
const HEADERS: [(HeaderName, &str); 8] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

/// Only over TLS: a browser that saw it does not come without any more. Other names of the host are left alone.
const ONLY_TLS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Adds what a route did not set itself.
pub(super) fn add(is_tls: bool, mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_tls {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(ONLY_TLS);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use auth::oauth::Settings;

    use super::*;
    use crate::Options;
    use crate::fixture::{Door, ISSUER, Reply};

    /// What a browser is told, of an answer.
    fn told(reply: &Reply) -> BTreeMap<String, String> {
        let names = HEADERS.map(|(name, _)| name).into_iter().chain([STRICT_TRANSPORT_SECURITY]);
        names
            .filter(|name| reply.headers.contains_key(name))
            .map(|name| (name.to_string(), reply.header(name.as_str()).to_owned()))
            .collect()
    }

    #[tokio::test]
    async fn every_answer_of_every_route_has_them() {
        let door = Door::issuing(Settings::at(ISSUER), Options::default(), None).await;
        let document = serde_json::to_value(crate::openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap().keys().map(String::as_str);
        for path in paths.chain(["/openapi.json", "/none", "/api/%ff", "/api/memories?api_key=x"]) {
            for client in [door.stranger(), door.owner()] {
                let request = axum::http::Request::head(path).body(axum::body::Body::empty()).unwrap();
                for reply in [client.request(request).await, client.poke(path).await] {
                    let told = told(&reply);
                    assert_eq!(told.len(), HEADERS.len(), "{path}: {told:?}");
                    for (name, value) in HEADERS {
                        // A page of ours, or a stream, says more of itself than this.
                        let own = [CONTENT_SECURITY_POLICY, CACHE_CONTROL].contains(&name);
                        assert!(own || told[name.as_str()] == value, "{path}: {name}");
                    }
                    let policy = &told["content-security-policy"];
                    assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
                    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"));
                }
            }
        }
    }

    #[tokio::test]
    async fn that_it_is_only_over_tls_is_said_over_tls() {
        let health = |is_tls| async move {
            Door::with(Options { is_tls, ..Options::default() }).await.stranger().get("/api/health").await
        };
        assert_eq!(health(true).await.header("strict-transport-security"), "max-age=31536000");
        assert_eq!(health(false).await.header("strict-transport-security"), "");
    }
}
