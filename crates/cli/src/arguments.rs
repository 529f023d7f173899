//! The command line, as types.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use serde_json::json;

use crate::commands::{
    audit, backup, clients, completions, config, delete, doctor, export, filter, get, history, import, keys,
    list, purge, restore, search, server, service, spaces, stats, status, store, undelete, update, users,
    verify,
};
use crate::exit;
use crate::render::Terminal;
use crate::settings::FlagValue;

/// Names under which the program is the server alone, as the original's scripts are.
const SERVER_NAMES: [&str; 2] = ["memory-server", "mcp-memory-server"];

/// Keeps what assistants and people should remember, and finds it again by meaning and by words.
#[derive(Debug, Parser)]
#[command(name = "memory", version, arg_required_else_help = true)]
#[command(subcommand_required = true, after_help = after_help(), max_term_width = 100)]
pub struct Arguments {
    /// Where memories are.
    #[command(flatten)]
    pub source: Source,
    /// How results are printed.
    #[command(flatten)]
    pub output: Output,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where memories are, and what is logged.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Source {
    /// Database file [default: MCP_MEMORY_SQLITE_PATH, else the data directory]
    #[arg(long, global = true, value_name = "PATH")]
    pub db: Option<PathBuf>,
    /// Space to work in: name or id of a shared one, or user:NAME [default: the memories of this installation's owner]
    #[arg(long, global = true, value_name = "SPACE", value_parser = filter::not_blank)]
    pub space: Option<String>,
    /// Configuration file [default: MCP_MEMORY_CONFIG, else ~/.config/mcp-memory/config.toml]
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// What is logged: off, error, warning, info, debug, trace [default: warning]
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

/// How results are printed.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Output {
    /// Print results and errors as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Print nothing but the result: no hints, no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to use colours: auto, always or never; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: Color,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Who is on the other side of standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// A person at a terminal.
    Person,
    /// A program, through a pipe.
    Program,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve an assistant over standard input and output (MCP)
    Server(server::Server),
    /// Keep a text
    Store(store::Store),
    /// Find memories by meaning and by words
    #[command(visible_alias = "recall")]
    Search(search::Search),
    /// Print one memory whole
    Get(get::Get),
    /// Browse memories, newest first
    List(list::List),
    /// Change a memory, in place or as a new version
    Update(update::Update),
    /// Print the versions of a memory
    History(history::History),
    /// Delete memories
    Delete(delete::Delete),
    /// Bring deleted memories back
    Undelete(undelete::Undelete),
    /// Remove deleted memories for good
    Purge(purge::Purge),
    /// List tags with their counts
    Tags(stats::Tags),
    /// Count memories by type, tag, age and more
    Stats(stats::Stats),
    /// Say whether everything works, with counts
    Status(status::Status),
    /// Examine the database for damage, and repair it
    Doctor(doctor::Doctor),
    /// Copy the database while it is in use
    Backup(backup::Backup),
    /// Say whether a backup could be restored
    Verify(verify::Verify),
    /// Put a backup in the place of the database
    Restore(restore::Restore),
    /// Take in memories from a file
    Import(import::Import),
    /// Write memories into a file
    Export(export::Export),
    /// Make, list and revoke API keys for the server over HTTP
    Keys(keys::Keys),
    /// Add, list, disable, enable and reset users: people who sign in to the server
    Users(users::Users),
    /// List, approve and remove programs that connect with OAuth
    Clients(clients::Clients),
    /// Show who did what: sign-ins, keys, clients, spaces, and what was refused
    Audit(audit::Audit),
    /// Make, list, rename and remove shared spaces and their members; move memories between spaces
    Spaces(spaces::Spaces),
    /// Start the server over HTTP beside, and wait until it answers
    Launch(service::launch::Launch),
    /// End the launched server
    Stop(service::stop::Stop),
    /// End the launched server and start it again
    Restart(service::restart::Restart),
    /// Say whether the server over HTTP runs, and where
    Info(service::info::Info),
    /// Ask the server over HTTP whether it is well
    Health(service::health::Health),
    /// Print the end of what the launched server wrote
    Logs(service::logs::Logs),
    /// Have the system start the server
    Service(service::Service),
    /// Show the settings in force, and where each comes from
    Config(config::Config),
    /// Print the completions of a shell
    Completions(completions::Completions),
}

impl Arguments {
    /// The arguments of this process.
    ///
    /// # Errors
    /// [`Usage`]: wrong arguments, or a wish for help or the version.
    pub fn of_process() -> Result<Self, Usage> {
        let caller = if std::io::stdin().is_terminal() { Caller::Person } else { Caller::Program };
        Self::of(std::env::args_os().collect(), caller)
    }

