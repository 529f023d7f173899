//! `memory spaces members`, `add-member`, `remove-member`: who may do what in a shared space.

use auth::spaces::Actor;
use clap::{Args, ValueEnum};
use engine::EngineError;
use model::{Member, Role, SharedSpace, User};
use ports::SystemClock;
use serde_json::{Value, json};

use super::meant::meant_shared;
use super::{Desk, refusal};
use crate::commands::filter::not_blank;
use crate::commands::users;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::table::{Headings, Width, table};
use crate::render::text::{GOOD, one_line, styled};
use crate::render::time::Now;

/// Lists the members of a shared space.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces members crew
  memory spaces members crew --json | jq -r '.members[].name'

Keys open a space whoever its members are: `memory keys list --space crew`.")]
pub struct Members {
    /// Name or id of the space
    #[arg(value_name = "SPACE", value_parser = not_blank)]
    pub which: String,
}

/// Makes a user a member of a shared space, or gives a member another role.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces add-member crew anna
  memory spaces add-member crew ben --role reader

A reader finds and reads, a writer also stores, changes and deletes, an owner also
says who is a member. It holds from the next request on.")]
pub struct AddMember {
    /// Name or id of the space
    #[arg(value_name = "SPACE", value_parser = not_blank)]
    pub which: String,
    /// Name or id of the user
    #[arg(value_name = "USER", value_parser = not_blank)]
    pub user: String,
    /// What the user may do there: reader, writer or owner
    #[arg(short, long, value_name = "ROLE", default_value = "writer", hide_possible_values = true)]
    pub role: RoleName,
}

/// Ends a membership: that user sees nothing of the space any more.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces remove-member crew ben

It holds from the next request on, also for programs that act for the user. What the
user stored there stays.")]
pub struct RemoveMember {
    /// Name or id of the space
    #[arg(value_name = "SPACE", value_parser = not_blank)]
    pub which: String,
    /// Name or id of the user
    #[arg(value_name = "USER", value_parser = not_blank)]
    pub user: String,
}

/// The name of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleName {
    /// May read.
    Reader,
    /// May read and write.
    Writer,
    /// May also say who is a member.
    Owner,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Reader => Self::Reader,
            RoleName::Writer => Self::Writer,
            RoleName::Owner => Self::Owner,
        }
    }
}

impl Members {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let all = desk.all().await?;
        let space = meant_shared(&all, &self.which)?;
        let mut members = Vec::new();
        for member in desk.spaces.members(&Actor::Installation, &space.id).await.map_err(refusal)? {
            let user = desk.accounts.user(&member.user).await.map_err(EngineError::from)?;
            members.push((member, user));
        }
        match desk.terminal.format() {
            Format::Json => {
                let members: Vec<Value> =
                    members.iter().map(|(member, user)| for_programs(member, user.as_ref())).collect();
                let told = json!({"id": space.id.as_str(), "name": space.name.as_str(), "members": members});
                desk.terminal.print_json(&told)?;
            }
            Format::Human => {
                let now = Now::of(&SystemClock);
                let text = for_people(&members, &now, Width::of_stdout(), Headings::of_stdout());
                desk.terminal.print(&text)?;
            }
        }
        Ok(Verdict::Success)
    }
}

impl AddMember {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let all = desk.all().await?;
        let (space, user) =
            (meant_shared(&all, &self.which)?, users::meant(&desk.accounts, &self.user).await?);
        let role = Role::from(self.role);
        let set = desk.spaces.set_member(&Actor::Installation, &space.id, user.id.clone(), role).await;
        set.map_err(refusal)?;
        tell(desk, space, &user, Some(role))
    }
}

impl RemoveMember {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let all = desk.all().await?;
        let (space, user) =
            (meant_shared(&all, &self.which)?, users::meant(&desk.accounts, &self.user).await?);
        let removed = desk.spaces.remove_member(&Actor::Installation, &space.id, &user.id).await;
        removed.map_err(refusal)?;
        tell(desk, space, &user, None)
    }
}

/// Tells what a user may do now.
fn tell(desk: &Desk, space: &SharedSpace, user: &User, role: Option<Role>) -> Result<Verdict, Failure> {
    match desk.terminal.format() {
        Format::Json => desk.terminal.print_json(&json!({
            "id": space.id.as_str(),
            "name": space.name.as_str(),
            "user": user.id.as_str(),
            "user_name": user.name.as_str(),
            "role": role.map(Role::name),
        }))?,
        Format::Human => {
            let name = one_line(space.name.as_str());
            let text = match role {
                Some(role) => format!("{} {} is {role} in {name} now", styled(GOOD, "done:"), user.name),
                None => format!("{} {} is no member of {name} any more", styled(GOOD, "done:"), user.name),
            };
            desk.terminal.print(&text)?;
        }
    }
    Ok(Verdict::Success)
}

fn for_programs(member: &Member, user: Option<&User>) -> Value {
    json!({
        "user": member.user.as_str(),
        "name": user.map(|user| user.name.as_str()),
        "role": member.role.name(),
        "since": member.since.to_string(),
    })
}

fn for_people(members: &[(Member, Option<User>)], now: &Now, width: Width, headings: Headings) -> String {
    if members.is_empty() {
        return "no members: `memory spaces add-member SPACE USER` makes one".to_owned();
    }
    let row = |(member, user): &(Member, Option<User>)| {
        let name = user.as_ref().map_or_else(|| "-".to_owned(), |user| user.name.to_string());
        vec![name, member.user.to_string(), member.role.to_string(), now.absolute(member.since)]
    };
    let rows: Vec<Vec<String>> = members.iter().map(row).collect();
    table(&["Name", "Id", "Role", "Since"], &rows, width, headings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::time;
    use model::{Space, Timestamp, UserId, UserName};

    #[test]
    fn members_are_told_by_their_names_and_roles() {
        let since = Timestamp::from_stored_iso("2026-11-01T10:00:00Z").unwrap();
        let id = |number: u8| UserId::from_bytes([number; 10]);
        let user = User {
            id: id(1),
            name: UserName::new("anna").unwrap(),
            is_owner: false,
            space: Space::Default,
            created_at: since,
            disabled_at: None,
        };
        let members = [
            (Member { user: id(1), role: Role::Owner, since }, Some(user)),
            (Member { user: id(2), role: Role::Reader, since }, None),
        ];
        let told = |members| for_people(members, &time::noon(), Width::Unlimited, Headings::Plain);
        insta::assert_snapshot!(told(&members));
        assert!(told(&[]).contains("add-member"));
        for name in RoleName::value_variants() {
            assert_eq!(Role::parse(name.to_possible_value().unwrap().get_name()), Some(Role::from(*name)));
        }
    }
}
