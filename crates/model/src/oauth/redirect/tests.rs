use proptest::prelude::*;

use super::*;

fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text).unwrap()
}

/// What the clients use that people connect (claude.ai, ChatGPT, Cursor, VS Code, Codex, Gemini CLI, Inspector).
const KNOWN: [&str; 13] = [
    "https://claude.ai/api/mcp/auth_callback",
    "https://claude.com/api/mcp/auth_callback",
    "http://localhost/callback",
    "http://127.0.0.1/callback",
    "https://chatgpt.com/connector/oauth/AbC-123",
    "https://chatgpt.com/connector_platform_oauth_redirect",
    "cursor://anysphere.cursor-mcp/oauth/callback",
    "https://www.cursor.com/agents/mcp/oauth/callback",
    "http://localhost:8787/callback",
    "http://127.0.0.1:33418/",
    "https://vscode.dev/redirect",
    "http://localhost:7777/oauth/callback",
    "http://localhost:6274/oauth/callback/debug",
];

#[test]
fn o1_the_redirects_of_known_clients_are_good_and_allow_themselves() {
    for text in KNOWN {
        assert_eq!((uri(text).as_str(), uri(text).allows(&uri(text))), (text, true), "{text}");
    }
    assert_eq!(uri("https://claude.ai/api/mcp/auth_callback").owner(), "claude.ai");
    assert_eq!(uri("http://127.0.0.1:33418/").owner(), "127.0.0.1:33418");
    assert_eq!(uri(KNOWN[6]).owner(), "cursor://anysphere.cursor-mcp");
}

#[test]
fn o1_v4_what_could_lead_elsewhere_is_no_redirect() {
    for text in [
        "",
        "/",
        "//evil.example/",
        "https:/evil.example",
        "https://",
        "https:///path",
        "https://?q",
        "https://user@good.example/",
        "https://good.example@evil.example/",
        "https://good.example\\@evil.example/",
        "https://good.example/#fragment",
        "https://good.example/ blank",
        "https://good.example/\r\nSet-Cookie:x",
        "https://good.example/\u{0}",
        "https://g\u{f6}\u{f6}d.example/",
        "https://good.example/\u{202e}",
        "https://good.example/%",
        "https://good.example/%2",
        "https://good.example/%zz",
        "https://good.example:/",
        "https://good.example:0/",
        "https://good.example:080/",
        "https://good.example:65536/",
        "https://good.example:1:2/",
        "https://good..example/",
        "https://.example/",
        "https://good%2eexample/",
        "https://good.example/[",
        "https://[::1/",
        "https://[not-an-address]/",
        "HTTPS://good.example/",
        "Https://good.example/",
        "http://good.example/",
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://127.0.0.2/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://LOCALHOST/",
        "http://localhost./",
        "http://localhost:/cb",
        "javascript:alert(1)",
        "javascript://good.example/%0aalert(1)",
        "data:text/html,x",
        "data://good.example/",
        "file:///etc/passwd",
        "vbscript://x",
        "about:blank",
        "blob:https://good.example/x",
        "chrome-extension://abc/",
        "ms-appx://x/",
        "intent://x/",
        "claude://callback",
        "com.example.app:/callback",
        "myapp://callback",
        "cursor://anysphere.cursor-mcp/oauth/callback/",
        "cursor://anysphere.cursor-mcp/oauth/callback?x=1",
        "cursor://evil/oauth/callback",
        "CURSOR://anysphere.cursor-mcp/oauth/callback",
    ] {
        assert!(RedirectUri::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn o1_the_port_alone_is_free_and_on_the_own_machine_alone() {
    let loopback = ["127.0.0.1", "[::1]", "localhost"];
    for host in loopback {
        for (registered, used) in [("", ":54321"), (":33418", ":1"), (":33418", ""), (":8787", ":65535")] {
            let registered = uri(&format!("http://{host}{registered}/callback?a=b"));
            assert!(registered.allows(&uri(&format!("http://{host}{used}/callback?a=b"))), "{host}");
            for tail in
                ["/callback", "/callback?a=c", "/callback/?a=b", "/Callback?a=b", "/%63allback?a=b", "?a=b"]
            {
                assert!(!registered.allows(&uri(&format!("http://{host}{used}{tail}"))), "{host} {tail}");
            }
            for other in loopback.into_iter().filter(|other| *other != host) {
                assert!(!registered.allows(&uri(&format!("http://{other}{used}/callback?a=b"))), "{other}");
            }
        }
    }
    assert!(!uri("https://good.example/cb").allows(&uri("https://good.example:443/cb")));
    assert!(!uri("https://localhost/cb").allows(&uri("https://localhost:8443/cb")));
    assert!(!uri("https://localhost:1/cb").allows(&uri("http://localhost:1/cb")));
}

#[test]
fn a_redirect_ends_at_its_limit() {
    let long = |bytes: usize| format!("https://a.example/{}", "p".repeat(bytes - "https://a.example/".len()));
    assert!(RedirectUri::parse(&long(MAX_REDIRECT_URI_BYTES)).is_ok());
    assert!(RedirectUri::parse(&long(MAX_REDIRECT_URI_BYTES + 1)).is_err());
}

proptest! {
    #[test]
    fn o1_any_change_of_a_redirect_is_refused(
        known in proptest::sample::select(&KNOWN[..]), place in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3_u8
    ) {
        let mut text = known.as_bytes().to_vec();
        let place = place.index(text.len());
        match kind {
            0 => text[place] = byte,
            1 => text.insert(place, byte),
            _ => { text.remove(place); }
        }
        let Ok(text) = String::from_utf8(text) else { return Ok(()) };
        prop_assume!(text != known);
        let Ok(changed) = RedirectUri::parse(&text) else { return Ok(()) };
        let port_apart = |uri: &RedirectUri| format!("{} {}", &uri.text[..uri.host.1], &uri.text[uri.path..]);
        let is_other_port = uri(known).is_loopback && port_apart(&changed) == port_apart(&uri(known));
        prop_assert_eq!(uri(known).allows(&changed), is_other_port);
    }

    #[test]
    fn any_text_is_read_without_trouble(text in "(https?|cursor)://[\\[\\]a-z0-9:@/?%.#é -]{0,30}") {
        if let Ok(read) = RedirectUri::parse(&text) {
            prop_assert!(!read.owner().is_empty() && !read.owner().contains('@'));
        }
    }
}
