//! `memory doctor oauth`: does what an assistant does to connect to a server over the internet, and says which step fails.
//!
//! | file | what |
//! |---|---|
//! | [`client`] | how each assistant behaves |
//! | `door` | requests and answers |
//! | `finding` | what a step found, and what cures it |
//! | `steps` | the steps, one file each, in the order in which a client takes them |
//! | `replay` | all of them in a row |

pub mod client;
mod door;
mod finding;
mod replay;
mod steps;

use clap::Args;
use egress::Target;
use serde_json::json;

use crate::exit::{Failure, Verdict};
use crate::render::text::plain;
use crate::render::{Format, Terminal};
use client::Client;
use finding::{Outcome, Step};

/// Does what an assistant does to connect over the internet, and says which step fails.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory doctor oauth --as claude https://memory.example.com/mcp
  memory doctor oauth --as claude-code https://memory.example.com/mcp --sign-in
  memory doctor oauth --as inspector http://127.0.0.1:8000/mcp --json

The steps are those of the client: the call without a token, the metadata, the
registration, the page of consent, the token. With --sign-in it waits until you have
signed in with your browser, and goes on with the token: tools, refresh, revocation.
A registered client that is never used goes away by itself. Exit code 0 when every
step passed, 1 otherwise.")]
pub struct OAuth {
    /// Whose steps
    #[arg(long = "as", value_name = "CLIENT", default_value = "claude")]
    pub client: Client,
    /// Wait until somebody has signed in, and go on with the token
    #[arg(long)]
    pub sign_in: bool,
    /// The address of the server's MCP, as the client is given it
    #[arg(value_name = "URL")]
    pub url: String,
}

impl OAuth {
    pub(crate) fn run(self, terminal: &Terminal) -> Result<Verdict, Failure> {
        let target = Target::parse(&self.url).map_err(|error| {
            Failure::invalid(error.to_string(), "give the address that the client has: https://host/mcp")
        })?;
        let profile = self.client.profile();
        let tell_url = |url: &str| {
            terminal
                .say(&format!("open this address and sign in, within five minutes:\n\n  {}\n", plain(url)));
        };
        let asked = if self.sign_in { replay::Until::Token(&tell_url) } else { replay::Until::Consent };
        let steps = replay::replay(&profile, &target, asked);
        match terminal.format() {
            Format::Json => terminal.print_json(&json!({
                "client": profile.name,
                "url": self.url,
                "steps": steps.iter().map(Step::for_programs).collect::<Vec<_>>(),
            }))?,
            Format::Human => terminal.print(&for_people(profile.title, &self.url, &steps))?,
        }
        let is_well = steps.iter().all(|step| !matches!(step.outcome, Outcome::Failed { .. }));
        Ok(if is_well { Verdict::Success } else { Verdict::Incomplete })
    }
}

fn for_people(title: &str, url: &str, steps: &[Step]) -> String {
    let mut text = format!("{title} connecting to {}\n", plain(url));
    for step in steps {
        let (mark, told) = match &step.outcome {
            Outcome::Passed(told) => ("ok", told.clone()),
            Outcome::Failed { found, cure } => ("FAILED", format!("{found}\n          cure: {cure}")),
            Outcome::Skipped(why) => ("-", why.clone()),
        };
        let told: Vec<String> = told.lines().map(plain).collect();
        text.push_str(&format!("{mark:<8}{}: {}\n", step.title, told.join("\n")));
    }
    text
}

#[cfg(test)]
mod tests;
