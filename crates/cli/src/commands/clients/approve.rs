//! `memory clients approve`: allows a program to act on its own.

use clap::Args;
use engine::{EngineError, ErrorCode};
use model::{Capability, Space};
use serde_json::json;

use super::{Desk, id};
use crate::commands::filter::not_blank;
use crate::commands::keys::create::Scope;
use crate::commands::spaces::meant::meant;
use crate::commands::users;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, one_line, styled};

/// Allows a program to act on its own (client_credentials), in one space, for a user who answers for it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory clients approve qszk4cgmtbnxilh2 --user anna
  memory clients approve qszk4cgmtbnxilh2 --user anna --in crew --scope write

The program must have registered with a secret and for client_credentials. It may do
no more than the user may there, now and later: when the user is disabled or leaves the
space, the program is refused. What was approved before is over.")]
pub struct Approve {
    /// Id of the program
    #[arg(value_name = "ID", value_parser = not_blank)]
    pub client: String,
    /// Name or id of the user who answers for it
    #[arg(short, long, value_name = "USER", value_parser = not_blank)]
    pub user: String,
    /// Name or id of a shared space [default: the user's own]
    #[arg(long = "in", value_name = "SPACE", value_parser = not_blank)]
    pub space: Option<String>,
    /// What it may do: read, add, write or admin
    #[arg(short, long, value_name = "SCOPE", default_value = "read", hide_possible_values = true)]
    pub scope: Scope,
}

impl Approve {
    pub(super) async fn run(self, desk: &Desk) -> Result<Verdict, Failure> {
        let client = id(&self.client)?;
        let user = users::meant(&desk.accounts, &self.user).await?;
        let space = match &self.space {
            Some(text) => meant(&desk.spaces, &desk.accounts, text).await?,
            None => user.space.clone(),
        };
        let role = desk.spaces.may(&user.id, &user.space, &space).await.map_err(EngineError::from)?;
        let wanted = Capability::from(self.scope);
        if role.is_none_or(|role| role.capability() < wanted) {
            return Err(Failure::Known {
                code: ErrorCode::InvalidInput,
                message: format!("{} may not do that there, so no program may for that user", user.name),
                hint: Some("`memory spaces members SPACE` shows who may do what".to_owned()),
            });
        }
        let own = desk.server.approve(&client, &user.id, &space, wanted).await.map_err(refusal)?;
        match desk.terminal.format() {
            Format::Json => desk.terminal.print_json(&json!({
                "id": client.as_str(),
                "authorization": own.id.as_str(),
                "user": user.id.as_str(),
                "space": space.to_string(),
                "scope": wanted.name(),
            }))?,
            Format::Human => {
                let place = match &space {
                    Space::Default => "the default space".to_owned(),
                    named => format!("space {named}"),
                };
                let (name, scope) = (one_line(client.as_str()), wanted.name());
                desk.terminal.print(&format!(
                    "{} {name}: scope {scope} in {place}, for {}",
                    styled(GOOD, "approved"),
                    user.name
                ))?;
            }
        }
        Ok(Verdict::Success)
    }
}

fn refusal(error: auth::oauth::Error) -> Failure {
    match error.source {
        Some(error) => EngineError::from(error).into(),
        None => Failure::invalid(
            error.description.to_owned(),
            "`memory clients list` shows which programs act on their own",
        ),
    }
}
