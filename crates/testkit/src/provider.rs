//! A provider of identities that signs what it says, and the keys with which it does.

mod key;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ports::{IdentityProvider, NoAnswer, ProviderAnswer};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

pub use key::ProviderKey;

/// A provider of identities with one client. Whatever it says of itself can be changed, and it can be down.
pub struct FakeIdentityProvider {
    state: Mutex<State>,
}

struct State {
    issuer: String,
    client: (String, String),
    metadata: Value,
    key: ProviderKey,
    keys: Vec<Value>,
    codes: HashMap<String, Granted>,
    given: usize,
    is_down: bool,
    reads: Vec<String>,
}

/// What a code stands for.
struct Granted {
    claims: Value,
    challenge: String,
    redirect_uri: String,
}

impl FakeIdentityProvider {
    /// The provider at an address, which knows a client with its secret.
    #[must_use]
    pub fn new(issuer: &str, client_id: &str, client_secret: &str) -> Self {
        let key = ProviderKey::p256("first");
        let beneath = |path: &str| format!("{}/{path}", issuer.trim_end_matches('/'));
        let metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": beneath("authorize"),
            "token_endpoint": beneath("token"),
            "jwks_uri": beneath("keys"),
            "authorization_response_iss_parameter_supported": true,
        });
        let state = State {
            issuer: issuer.to_owned(),
            client: (client_id.to_owned(), client_secret.to_owned()),
            metadata,
            keys: vec![key.public()],
            key,
            codes: HashMap::new(),
            given: 0,
            is_down: false,
            reads: Vec::new(),
        };
        Self { state: Mutex::new(state) }
    }

    /// Makes it unreachable, or reachable again.
    pub fn be_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// Says something else of itself.
    pub fn say(&self, name: &str, value: Value) {
        self.state().metadata[name] = value;
    }

    /// Signs with another key from now on, which it shows beside the ones before, or not.
    pub fn sign_with(&self, key: ProviderKey, is_shown: bool) {
        let mut state = self.state();
        if is_shown {
            state.keys.push(key.public());
        }
        state.key = key;
    }

    /// What was read of it, in order.
    #[must_use]
    pub fn reads(&self) -> Vec<String> {
        self.state().reads.clone()
    }

    /// Somebody signs in there, at a time in seconds: gives the address to which the browser is sent. What is said of the person is
    /// in `person`, and takes the place of what is usually said; `null` leaves it out.
    #[must_use]
    pub fn sign_in(&self, address: &str, now_s: f64, person: &Value) -> String {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let get = |name: &str| asked.get(name).cloned().unwrap_or_default();
        let mut state = self.state();
        let mut claims = json!({
            "iss": state.issuer,
            "aud": get("client_id"),
            "sub": "1",
            "iat": now_s.floor(),
            "exp": now_s.floor() + 300.0,
            "nonce": get("nonce"),
        });
        for (name, value) in person.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        if let Some(claims) = claims.as_object_mut() {
            claims.retain(|_, value| !value.is_null());
        }
        state.given += 1;
        let code = format!("code-{}", state.given);
        let granted = Granted { claims, challenge: get("code_challenge"), redirect_uri: get("redirect_uri") };
        state.codes.insert(code.clone(), granted);
        let mut answer = form_urlencoded::Serializer::new(String::new());
        answer.append_pair("code", &code).append_pair("state", &get("state"));
        answer.append_pair("iss", &state.issuer);
        format!("{}?{}", get("redirect_uri"), answer.finish())
    }

    /// What it answers to whoever reads an address.
    ///
    /// # Errors
    /// [`NoAnswer`] when it is down.
    pub fn answer(&self, address: &str) -> Result<ProviderAnswer, NoAnswer> {
        let mut state = self.state();
        state.reads.push(address.to_owned());
        if state.is_down {
            return Err(NoAnswer::Unreachable);
        }
        let body = match address {
            _ if address.ends_with("/.well-known/openid-configuration") => state.metadata.to_string(),
            _ if Some(address) == state.metadata["jwks_uri"].as_str() => {
                json!({ "keys": state.keys }).to_string()
            }
            _ => return Ok(ProviderAnswer { status: 404, body: Vec::new() }),
        };
        Ok(ProviderAnswer { status: 200, body: body.into_bytes() })
    }

    /// What it gives for a code.
    ///
    /// # Errors
    /// [`NoAnswer`] when it is down.
    pub fn redeem(&self, authorization: Option<&str>, form: &str) -> Result<ProviderAnswer, NoAnswer> {
        let mut state = self.state();
        if state.is_down {
            return Err(NoAnswer::Unreachable);
        }
        let sent: HashMap<String, String> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let get = |name: &str| sent.get(name).cloned().unwrap_or_default();
        let refused = |error: &str| {
            Ok(ProviderAnswer { status: 400, body: json!({ "error": error }).to_string().into_bytes() })
        };
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let (id, secret) = &state.client;
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret))));
        let shown = authorization.map(str::to_owned);
        let is_known = match shown {
            Some(shown) => shown == basic,
            None => get("client_id") == *id && get("client_secret") == *secret,
        };
        if !is_known {
            return refused("invalid_client");
        }
        // A code is used up by whoever shows it.
        let Some(granted) = state.codes.remove(&get("code")) else { return refused("invalid_grant") };
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, get("code_verifier").as_bytes()));
        let is_own = granted.challenge == challenge && granted.redirect_uri == get("redirect_uri");
        if !is_own || get("grant_type") != "authorization_code" {
            return refused("invalid_grant");
        }
        let token = state.key.token(&granted.claims);
        let body = json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": token });
        Ok(ProviderAnswer { status: 200, body: body.to_string().into_bytes() })
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

#[async_trait]
impl IdentityProvider for FakeIdentityProvider {
    async fn read(&self, address: &str) -> Result<ProviderAnswer, NoAnswer> {
        self.answer(address)
    }

    async fn send(
        &self,
        _address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<ProviderAnswer, NoAnswer> {
        self.redeem(authorization, form)
    }
}
