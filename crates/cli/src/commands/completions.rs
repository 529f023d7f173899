//! `memory completions`: the completions of a shell.

use clap::Args;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;

/// Prints the completions of a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory completions bash > ~/.local/share/bash-completion/completions/memory
  memory completions zsh > \"${fpath[1]}/_memory\"
  memory completions fish > ~/.config/fish/completions/memory.fish")]
pub struct Completions {
    /// Which shell
    pub shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, terminal: &Terminal) -> Result<Verdict, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::definition(), "memory", &mut script);
        terminal.print_exactly(&String::from_utf8_lossy(&script))?;
        Ok(Verdict::Success)
    }
}
