//! What a command works with.

use engine::{Capability, Engine, ErrorCode, Grant};
use mcp::Defaults;
use model::Space;
use ports::SystemClock;
use serde_json::{Map, Value};

use super::access;
use super::spaces::meant::meant_in;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::logging;
use crate::render::progress::waiting;
use crate::render::time::Now;
use crate::render::{Format, Terminal};
use crate::settings::{Environment, Settings};
use crate::wiring::{self, Place, Use};

/// What a command works with: its terminal, the settings, and the owner's handle on the memories of a space.
pub(crate) struct Session {
    pub(crate) terminal: Terminal,
    pub(crate) settings: Settings,
    pub(crate) grant: Grant,
    /// Where the space is in which it works.
    pub(crate) place: Place,
    space: Space,
    engine: Engine,
    defaults: Defaults,
}

/// The answer of a tool, for programs and for people.
pub(crate) struct Answered<T> {
    /// As the tool gave it.
    pub(crate) value: Value,
    /// The same, typed.
    pub(crate) typed: T,
}

impl Session {
    /// Reads the settings, carries out a command, and closes what it opened.
    pub(crate) fn run(
        terminal: &Terminal,
        source: &Source,
        command: impl AsyncFnOnce(&Self) -> Result<Verdict, Failure>,
    ) -> Result<Verdict, Failure> {
        let settings = Settings::resolve(source.flag_values(), Environment::of_process())?;
        logging::start(&settings);
        let runtime = runtime()?;
        let result = runtime.block_on(async {
            let space = here(&settings, source).await?;
            let session = Self::new(*terminal, settings, space);
            let result = command(&session).await;
            session.engine.close().await;
            result
        });
        // What still runs (the model, being loaded for nothing) is not waited for.
        runtime.shutdown_background();
        result
    }

    fn new(terminal: Terminal, settings: Settings, space: Space) -> Self {
        let engine = wiring::engine(&settings, Use::Command);
        let grant = engine.grant(&space, Capability::Admin);
        let place = wiring::place(&settings, &space);
        // A terminal has no context window: nothing is left out unless the settings say so.
        let mut defaults = wiring::defaults(&settings);
        defaults.max_response_chars.get_or_insert(u64::MAX);
        Self { terminal, settings, grant, place, space, engine, defaults }
    }

    /// Fails when there is no database: opening one that is not there makes it, and a wrong path would look well.
    pub(crate) fn refuse_to_create(&self) -> Result<(), Failure> {
        if self.place.database.exists() {
            return Ok(());
        }
        if self.space != Space::Default {
            return Err(Failure::Known {
                code: ErrorCode::StorageUnavailable,
                message: "nothing was ever stored in this space".to_owned(),
                hint: Some("store something first, or name another one with --space".to_owned()),
            });
        }
        let (path, origin) = (self.place.database.display(), &self.settings.database.origin);
        Err(Failure::Known {
            code: ErrorCode::StorageUnavailable,
            message: format!("there is no database at {path} (from {origin})"),
            hint: Some("store something first, or name the database with --db".to_owned()),
        })
    }

    /// Starts loading the model while the database is being opened.
    pub(crate) fn warm(&self) {
        self.engine.warm(&self.space);
    }

    /// The owner's handle on the memories of another space.
    pub(crate) fn owner_of(&self, space: &Space) -> Grant {
        self.engine.grant(space, Capability::Admin)
    }

    /// The space in which it works.
    pub(crate) fn space(&self) -> &Space {
        &self.space
    }

    /// Calls a tool; shows a spinner when that takes longer than a second.
    pub(crate) async fn call<T: 'static>(
        &self,
        doing: &'static str,
        tool: &str,
        mut arguments: Map<String, Value>,
    ) -> Result<Answered<T>, Failure> {
        self.defaults.fill(tool, &mut arguments);
        let answer = waiting(&self.terminal, doing, mcp::tools::call(&self.grant, tool, arguments)).await?;
        let value = answer.structured()?;
        Ok(Answered { value, typed: answer.into_typed()?.0 })
    }

    /// Prints an answer: as JSON for programs, or as `for_people` has it.
    pub(crate) fn print<T>(
        &self,
        answer: &Answered<T>,
        for_people: impl FnOnce(&T) -> String,
    ) -> Result<Verdict, Failure> {
        match self.terminal.format() {
            Format::Json => self.terminal.print_json(&answer.value)?,
            Format::Human => self.terminal.print(&for_people(&answer.typed))?,
        }
        Ok(Verdict::Success)
    }

    /// The present.
    pub(crate) fn now(&self) -> Now {
        Now::of(&SystemClock)
    }
}

#[cfg(test)]
impl Session {
    /// A session of a test. Close it before another one uses the same files.
    pub(crate) fn silent(settings: Settings) -> Self {
        let output = crate::arguments::Output { json: true, quiet: true, ..Default::default() };
        Self::new(Terminal::new(&output), settings, Space::Default)
    }

    /// Closes what it opened.
    pub(crate) async fn close(&self) {
        self.engine.close().await;
    }
}

/// The space that `--space` names.
async fn here(settings: &Settings, source: &Source) -> Result<Space, Failure> {
    let Some(text) = &source.space else { return Ok(Space::Default) };
    access::with(settings, async |access| meant_in(access, text).await).await
}

/// The runtime: one thread for what waits, others only for what blocks.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::system("the program could not start", &error))
}
