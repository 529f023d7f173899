//! The program `memory`.

use std::process::ExitCode;

use cli::arguments::Arguments;
use cli::render::Terminal;
use cli::{commands, exit, process};

fn main() -> ExitCode {
    process::keep_files_private();
    let arguments = match Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(usage) => return usage.report(),
    };
    let terminal = Terminal::new(&arguments.output);
    exit::report(commands::run(arguments, &terminal), &terminal)
}
