//! How each assistant connects by OAuth: what it looks up, registers, asks for and sends, in its own order. The server is started anew
//! between every two steps.

use auth::oauth::Settings;
use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use engine::Capability;
use model::{Space, UserId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Options;
use crate::fixture::{Client, Door, ISSUER, Kept, Reply};

/// What the assistant was given.
const MCP: &str = "https://memory.example/mcp";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const STATE: &str = "eyJhIjoiYi9jIn0=+/~";

/// How an assistant behaves.
struct Assistant {
    name: &'static str,
    /// What it registers at once.
    redirect_uris: &'static [&'static str],
    /// Where it lets the browser come back.
    redirect_uri: &'static str,
    /// How it shows that it is itself.
    method: &'static str,
    /// What it registers besides.
    also: &'static str,
    /// What it asks for; none leaves it to the server.
    scope: Option<&'static str>,
    /// The origin of the page that it is.
    page: Option<&'static str>,
    /// The address of the document that says what it is, instead of registering.
    document: Option<&'static str>,
}

const PLAIN: Assistant = Assistant {
    name: "",
    redirect_uris: &[],
    redirect_uri: "",
    method: "none",
    also: "{}",
    scope: Some("read write"),
    page: None,
    document: None,
};

const ASSISTANTS: [Assistant; 11] = [
    Assistant {
        name: "Claude",
        redirect_uris: &["https://claude.ai/api/mcp/auth_callback"],
        redirect_uri: "https://claude.ai/api/mcp/auth_callback",
        method: "client_secret_post",
        also: r#"{"scope": "claudeai", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}"#,
        ..PLAIN
    },
    Assistant {
        name: "Claude (claude.com)",
        redirect_uris: &[
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ],
        redirect_uri: "https://claude.com/api/mcp/auth_callback",
        scope: Some("read write offline_access"),
        ..PLAIN
    },
    Assistant {
        name: "Claude Code",
        redirect_uris: &["http://localhost:51877/callback"],
        redirect_uri: "http://localhost:51877/callback",
        also: r#"{"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}"#,
        ..PLAIN
    },
    Assistant {
        name: "Claude Code (document)",
        redirect_uris: &["http://localhost/callback", "http://127.0.0.1/callback"],
        redirect_uri: "http://localhost:40123/callback",
        document: Some("https://claude.ai/oauth/claude-code-client-metadata"),
        ..PLAIN
    },
    Assistant {
        name: "ChatGPT",
        redirect_uris: &["https://chatgpt.com/connector/oauth/abc123"],
        redirect_uri: "https://chatgpt.com/connector/oauth/abc123",
        method: "client_secret_basic",
        also: r#"{"client_uri": "https://chatgpt.com", "grant_types": ["authorization_code", "refresh_token"]}"#,
        ..PLAIN
    },
    Assistant {
        name: "ChatGPT (older)",
        redirect_uris: &["https://chatgpt.com/connector_platform_oauth_redirect"],
        redirect_uri: "https://chatgpt.com/connector_platform_oauth_redirect",
        ..PLAIN
    },
    Assistant {
        name: "Cursor",
        redirect_uris: &[
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        redirect_uri: "cursor://anysphere.cursor-mcp/oauth/callback",
        ..PLAIN
    },
    Assistant {
        name: "VS Code",
        redirect_uris: &[
            "https://insiders.vscode.dev/redirect",
            "https://vscode.dev/redirect",
            "http://127.0.0.1/",
            "http://127.0.0.1:33418/",
        ],
        redirect_uri: "http://127.0.0.1:41999/",
        also: r#"{"grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code"], "application_type": "native"}"#,
        ..PLAIN
    },
    Assistant {
        name: "Codex",
        redirect_uris: &["http://127.0.0.1:45001/callback"],
        redirect_uri: "http://127.0.0.1:45001/callback",
        scope: None,
        ..PLAIN
    },
    Assistant {
        name: "Gemini CLI",
        redirect_uris: &["http://localhost:7777/oauth/callback"],
        redirect_uri: "http://localhost:7777/oauth/callback",
        also: r#"{"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"], "scope": "read write"}"#,
        ..PLAIN
    },
    Assistant {
        name: "MCP Inspector",
        redirect_uris: &["http://localhost:6274/oauth/callback"],
        redirect_uri: "http://localhost:6274/oauth/callback",
        page: Some("http://localhost:6274"),
        ..PLAIN
    },
];

/// An assistant and a server that is another one at each step.
struct Scene<'a> {
    assistant: &'a Assistant,
    kept: Kept,
}

