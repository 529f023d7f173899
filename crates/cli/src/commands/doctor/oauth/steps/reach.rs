//! Whether the client can come to the server at all.

use egress::Target;

use super::super::client::{From, Profile};
use super::super::finding::Finding;

/// Names and numbers that mean something else on other machines.
pub(in super::super) fn reach(profile: &Profile, target: &Target) -> Result<((), String), Finding> {
    if target.path() == "/" {
        return Err(Finding::new(
            format!("{} has no path", target),
            format!("give the client {}/mcp", target.origin()),
        ));
    }
    let is_here = is_of_this_machine(target.host());
    if profile.from == From::Cloud {
        let remote = "see docs/remote.md: a tunnel or a reverse proxy gives it a public address";
        if is_here {
            let found = format!(
                "{} connects from its vendor's machines, where {} is not yours",
                profile.title,
                target.host()
            );
            return Err(Finding::new(found, remote));
        }
        if !target.is_tls() {
            return Err(Finding::new(format!("{} connects by https alone", profile.title), remote));
        }
    } else if !target.is_tls() && !is_here {
        return Err(Finding::new(
            "without https anybody on the way reads the token, and clients refuse it",
            "turn on MCP_HTTPS_ENABLED, or put a reverse proxy with a certificate in front",
        ));
    }
    Ok(((), target.to_string()))
}

/// Whether a host is this machine or one of its own network.
fn is_of_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse() {
        Ok(address) => !egress::is_public(address),
        Err(_) => !egress::is_public_name(host),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::client::Client;
    use super::*;

    fn told(client: Client, url: &str) -> Option<String> {
        reach(&client.profile(), &Target::parse(url).unwrap()).err().map(|finding| finding.cure)
    }

    #[test]
    fn a_client_in_a_cloud_needs_a_public_address_behind_https() {
        assert_eq!(told(Client::Claude, "https://memory.example.com/mcp"), None);
        for url in [
            "http://memory.example.com/mcp",
            "https://localhost/mcp",
            "https://192.168.1.5/mcp",
            "https://[::1]:8000/mcp",
            "https://nas.local/mcp",
            "https://memory.corp.internal/mcp",
            "https://nas/mcp",
        ] {
            assert!(told(Client::ChatGpt, url).unwrap().contains("docs/remote.md"), "{url}");
        }
    }

    #[test]
    fn a_client_on_this_machine_needs_https_for_other_machines_alone() {
        assert_eq!(told(Client::Codex, "http://127.0.0.1:8000/mcp"), None);
        assert_eq!(told(Client::Codex, "https://memory.example.com/mcp"), None);
        assert!(told(Client::Codex, "http://memory.example.com/mcp").unwrap().contains("MCP_HTTPS_ENABLED"));
    }

    #[test]
    fn an_address_without_a_path_is_completed() {
        assert_eq!(
            told(Client::Codex, "http://127.0.0.1:8000").as_deref(),
            Some("give the client http://127.0.0.1:8000/mcp")
        );
    }
}
