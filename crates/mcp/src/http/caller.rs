//! Who was let in with a request.

use engine::Grant;

/// Who was let in with a request. The door that authenticates puts it into the request's extensions; without it no request
/// is answered. It holds for that one request, never for a connection.
#[derive(Clone)]
pub struct HttpCaller {
    /// What was granted.
    pub grant: Grant,
    /// Whose streams and sessions are whose: the same for every request with the same credentials.
    pub id: String,
}
