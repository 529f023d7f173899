//! How a client shows at the token endpoint that it is itself.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use model::oauth::{Client, ClientId};

use super::parameters::Parameters;
use super::{AuthorizationServer, Error};
use crate::secret::same;
use crate::{Secret, minted};

/// What a client shows of itself.
struct Shown {
    id: String,
    secret: Option<Secret>,
}

impl AuthorizationServer {
    /// The client that asks: one that has a secret shows it, in the header `Authorization` or in the form; one that has none says
    /// its id.
    ///
    /// # Errors
    /// `invalid_client`, the same for one that is unknown and one with a wrong secret.
    pub(super) async fn authenticated(
        &self,
        form: Parameters<'_>,
        authorization: Option<&[u8]>,
    ) -> Result<Client, Error> {
        let basic = authorization.and_then(basic);
        let refusal = || match basic {
            Some(_) => Error::invalid_client().challenging("Basic realm=\"oauth\""),
            None => Error::invalid_client(),
        };
        let shown = shown(form, basic, &refusal)?;
        let client = match ClientId::parse(&shown.id) {
            Ok(id) => self.store.client(&id).await?,
            Err(_) => None,
        };
        let is_itself = |client: &Client| match (&client.secret, &shown.secret) {
            (None, None) => true,
            (Some(kept), Some(shown)) => same(kept, &shown.digest()),
            _ => false,
        };
        client.filter(is_itself).ok_or_else(refusal)
    }
}

/// What stands after `Basic` in a header `Authorization`; other schemes show nothing here.
fn basic(value: &[u8]) -> Option<&[u8]> {
    let value = value.trim_ascii();
    let (scheme, rest) = value.split_at_checked("Basic".len())?;
    let is_basic = scheme.eq_ignore_ascii_case(b"Basic") && rest.first().is_some_and(u8::is_ascii_whitespace);
    is_basic.then_some(rest.trim_ascii())
}

fn shown(form: Parameters<'_>, basic: Option<&[u8]>, refusal: &dyn Fn() -> Error) -> Result<Shown, Error> {
    let id = form.get("client_id")?;
    let in_form = form.get("client_secret")?;
    let Some(basic) = basic else {
        let id = id.ok_or_else(refusal)?.to_owned();
        return Ok(Shown { id, secret: in_form.map(|text| secret(text, refusal)).transpose()? });
    };
    if in_form.is_some() {
        return Err(Error::invalid_request("the client shows a secret in two places"));
    }
    let decoded = BASE64_STANDARD.decode(basic).map_err(|_| refusal())?;
    let (name, password) = decoded
        .iter()
        .position(|byte| *byte == b':')
        .map(|colon| (&decoded[..colon], &decoded[colon + 1..]))
        .ok_or_else(refusal)?;
    // Both are written as in a form (RFC 6749 section 2.3.1).
    let (name, password) = (form_decoded(name), form_decoded(password));
    if id.is_some_and(|id| id != name) {
        return Err(Error::invalid_request("the client says two different client_id"));
    }
    let secret = (!password.is_empty()).then(|| secret(&password, refusal)).transpose()?;
    Ok(Shown { id: name, secret })
}

/// What is no secret of ours need not be compared with one.
fn secret(text: &str, refusal: &dyn Fn() -> Error) -> Result<Secret, Error> {
    minted::parse(super::CLIENT_SECRET, text.as_bytes()).ok_or_else(refusal)
}

fn form_decoded(text: &[u8]) -> String {
    let mut pairs = form_urlencoded::parse(text);
    match pairs.next() {
        Some((name, value)) if value.is_empty() => name.into_owned(),
        _ => String::from_utf8_lossy(text).into_owned(),
    }
}