    /// Arguments, the name of the program first.
    ///
    /// # Errors
    /// As [`Arguments::of_process`].
    pub fn of(mut arguments: Vec<OsString>, caller: Caller) -> Result<Self, Usage> {
        let name = arguments.first().map(Path::new).and_then(Path::file_stem);
        let wants_version = arguments.get(1).is_some_and(|first| first == "--version" || first == "-V");
        let is_server = name.is_some_and(|name| SERVER_NAMES.iter().any(|server| name == *server));
        // Old configurations of clients name the program alone; a person who does that gets the help.
        let is_bare = arguments.len() == 1 && caller == Caller::Program;
        if (is_server && !wants_version) || is_bare {
            arguments.insert(1, "server".into());
        }
        // Wrong arguments are told as JSON too, although they could not be read.
        let json = arguments.iter().skip(1).take_while(|text| *text != "--").any(|text| text == "--json");
        Self::try_parse_from(arguments).map_err(|error| Usage { error: Box::new(error), json })
    }

    /// The whole command line, for completions and reference pages.
    #[must_use]
    pub fn definition() -> clap::Command {
        Self::command()
    }
}

impl Command {
    /// Whether it does something to what is in one space.
    pub(crate) fn works_in_a_space(&self) -> bool {
        match self {
            Self::Server(_)
            | Self::Launch(_)
            | Self::Stop(_)
            | Self::Restart(_)
            | Self::Info(_)
            | Self::Health(_)
            | Self::Logs(_)
            | Self::Service(_)
            | Self::Config(_)
            | Self::Audit(_)
            | Self::Clients(_)
            | Self::Users(_)
            | Self::Verify(_)
            | Self::Completions(_) => false,
            Self::Spaces(command) => command.works_in_a_space(),
            Self::Doctor(command) => command.subject.is_none(),
            Self::Store(_)
            | Self::Search(_)
            | Self::Get(_)
            | Self::List(_)
            | Self::Update(_)
            | Self::History(_)
            | Self::Delete(_)
            | Self::Undelete(_)
            | Self::Purge(_)
            | Self::Tags(_)
            | Self::Stats(_)
            | Self::Status(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Import(_)
            | Self::Export(_)
            | Self::Keys(_) => true,
        }
    }
}

impl Source {
    /// The flags that stand for variables.
    #[must_use]
    pub fn flag_values(&self) -> Vec<FlagValue> {
        let db = self.db.as_ref().map(|path| FlagValue {
            variable: "MCP_MEMORY_SQLITE_PATH",
            flag: "--db",
            text: path.into(),
        });
        let log = self.log_level.as_ref().map(|level| FlagValue {
            variable: "MCP_LOG_LEVEL",
            flag: "--log-level",
            text: level.into(),
        });
        let config = self.config.as_ref().map(|path| FlagValue {
            variable: "MCP_MEMORY_CONFIG",
            flag: "--config",
            text: path.into(),
        });
        db.into_iter().chain(config).chain(log).collect()
    }
}

/// Wrong arguments, or a wish for help or the version.
#[derive(Debug)]
pub struct Usage {
    error: Box<clap::Error>,
    json: bool,
}

impl Usage {
    /// Prints it where it belongs, and gives the exit code: 0 for help and version, 2 for wrong arguments.
    pub fn report(self) -> ExitCode {
        let Self { error, json } = self;
        if json && error.use_stderr() {
            let message = error.render().to_string();
            let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
            let hint = "run the command with --help";
            let error = json!({ "error": { "code": "invalid_input", "message": message, "hint": hint } });
            Terminal::new(&Output { json, ..Output::default() }).error(&format!("{error:#}"));
        } else {
            // A reader that went away is no failure.
            let _gone = error.print();
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(exit::USAGE))
    }
}

fn after_help() -> String {
    format!(
        "Examples:\n  \
         memory store \"The staging database listens on port 5433\" --tags infra,staging\n  \
         memory search \"which port does staging use\"\n  \
         memory server            what an assistant starts; see the README for each client\n\n\
         Exit codes:\n{}\n\n\
         Settings come from flags, the environment, the file .env in this directory or in\n\
         ~/.mcp-memory, and the file config.toml in ~/.config/mcp-memory.",
        exit::table()
    )
}

#[cfg(test)]
mod tests;
