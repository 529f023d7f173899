//! `memory users list`: lists users.

use clap::Args;
use engine::EngineError;
use model::Account;
use ports::SystemClock;
use serde_json::{Value, json};

use super::{Desk, for_programs, state};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::table::{Headings, Width, table};
use crate::render::time::Now;

/// Lists users, oldest first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory users list
  memory users list --active
  memory users list --json | jq -r '.users[] | select(.has_second_factor | not) | .name'")]
pub struct List {
    /// Only users who are let in
    #[arg(short, long)]
    pub active: bool,
}

impl List {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let mut accounts = desk.accounts.list().await.map_err(EngineError::from)?;
        if self.active {
            accounts.retain(|account| account.user.is_active());
        }
        match desk.terminal.format() {
            Format::Json => {
                let users: Vec<Value> = accounts.iter().map(for_programs).collect();
                desk.terminal.print_json(&json!({ "users": users }))?;
            }
            Format::Human => {
                let (now, width) = (Now::of(&SystemClock), Width::of_stdout());
                desk.terminal.print(&for_people(&accounts, &now, width, Headings::of_stdout()))?;
            }
        }
        Ok(Verdict::Success)
    }
}

pub(super) fn for_people(accounts: &[Account], now: &Now, width: Width, headings: Headings) -> String {
    if accounts.is_empty() {
        return "no users: `memory users add NAME` adds one, who owns this installation".to_owned();
    }
    let row = |account: &Account| {
        let user = &account.user;
        let second = match (&account.totp, account.recovery_codes) {
            (None, _) => "no".to_owned(),
            (Some(_), left) => format!("yes, {left} recovery codes"),
        };
        vec![
            user.name.to_string(),
            user.id.to_string(),
            if user.is_owner { "owner" } else { "user" }.to_owned(),
            state(user).to_owned(),
            user.space.to_string(),
            second,
            now.absolute(user.created_at),
        ]
    };
    let rows: Vec<Vec<String>> = accounts.iter().map(row).collect();
    table(&["Name", "Id", "Role", "State", "Space", "Second factor", "Added"], &rows, width, headings)
}
