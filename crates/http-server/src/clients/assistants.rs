//! What each client does, from its first call to the end of its access, step by step. Before every step the server is started again:
//! nothing may live in its memory alone.
//!
//! The habits are those of the clients as they were seen (`users.md` d): which addresses they register, which of them they use, how
//! they prove who they are, what they ask for, and whether they ask from a page of their own.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::fixture::{Client, Reply};
use crate::web::tests::town::{HOSTNAME, ISSUER, NAME, PASSWORD, Program, Town, VERIFIER, parameter};

/// What a client does in its own way.
struct Habit {
    name: &'static str,
    /// What it registers as its addresses, all at once.
    redirect_uris: &'static [&'static str],
    /// Which one it uses.
    used: &'static str,
    /// How it proves at the token endpoint who it is.
    method: &'static str,
    /// What it registers besides.
    also: &'static str,
    /// What it asks for; nothing leaves it to the server.
    scope: &'static str,
    /// What it wants tokens for, beneath the issuer; none says nothing of it.
    resource: Option<&'static str>,
    /// The page that it runs in, if any.
    origin: Option<&'static str>,
    /// Whether it says who it is by a document instead of registering.
    document: Option<&'static str>,
}

const CLAUDE: Habit = Habit {
    name: "Claude",
    redirect_uris: &["https://claude.ai/api/mcp/auth_callback"],
    used: "https://claude.ai/api/mcp/auth_callback",
    method: "none",
    also: r#"{"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}"#,
    scope: "read write offline_access",
    resource: Some("/mcp"),
    origin: None,
    document: None,
};

const HABITS: &[Habit] = &[
    CLAUDE,
    Habit {
        name: "Claude with a secret",
        redirect_uris: &[
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ],
        used: "https://claude.com/api/mcp/auth_callback",
        method: "client_secret_post",
        also: r#"{"scope": "claudeai", "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]}"#,
        ..CLAUDE
    },
    Habit {
        name: "Claude Code",
        redirect_uris: &["http://localhost:51123/callback"],
        used: "http://localhost:51123/callback",
        ..CLAUDE
    },
    Habit {
        name: "Claude Code by its document",
        redirect_uris: &["http://localhost/callback", "http://127.0.0.1/callback"],
        used: "http://localhost:51199/callback",
        document: Some("https://claude.ai/oauth/claude-code-client-metadata"),
        ..CLAUDE
    },
    Habit {
        name: "ChatGPT",
        redirect_uris: &["https://chatgpt.com/connector/oauth/AbCd-123_x"],
        used: "https://chatgpt.com/connector/oauth/AbCd-123_x",
        also: r#"{"client_uri": "https://chatgpt.com", "grant_types": ["authorization_code", "refresh_token"]}"#,
        scope: "read write",
        ..CLAUDE
    },
    Habit {
        name: "ChatGPT of before",
        redirect_uris: &["https://chatgpt.com/connector_platform_oauth_redirect"],
        used: "https://chatgpt.com/connector_platform_oauth_redirect",
        method: "client_secret_basic",
        resource: None,
        ..CLAUDE
    },
    Habit {
        name: "Cursor",
        redirect_uris: &[
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        used: "cursor://anysphere.cursor-mcp/oauth/callback",
        also: "{}",
        ..CLAUDE
    },
    Habit {
        name: "VS Code",
        redirect_uris: &[
            "http://127.0.0.1:33418/",
            "https://vscode.dev/redirect",
            "https://insiders.vscode.dev/redirect",
        ],
        used: "http://127.0.0.1:51200/",
        also: r#"{"grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code"], "application_type": "native"}"#,
        ..CLAUDE
    },
    Habit {
        name: "Codex",
        redirect_uris: &["http://127.0.0.1:51201/callback"],
        used: "http://127.0.0.1:51201/callback",
        scope: "",
        ..CLAUDE
    },
    Habit {
        name: "Gemini CLI",
        redirect_uris: &["http://localhost:7777/oauth/callback"],
        used: "http://localhost:7777/oauth/callback",
        scope: "read write",
        ..CLAUDE
    },
    Habit {
        name: "MCP Inspector",
        redirect_uris: &["http://localhost:6274/oauth/callback"],
        used: "http://localhost:6274/oauth/callback",
        resource: Some(""),
        origin: Some("http://localhost:6274"),
        ..CLAUDE
    },
];

#[tokio::test]
async fn every_client_gets_in_and_out_whatever_restarts_in_between() {
    for habit in HABITS {
        let town = Town::default();
        town.owner().await;
        Visitor { town: &town, habit, client: Value::Null }.comes_and_goes().await;
    }
}

#[tokio::test]
async fn a_client_that_is_not_known_any_more_is_told_to_register_again() {
    let town = Town::default();
    let client = json!({"client_id": "aaaaaaaaaaaaaaaa"});
    let told = Visitor { town: &town, habit: &CLAUDE, client }.renews("mrt_x").await.of(401);
    assert_eq!(told["error"], "invalid_client");
}

/// A client on its way.
struct Visitor<'a> {
    town: &'a Town,
    habit: &'a Habit,
    /// What it was told when it registered.
    client: Value,
}

