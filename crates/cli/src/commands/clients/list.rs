//! `memory clients list`: lists programs that are known.

use clap::Args;
use model::oauth::{Client, ClientSource, GrantType};
use ports::SystemClock;
use serde_json::{Value, json};

use super::{Desk, failure};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::table::{Headings, Width, table};
use crate::render::text::one_line;
use crate::render::time::Now;

/// Lists programs that are known, oldest first. What one calls itself is its own word.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory clients list
  memory clients list --json | jq -r '.clients[] | select(.acts_on_its_own) | .id'

One that never got a token is forgotten after a day.")]
pub struct List {}

impl List {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let clients = desk.server.clients().await.map_err(failure)?;
        match desk.terminal.format() {
            Format::Json => {
                let clients: Vec<Value> = clients.iter().map(for_programs).collect();
                desk.terminal.print_json(&json!({ "clients": clients }))?;
            }
            Format::Human => {
                let now = Now::of(&SystemClock);
                let text = for_people(&clients, &now, Width::of_stdout(), Headings::of_stdout());
                desk.terminal.print(&text)?;
            }
        }
        Ok(Verdict::Success)
    }
}

/// Whether it may ask for tokens without a browser, once it is approved.
fn acts_on_its_own(client: &Client) -> bool {
    client.may_use(GrantType::ClientCredentials)
}

fn source(client: &Client) -> &'static str {
    match client.source {
        ClientSource::Registration => "registration",
        ClientSource::Document { .. } => "document",
    }
}

fn for_programs(client: &Client) -> Value {
    let redirects: Vec<&str> = client.redirect_uris.iter().map(|uri| uri.as_str()).collect();
    json!({
        "id": client.id.as_str(),
        "name": client.name.as_ref().map(|name| name.as_str()),
        "source": source(client),
        "redirect_uris": redirects,
        "acts_on_its_own": acts_on_its_own(client),
        "created_at": client.created_at.to_string(),
        "last_used_at": client.last_used_at.map(|time| time.to_string()),
    })
}

fn for_people(clients: &[Client], now: &Now, width: Width, headings: Headings) -> String {
    if clients.is_empty() {
        return "no programs: one registers itself when it connects".to_owned();
    }
    let row = |client: &Client| {
        vec![
            client.name.as_ref().map_or_else(|| "-".to_owned(), |name| one_line(name.as_str())),
            one_line(client.id.as_str()),
            source(client).to_owned(),
            if acts_on_its_own(client) { "yes" } else { "no" }.to_owned(),
            now.absolute(client.created_at),
            client.last_used_at.map_or_else(|| "never".to_owned(), |time| now.ago(time)),
        ]
    };
    let rows: Vec<Vec<String>> = clients.iter().map(row).collect();
    table(&["Name", "Id", "Known by", "On its own", "Since", "Last token"], &rows, width, headings)
}
