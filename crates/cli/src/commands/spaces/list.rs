//! `memory spaces list`: lists shared spaces.

use auth::spaces::Actor;
use clap::Args;
use model::SharedSpace;
use ports::SystemClock;
use serde_json::{Value, json};

use super::{Desk, for_programs, refusal};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::table::{Headings, Width, table};
use crate::render::text::one_line;
use crate::render::time::Now;

/// Lists shared spaces, oldest first. The default space and those of users are no shared ones.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces list
  memory spaces list --json | jq -r '.spaces[].name'")]
pub struct List {}

impl List {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let mut spaces: Vec<(SharedSpace, usize)> = Vec::new();
        for space in desk.all().await? {
            let members = desk.spaces.members(&Actor::Installation, &space.id).await.map_err(refusal)?;
            spaces.push((space, members.len()));
        }
        match desk.terminal.format() {
            Format::Json => {
                let told = |(space, members): &(SharedSpace, usize)| -> Value {
                    let mut told = for_programs(space);
                    told["members"] = json!(members);
                    told
                };
                let spaces: Vec<Value> = spaces.iter().map(told).collect();
                desk.terminal.print_json(&json!({ "spaces": spaces }))?;
            }
            Format::Human => {
                let now = Now::of(&SystemClock);
                let text = for_people(&spaces, &now, Width::of_stdout(), Headings::of_stdout());
                desk.terminal.print(&text)?;
            }
        }
        Ok(Verdict::Success)
    }
}

fn for_people(spaces: &[(SharedSpace, usize)], now: &Now, width: Width, headings: Headings) -> String {
    if spaces.is_empty() {
        return "no shared spaces: `memory spaces create NAME` makes one".to_owned();
    }
    let row = |(space, members): &(SharedSpace, usize)| {
        let made_by = match &space.created_by {
            Some(user) => format!("user {user}"),
            None => "command line".to_owned(),
        };
        vec![
            one_line(space.name.as_str()),
            space.id.to_string(),
            members.to_string(),
            now.absolute(space.created_at),
            made_by,
        ]
    };
    let rows: Vec<Vec<String>> = spaces.iter().map(row).collect();
    table(&["Name", "Id", "Members", "Created", "Made by"], &rows, width, headings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::time;
    use model::{SpaceId, SpaceName, Timestamp, UserId};

    #[test]
    fn spaces_are_told_with_their_ids_and_who_made_them() {
        let space = |number: u8, name: &str, by: Option<u8>| SharedSpace {
            id: SpaceId::from_bytes([number; 10]),
            name: SpaceName::new(name).unwrap(),
            created_at: Timestamp::from_stored_iso("2026-11-01T10:00:00Z").unwrap(),
            created_by: by.map(|user| UserId::from_bytes([user; 10])),
        };
        let spaces = [(space(1, "crew", None), 0), (space(2, "a \u{301}b", Some(3)), 12)];
        let told = |spaces| for_people(spaces, &time::noon(), Width::Unlimited, Headings::Plain);
        insta::assert_snapshot!(told(&spaces));
        assert!(told(&[]).contains("memory spaces create"));
    }
}