impl Scene<'_> {
    async fn door(&self) -> Door {
        Door::issuing_from(&self.kept, Settings::at(ISSUER), Options::default(), None).await
    }

    /// The assistant before the server as it is started now.
    async fn asks(&self) -> Client {
        let client = self.door().await.stranger().header("host", "memory.example");
        match self.assistant.page {
            Some(page) => client.header("origin", page).header("sec-fetch-site", "cross-site"),
            None => client,
        }
    }

    /// What an answer says; a page has to be allowed to read it.
    fn read(&self, reply: &Reply, status: u16) -> Value {
        if self.assistant.page.is_some() {
            assert_eq!(reply.header("access-control-allow-origin"), "*", "{}", self.assistant.name);
        }
        reply.of(status)
    }

    /// The id and, where it needs one, the secret that the assistant gets.
    async fn register(&self) -> (String, Option<String>) {
        let Assistant { name, redirect_uris, method, also, document, .. } = self.assistant;
        let mut said = json!({"client_name": name, "redirect_uris": redirect_uris, "token_endpoint_auth_method": method});
        if let Some(address) = document {
            said["client_id"] = (*address).into();
            self.kept.documents.put(address, said.to_string(), None);
            return ((*address).to_owned(), None);
        }
        let also: Value = serde_json::from_str(also).unwrap();
        said.as_object_mut().unwrap().extend(also.as_object().unwrap().clone());
        let told = self.read(&self.asks().await.post("/oauth/register", said).await, 201);
        assert_eq!(told["redirect_uris"], json!(redirect_uris), "{name}");
        let secret = told["client_secret"].as_str().map(str::to_owned);
        assert_eq!(secret.is_some(), *method != "none", "{name}");
        (told["client_id"].as_str().unwrap().to_owned(), secret)
    }

    /// The code that comes back with the browser, when the user says yes.
    async fn code(&self, client: &str) -> String {
        let Assistant { name, redirect_uri, scope, .. } = self.assistant;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", client),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("redirect_uri", redirect_uri),
            ("state", STATE),
            ("resource", MCP),
        ];
        query.extend(scope.map(|scope| ("scope", scope)));
        let query: Vec<_> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        // The page of consent is shown by one server, and the answer comes to another.
        let shown = self.door().await;
        assert_eq!(
            shown.oauth.as_ref().unwrap().ask(&query).await.unwrap().redirect_uri.as_str(),
            *redirect_uri
        );
        let door = self.door().await;
        let server = door.oauth.as_ref().unwrap();
        let asked = server.ask(&query).await.unwrap();
        let user = UserId::from_bytes([1; 10]);
        let location = server.allow(&asked, &user, &Space::Default, Capability::Write, None).await.unwrap();
        let (address, query) = location.split_once('?').unwrap();
        assert_eq!(address, *redirect_uri, "{name}");
        let back: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let value = |name: &str| back.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        assert_eq!(
            (value("state").as_deref(), value("iss").as_deref()),
            (Some(STATE), Some(ISSUER)),
            "{name}"
        );
        value("code").unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)], (id, secret): (&str, Option<&str>)) -> Reply {
        let mut client = self.asks().await;
        let mut form = form.to_vec();
        match (self.assistant.method, secret) {
            ("client_secret_basic", Some(secret)) => {
                let shown = BASE64_STANDARD.encode(format!("{id}:{secret}"));
                client = client.header("authorization", &format!("Basic {shown}"));
            }
            (_, secret) => {
                form.push(("client_id", id));
                form.extend(secret.map(|secret| ("client_secret", secret)));
            }
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        client.request(request.body(Body::from(body)).unwrap()).await
    }

    /// Whether an access token is good for MCP and for nothing else.
    async fn opens(&self, token: &str) -> bool {
        let door = self.door().await;
        let server = door.oauth.as_ref().unwrap();
        let Some(bearer) = server.bearer(token.as_bytes()).await.unwrap() else { return false };
        assert_eq!((bearer.resource.as_str(), bearer.capability), (MCP, Capability::Write));
        assert!(!server.is_good_at(&bearer, "/api/memories"));
        server.is_good_at(&bearer, "/mcp")
    }
}

async fn connects(assistant: &Assistant) {
    let scene = Scene { assistant, kept: Kept::default() };
    let name = assistant.name;
    let told = scene.asks().await.get("/.well-known/oauth-protected-resource/mcp").await;
    let told = scene.read(&told, 200);
    assert_eq!(
        (&told["resource"], &told["authorization_servers"]),
        (&json!(MCP), &json!([ISSUER])),
        "{name}"
    );
    let told = scene.asks().await.get("/.well-known/oauth-authorization-server").await;
    let told = scene.read(&told, 200);
    assert_eq!(
        (&told["issuer"], &told["code_challenge_methods_supported"]),
        (&json!(ISSUER), &json!(["S256"]))
    );
    assert_eq!(told["client_id_metadata_document_supported"], true);
    assert!(
        told["token_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!(assistant.method))
    );

    let (id, secret) = scene.register().await;
    let client = (id.as_str(), secret.as_deref());
    let code = scene.code(&id).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
        ("redirect_uri", assistant.redirect_uri),
        ("resource", MCP),
    ];
    let mut tokens = scene.read(&scene.post("/oauth/token", &form, client).await, 200);
    for _ in 0..2 {
        // Some clients refuse a scope that they did not ask for.
        assert_eq!(tokens["scope"], assistant.scope.unwrap_or("read write"), "{name}");
        assert!(scene.opens(tokens["access_token"].as_str().unwrap()).await, "{name}");
        let refresh = tokens["refresh_token"].as_str().unwrap();
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("resource", MCP)];
        tokens = scene.read(&scene.post("/oauth/token", &form, client).await, 200);
    }
    let access = tokens["access_token"].as_str().unwrap();
    assert!(scene.opens(access).await, "{name}");
    let form = [("token", tokens["refresh_token"].as_str().unwrap()), ("token_type_hint", "refresh_token")];
    scene.read(&scene.post("/oauth/revoke", &form, client).await, 200);
    assert!(!scene.opens(access).await, "{name}");
}

#[tokio::test]
async fn every_assistant_connects_although_the_server_is_started_anew_between_every_two_steps() {
    for assistant in &ASSISTANTS {
        connects(assistant).await;
    }
}

#[tokio::test]
async fn an_assistant_that_is_not_known_any_more_is_told_to_register_again() {
    let scene = Scene { assistant: &ASSISTANTS[0], kept: Kept::default() };
    let form = [("grant_type", "refresh_token"), ("refresh_token", "mrt_x")];
    let told = scene.post("/oauth/token", &form, ("aaaaaaaaaaaaaaaa", None)).await;
    assert_eq!(scene.read(&told, 401)["error"], "invalid_client");
}
