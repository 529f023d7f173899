//! `memory config`: the settings in force, and where each comes from.

mod report;

use clap::Args;

use super::filter;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::table::{Headings, Width};
use crate::render::{Format, Terminal};
use crate::settings::{Environment, Settings, variables};

/// Shows the settings in force, and where each comes from.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory config
  memory config MCP_MEMORY_SQLITE_PATH
  memory config --all                     also what is set and has no effect, and why
  memory config --json | jq -r '.settings[] | select(.origin.kind != \"default\") | .name'

Flags go before the environment, the environment before the file .env, that
before the configuration file. Secrets are not shown.")]
pub struct Config {
    /// One setting, by the name of its variable
    #[arg(value_name = "NAME", value_parser = filter::not_blank)]
    pub name: Option<String>,
    /// Also what is set and has no effect in this release, and why
    #[arg(short, long, conflicts_with = "name")]
    pub all: bool,
}

impl Config {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let settings = Settings::resolve(source.flag_values(), Environment::of_process())?;
        match self.name {
            Some(name) => one(terminal, &settings, &name)?,
            None => every(terminal, &settings, self.all)?,
        }
        Ok(Verdict::Success)
    }
}

fn every(terminal: &Terminal, settings: &Settings, all: bool) -> Result<(), Failure> {
    let extent = if all { report::Extent::All } else { report::Extent::InForce };
    match terminal.format() {
        Format::Json => terminal.print_json(&report::for_programs(settings, extent))?,
        Format::Human => {
            let (width, headings) = (Width::of_stdout(), Headings::of_stdout());
            terminal.print(&report::for_people(settings, extent, width, headings))?;
        }
    }
    if let Some(more) = report::left_out(settings, extent) {
        terminal.say(&more);
    }
    Ok(())
}

fn one(terminal: &Terminal, settings: &Settings, name: &str) -> Result<(), Failure> {
    let Some(setting) = report::One::of(settings, name) else {
        let hint = match variables::nearest(name) {
            Some(known) => format!("did you mean {known}?"),
            None => "`memory config` lists the settings in force".to_owned(),
        };
        return Err(Failure::invalid(format!("{name} is no setting of this program"), hint));
    };
    match terminal.format() {
        Format::Json => terminal.print_json(&setting.for_programs())?,
        Format::Human => terminal.print(&setting.for_people())?,
    }
    Ok(())
}