impl Visitor<'_> {
    async fn comes_and_goes(&mut self) {
        let name = self.habit.name;
        self.finds_the_server().await;
        self.registers().await;
        let code = self.asks_its_user().await;
        let tokens = self.redeems(&code).await.of(200);
        assert_eq!(tokens["token_type"], "Bearer", "{name}");
        // Some clients refuse a scope that they did not ask for.
        let asked = Some(self.habit.scope).filter(|scope| !scope.is_empty());
        assert_eq!(tokens["scope"], asked.unwrap_or("read write"), "{name}");
        self.uses(&tokens).await;

        let (first, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        self.town.bench.clock.advance(3600.0);
        self.call(&first).await.of(401);
        let renewed = self.renews(&refresh).await.of(200);
        assert_ne!(text(&renewed, "refresh_token"), refresh, "{name}: O11");
        self.uses(&renewed).await;

        let (access, refresh) = (text(&renewed, "access_token"), text(&renewed, "refresh_token"));
        let form = self.signed(&[("token", &refresh), ("token_type_hint", "refresh_token")]);
        self.form("/oauth/revoke", &form).await.of(200);
        self.call(&access).await.of(401);
        assert_eq!(self.renews(&refresh).await.of(400)["error"], "invalid_grant", "{name}");
        assert_eq!(self.redeems(&code).await.of(400)["error"], "invalid_grant", "{name}");
    }

    /// From the address that its user typed to the authorization server (A1, A2, S1).
    async fn finds_the_server(&self) {
        let answer =
            self.ask(Request::post("/mcp"), json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})).await;
        answer.of(401);
        let challenge = answer.header("www-authenticate").to_owned();
        let (_, rest) = challenge.split_once(r#"resource_metadata=""#).unwrap();
        let at = rest.split('"').next().unwrap().strip_prefix(ISSUER).unwrap().to_owned();
        let told = self.get(&at).await.of(200);
        assert_eq!(told["resource"], format!("{ISSUER}/mcp"));
        assert_eq!(told["authorization_servers"], json!([ISSUER]));
        for path in ["oauth-authorization-server", "oauth-authorization-server/mcp", "openid-configuration"] {
            let reply = self.get(&format!("/.well-known/{path}")).await;
            let told = reply.of(200);
            assert_eq!(told["issuer"], ISSUER);
            assert_eq!(told["code_challenge_methods_supported"], json!(["S256"]));
            if self.habit.origin.is_some() {
                assert_eq!(reply.header("access-control-allow-origin"), "*");
            }
        }
    }

    async fn registers(&mut self) {
        let Habit { name, redirect_uris, method, also, document, .. } = self.habit;
        let mut asked = json!({
            "client_name": name,
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": method,
        });
        let also: Value = serde_json::from_str(also).unwrap();
        asked.as_object_mut().unwrap().extend(also.as_object().unwrap().clone());
        if let Some(address) = document {
            asked["client_id"] = (*address).into();
            self.town.documents.put(address, asked.to_string(), None);
            self.client = asked;
            return;
        }
        self.client = self.ask(Request::post("/oauth/register"), asked).await.of(201);
        assert_eq!(
            self.client["redirect_uris"],
            json!(redirect_uris),
            "{name}: one refused address loses Cursor"
        );
        assert_eq!(self.client["token_endpoint_auth_method"], *method, "{name}");
    }

    /// In the browser of the user, who has to sign in first.
    async fn asks_its_user(&self) -> String {
        let Habit { name, used, scope, resource, .. } = self.habit;
        let program = Program {
            id: text(&self.client, "client_id"),
            redirect_uri: (*used).to_owned(),
            scope: (*scope).to_owned(),
            resource: resource.map(|path| format!("{ISSUER}{path}")),
        };
        let (asks, mut browser) = (program.asks(), self.town.browser());
        let page = browser.get(&asks).await;
        browser.before(self.town.server());
        let fields = [("name", NAME), ("password", PASSWORD), ("next", asks.as_str())];
        browser.submit(&page, "/sign-in", &fields).await.goes_to(asks.trim_start_matches('/'));
        browser.before(self.town.server());
        let page = browser.get(&asks).await;
        assert!(page.page(200).contains(name), "{}", page.text());
        browser.before(self.town.server());
        let answer = browser.submit(&page, &asks, &[("decision", "allow"), ("space", "default")]).await;
        assert!(answer.header("location").starts_with(&format!("{used}?")), "{}", answer.header("location"));
        assert_eq!(parameter(&answer, "state").as_deref(), Some("a+b/c=~"), "{name}: O19");
        assert_eq!(parameter(&answer, "iss").as_deref(), Some(ISSUER), "{name}: S6");
        parameter(&answer, "code").unwrap()
    }

    async fn redeems(&self, code: &str) -> Reply {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.habit.used),
            ("code_verifier", VERIFIER),
        ];
        let resource = self.habit.resource.map(|path| format!("{ISSUER}{path}"));
        form.extend(resource.as_deref().map(|resource| ("resource", resource)));
        let form = self.signed(&form);
        let answer = self.form("/oauth/token", &form).await;
        assert_eq!(answer.header("cache-control"), "no-store", "O6");
        answer
    }

    async fn renews(&self, refresh: &str) -> Reply {
        let form = self.signed(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]);
        self.form("/oauth/token", &form).await
    }

    /// Lists the tools, and stores and finds something.
    async fn uses(&self, tokens: &Value) {
        let access = text(tokens, "access_token");
        let told = self.call(&access).await.of(200);
        let tools = told["result"]["tools"].as_array().unwrap();
        assert!(tools.iter().any(|tool| tool["name"] == "memory_store"), "{}: {told}", self.habit.name);
    }

    async fn call(&self, access: &str) -> Reply {
        let request = Request::post("/mcp")
            .header("authorization", format!("Bearer {access}"))
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2025-06-18");
        self.ask(request, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).await
    }

    /// A form with what the client proves itself by.
    fn signed(&self, fields: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut form: BTreeMap<String, String> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if self.habit.method != "client_secret_basic" {
            form.insert("client_id".to_owned(), text(&self.client, "client_id"));
        }
        if self.habit.method == "client_secret_post" {
            form.insert("client_secret".to_owned(), text(&self.client, "client_secret"));
        }
        form
    }

    async fn form(&self, path: &str, fields: &BTreeMap<String, String>) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        if self.habit.method == "client_secret_basic" {
            let pair = format!("{}:{}", text(&self.client, "client_id"), text(&self.client, "client_secret"));
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(pair)));
        }
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::builder().method(Method::GET).uri(path).body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, request: axum::http::request::Builder, body: Value) -> Reply {
        let request = request.header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Sends it to a server that was started for it.
    async fn send(&self, request: Request<Body>) -> Reply {
        let is_mcp = request.uri().path() == "/mcp";
        let mut client = Client::of(self.town.server()).header("host", HOSTNAME);
        // Which pages may ask of MCP, the owner says; the authorization server answers all of them.
        if let Some(origin) = self.habit.origin.filter(|_| !is_mcp) {
            client = client.header("origin", origin).header("sec-fetch-site", "cross-site");
        }
        client.request(request).await
    }
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_else(|| panic!("no {name} in {object}")).to_owned()
}
