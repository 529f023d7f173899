//! Servers that fail at one step each.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use super::finding::Outcome;
use super::replay::{Until, replay};
use super::*;

/// What a server answers: status, fields, body; by method and path.
type Answers = Arc<dyn Fn(&str, &str) -> (u16, String, String) + Send + Sync>;

/// A server that gives these answers, each on a connection of its own. `{origin}` in them is its address.
fn server(answers: Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let told = origin.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let text = String::from_utf8_lossy(&asked).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head
                        .to_lowercase()
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                    if body.len() >= length.unwrap_or(0) {
                        break;
                    }
                }
                match stream.read(&mut piece) {
                    Ok(length @ 1..) => asked.extend_from_slice(&piece[..length]),
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&asked).into_owned();
            let mut words = text.split(' ');
            let (method, place) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let (status, fields, body) =
                answers(&format!("{method} {}", place.split('?').next().unwrap()), &text);
            let (fields, body) = (fields.replace("{origin}", &told), body.replace("{origin}", &told));
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status} X\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    origin
}

const JSON: &str = "Content-Type: application/json\r\n";

/// A server as it should be.
fn good(asked: &str, text: &str) -> (u16, String, String) {
    let json = |status: u16, body: serde_json::Value| {
        (status, format!("{JSON}Cache-Control: no-store\r\n"), body.to_string())
    };
    match asked {
        "POST /mcp" => {
            let metadata = "{origin}/.well-known/oauth-protected-resource/mcp";
            let challenge = format!(
                "WWW-Authenticate: Bearer resource_metadata=\"{metadata}\", scope=\"read write\"\r\n"
            );
            (401, format!("{JSON}{challenge}"), "{}".to_owned())
        }
        "GET /.well-known/oauth-protected-resource/mcp" | "GET /.well-known/oauth-protected-resource" => {
            json(
                200,
                json!({"resource": "{origin}/mcp", "authorization_servers": ["{origin}"], "scopes_supported": ["read", "write"]}),
            )
        }
        "GET /.well-known/oauth-authorization-server" | "GET /.well-known/openid-configuration" => json(
            200,
            json!({
                "issuer": "{origin}",
                "authorization_endpoint": "{origin}/oauth/authorize",
                "token_endpoint": "{origin}/oauth/token",
                "registration_endpoint": "{origin}/oauth/register",
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
            }),
        ),
        "POST /oauth/register" => {
            let body: serde_json::Value =
                serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
            json(201, json!({"client_id": "c1", "redirect_uris": body["redirect_uris"]}))
        }
        "GET /oauth/authorize" => (303, "Location: /sign-in?next=x\r\n".to_owned(), String::new()),
        "GET /sign-in" => (200, "Content-Type: text/html\r\n".to_owned(), "<html>".to_owned()),
        "POST /oauth/token" if text.contains("client_id=c1&") => json(400, json!({"error": "invalid_grant"})),
        "POST /oauth/token" => json(401, json!({"error": "invalid_client"})),
        _ => (404, JSON.to_owned(), "{}".to_owned()),
    }
}

fn outcomes(client: Client, answers: Answers) -> Vec<Step> {
    let url = format!("{}/mcp", server(answers));
    replay(&client.profile(), &Target::parse(&url).unwrap(), Until::Consent)
}

/// The step that fails, and its cure.
fn failing(client: Client, answers: Answers) -> (&'static str, String) {
    let steps = outcomes(client, answers);
    let last = steps.last().unwrap();
    match &last.outcome {
        Outcome::Failed { found, cure } => (last.title, format!("{found} / {cure}")),
        other => panic!("{other:?} after {steps:?}"),
    }
}

#[test]
fn a_server_as_it_should_be_passes_every_step_of_every_client_of_this_machine() {
    for client in [Client::ClaudeCode, Client::Cursor, Client::VsCode, Client::Codex, Client::Gemini] {
        let steps = outcomes(client, Arc::new(good));
        assert_eq!(steps.len(), 8, "{steps:?}");
        assert!(steps.iter().all(|step| matches!(step.outcome, Outcome::Passed(_))), "{client:?}: {steps:?}");
    }
}

