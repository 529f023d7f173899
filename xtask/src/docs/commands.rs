//! The page of commands.

use clap::{Arg, ArgAction, Command};
use cli::arguments::Arguments;

use super::markdown::{Page, code};

const ABOUT: &str = "The program `memory`. Exit codes are in [exit-codes.md](exit-codes.md), settings in [settings.md](settings.md). Every \
command takes the global options, before its name or behind it.";

pub(super) fn page() -> String {
    let mut definition = Arguments::definition();
    definition.build();
    let mut page = Page::new("Commands", ABOUT);
    let commands: Vec<&Command> = definition
        .get_subcommands()
        .filter(|command| command.get_name() != "help" && !command.is_hide_set())
        .collect();
    let overview =
        commands.iter().map(|command| [code(&format!("memory {}", command.get_name())), about(command)]);
    page.table(["Command", "What it does"], overview);
    page.heading(2, "Global options");
    let is_shown = |argument: &&Arg| argument.is_global_set();
    options(&mut page, definition.get_arguments().filter(is_shown));
    for command in commands {
        describe(&mut page, command, &format!("memory {}", command.get_name()));
    }
    page.finish()
}

/// A command by its whole name, and those below it.
fn describe(page: &mut Page, command: &Command, name: &str) {
    page.heading(2, name);
    page.paragraph(&format!("{}.", about(command)));
    let aliases: Vec<String> =
        command.get_visible_aliases().map(|alias| code(&format!("memory {alias}"))).collect();
    if !aliases.is_empty() {
        page.paragraph(&format!("Also {}.", aliases.join(", ")));
    }
    let positional = command.get_positionals().map(|argument| {
        let name =
            argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string).unwrap_or_default();
        [code(&name), values(argument, help(argument))]
    });
    page.table(["Argument", "Meaning"], positional);
    let is_own = |argument: &&Arg| !argument.is_global_set() && !argument.is_positional();
    options(page, command.get_arguments().filter(is_own));
    if let Some(after) = command.get_after_help() {
        page.code("text", &after.to_string());
    }
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        describe(page, inner, &format!("{name} {}", inner.get_name()));
    }
}

fn options<'a>(page: &mut Page, arguments: impl Iterator<Item = &'a Arg>) {
    let shown = arguments.filter(|argument| !matches!(argument.get_id().as_str(), "help" | "version"));
    let rows = shown.map(|argument| {
        let default: Vec<_> =
            argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        let default = if argument.get_action().takes_values() { default.join(",") } else { String::new() };
        [names(argument), code(&default), values(argument, help(argument))]
    });
    page.table(["Option", "Default", "Meaning"], rows);
}

/// The names of an option and of its value.
fn names(argument: &Arg) -> String {
    let short = argument.get_short().map(|short| format!("`-{short}`"));
    let mut long: Vec<&str> = argument.get_long().into_iter().collect();
    long.extend(argument.get_visible_aliases().into_iter().flatten());
    let value = match argument.get_action() {
        ArgAction::Set | ArgAction::Append => argument.get_value_names().and_then(<[_]>::first),
        _ => None,
    };
    let value = value.map(|name| format!(" <{name}>")).unwrap_or_default();
    let long = long.into_iter().map(|name| format!("`--{name}{value}`"));
    short.into_iter().chain(long).collect::<Vec<_>>().join(", ")
}

fn help(argument: &Arg) -> String {
    argument.get_help().map(ToString::to_string).unwrap_or_default()
}

/// The values that an argument takes, where its help does not name them.
fn values(argument: &Arg, help: String) -> String {
    if argument.is_hide_possible_values_set() || !argument.get_action().takes_values() {
        return help;
    }
    let values: Vec<String> =
        argument.get_possible_values().iter().map(|value| code(value.get_name())).collect();
    if values.is_empty() { help } else { format!("{help}: {}", values.join(", ")) }
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_told(page: &str, command: &Command, name: &str) {
        assert!(page.contains(&format!("## {name}\n")), "{name}");
        for option in command.get_arguments().filter_map(Arg::get_long) {
            assert!(page.contains(&format!("`--{option}")), "{option}");
        }
        for inner in command.get_subcommands() {
            is_told(page, inner, &format!("{name} {}", inner.get_name()));
        }
    }

    #[test]
    fn every_command_and_every_option_is_on_the_page() {
        let page = page();
        for command in Arguments::definition().get_subcommands() {
            is_told(&page, command, &format!("memory {}", command.get_name()));
        }
    }
}