#[test]
fn each_fault_is_told_at_its_step_with_its_cure() {
    type Fault = fn(&str, (u16, String, String)) -> (u16, String, String);
    let faults: [(&str, &str, Fault); 14] = [
        ("call without a token", "MCP_ALLOW_ANONYMOUS_ACCESS", |asked, answer| match asked {
            "POST /mcp" => (200, JSON.to_owned(), "{}".to_owned()),
            _ => answer,
        }),
        ("call without a token", "forward /mcp", |asked, answer| match asked {
            "POST /mcp" => (404, "Content-Type: text/html\r\n".to_owned(), "<html>".to_owned()),
            _ => answer,
        }),
        (
            "call without a token",
            "let the proxy pass the field WWW-Authenticate",
            |asked, answer| match asked {
                "POST /mcp" => (401, JSON.to_owned(), "{}".to_owned()),
                _ => answer,
            },
        ),
        ("call without a token", "MCP_OAUTH_ENABLED", |asked, answer| match asked {
            "POST /mcp" => (401, format!("{JSON}WWW-Authenticate: Bearer realm=\"x\"\r\n"), "{}".to_owned()),
            _ => answer,
        }),
        ("call without a token", "follow no redirect", |asked, answer| match asked {
            "POST /mcp" => (301, "Location: /mcp/\r\n".to_owned(), String::new()),
            _ => answer,
        }),
        ("metadata of the resource", "forward /mcp, /.well-known/*", |asked, answer| match asked {
            "GET /.well-known/oauth-protected-resource" => (404, JSON.to_owned(), "{}".to_owned()),
            _ => answer,
        }),
        ("metadata of the resource", "MCP_OAUTH_ISSUER", |asked, answer| match asked {
            "GET /.well-known/oauth-protected-resource/mcp" => {
                (answer.0, answer.1, answer.2.replace("{origin}/mcp", "http://0.0.0.0/mcp"))
            }
            _ => answer,
        }),
        ("metadata of the authorization server", "MCP_OAUTH_ISSUER", |asked, answer| match asked {
            "GET /.well-known/openid-configuration" => {
                (answer.0, answer.1, answer.2.replace("\"issuer\":\"{origin}\"", "\"issuer\":\"{origin}/\""))
            }
            _ => answer,
        }),
        ("metadata of the authorization server", "text/html", |asked, answer| match asked {
            "GET /.well-known/oauth-authorization-server" => {
                (200, "Content-Type: text/html\r\n".to_owned(), "<html>".to_owned())
            }
            _ => answer,
        }),
        ("registration", "MCP_DCR_REGISTRATION_KEY", |asked, answer| match asked {
            "POST /oauth/register" => (401, JSON.to_owned(), "{\"error\":\"invalid_token\"}".to_owned()),
            _ => answer,
        }),
        ("registration", "leaves out", |asked, answer| match asked {
            "POST /oauth/register" => {
                (201, JSON.to_owned(), "{\"client_id\":\"c1\",\"redirect_uris\":[]}".to_owned())
            }
            _ => answer,
        }),
        ("page of consent", "invalid_scope", |asked, answer| match asked {
            "GET /oauth/authorize" => (
                302,
                "Location: http://127.0.0.1:1/callback?error=invalid_scope\r\n".to_owned(),
                String::new(),
            ),
            _ => answer,
        }),
        ("page of consent", "bot protection", |asked, answer| match asked {
            "GET /sign-in" => (403, "Content-Type: text/html\r\n".to_owned(), "<html>".to_owned()),
            _ => answer,
        }),
        ("refusals of the token endpoint", "where clients need 401", |asked, answer| match asked {
            "POST /oauth/token" if answer.0 == 401 => (400, answer.1, answer.2),
            _ => answer,
        }),
    ];
    for (title, cure, fault) in faults {
        let (at, told) =
            failing(Client::Cursor, Arc::new(move |asked, text| fault(asked, good(asked, text))));
        assert_eq!(at, title, "{told}");
        assert!(told.contains(cure), "{told}");
    }
}

#[test]
fn a_page_of_the_inspector_must_be_let_in() {
    let (at, told) = failing(Client::Inspector, Arc::new(good));
    assert_eq!(at, "asking from a page");
    assert!(told.contains("MCP_CORS_ORIGINS"), "{told}");
    let open = |asked: &str, text: &str| match asked.starts_with("OPTIONS") {
        true => (204, "Access-Control-Allow-Origin: http://localhost:6274\r\n".to_owned(), String::new()),
        false => good(asked, text),
    };
    assert_eq!(outcomes(Client::Inspector, Arc::new(open)).len(), 9);
}

#[test]
fn what_a_server_says_cannot_paint_the_terminal() {
    let evil = |asked: &str, text: &str| match asked {
        "POST /oauth/register" => (400, JSON.to_owned(), json!({"error": "\u{1b}[2Jgone\r\n"}).to_string()),
        _ => good(asked, text),
    };
    let steps = outcomes(Client::Codex, Arc::new(evil));
    let text = for_people("Codex", "http://127.0.0.1/mcp", &steps);
    assert!(!text.contains('\u{1b}') && text.contains("cure:"), "{text:?}");
}
