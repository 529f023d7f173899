//! The programs that take units: systemd and launchd.

use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::{Args, ValueEnum};

use super::unit::Unit;
use crate::exit::Failure;
use crate::settings::Environment;

/// Which program takes the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// systemd.
    Systemd,
    /// launchd.
    Launchd,
}

/// Which unit.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Which {
    /// The system's unit instead of yours
    #[arg(long)]
    pub system: bool,
    /// Who takes it: systemd or launchd [default: what this system has]
    #[arg(long, value_name = "MANAGER", hide_possible_values = true)]
    pub manager: Option<Kind>,
}

/// A unit's place, and how it is spoken of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Manager {
    kind: Kind,
    is_system: bool,
    /// The file of the unit.
    pub(super) file: PathBuf,
}

/// A command that somebody else carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    program: &'static str,
    arguments: Vec<String>,
}

impl Manager {
    pub(super) fn of(which: Which, environment: &Environment) -> Result<Self, Failure> {
        let here = if cfg!(target_os = "macos") { Kind::Launchd } else { Kind::Systemd };
        let (kind, is_system) = (which.manager.unwrap_or(here), which.system);
        let home = || {
            environment.home().ok_or_else(|| {
                Failure::invalid("no home directory is known, and your units are in it", "set HOME")
            })
        };
        let file = match (kind, is_system) {
            (Kind::Systemd, true) => "/etc/systemd/system/mcp-memory.service".into(),
            (Kind::Launchd, true) => "/Library/LaunchDaemons/mcp-memory.plist".into(),
            (Kind::Launchd, false) => home()?.join("Library/LaunchAgents/mcp-memory.plist"),
            (Kind::Systemd, false) => {
                let of_xdg =
                    environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
                let config = match of_xdg {
                    Some(directory) => directory,
                    None => home()?.join(".config"),
                };
                config.join("systemd/user/mcp-memory.service")
            }
        };
        Ok(Self { kind, is_system, file })
    }

    /// The unit as it reads it.
    pub(super) fn render(&self, unit: &Unit) -> String {
        match self.kind {
            Kind::Systemd => unit.systemd(),
            Kind::Launchd => unit.launchd(),
        }
    }

    /// Reading the unit and starting it, now and from now on.
    pub(super) fn start(&self) -> Vec<Order> {
        match self.kind {
            Kind::Systemd => {
                vec![
                    self.systemctl(&["daemon-reload"]),
                    self.systemctl(&["enable", "mcp-memory.service"]),
                    // A unit that was changed is not started by `enable --now` when it runs.
                    self.systemctl(&["restart", "mcp-memory.service"]),
                ]
            }
            Kind::Launchd => vec![self.launchctl(&["load", "-w", &self.file.to_string_lossy()])],
        }
    }

    /// Stopping it, now and from now on: before its file is removed.
    pub(super) fn stop(&self) -> Vec<Order> {
        match self.kind {
            Kind::Systemd => vec![self.systemctl(&["disable", "--now", "mcp-memory.service"])],
            Kind::Launchd => vec![self.launchctl(&["unload", "-w", &self.file.to_string_lossy()])],
        }
    }

    /// Forgetting it: after its file was removed.
    pub(super) fn forget(&self) -> Vec<Order> {
        match self.kind {
            Kind::Systemd => vec![self.systemctl(&["daemon-reload"])],
            Kind::Launchd => Vec::new(),
        }
    }

    /// Asking whether it runs.
    pub(super) fn ask(&self) -> Order {
        match self.kind {
            Kind::Systemd => self.systemctl(&["is-active", "--quiet", "mcp-memory.service"]),
            Kind::Launchd => self.launchctl(&["list", "mcp-memory"]),
        }
    }

    fn systemctl(&self, arguments: &[&str]) -> Order {
        let scope = if self.is_system { "--system" } else { "--user" };
        Order::new("systemctl", &[&[scope], arguments].concat())
    }

    fn launchctl(&self, arguments: &[&str]) -> Order {
        Order::new("launchctl", arguments)
    }
}

impl Order {
    fn new(program: &'static str, arguments: &[&str]) -> Self {
        Self { program, arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect() }
    }

    /// As a person types it.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.program, self.arguments.join(" "))
    }

    /// Carries it out; says whether it went well.
    pub(super) fn run(&self) -> io::Result<bool> {
        let mut command = Command::new(self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command.status()?.success())
    }
}

/// Carries out orders until one does not go well; gives those that are still to be done, by hand then.
pub(super) fn carry_out(orders: &[Order]) -> &[Order] {
    let failed = orders.iter().position(|order| !order.run().unwrap_or(false));
    &orders[failed.unwrap_or(orders.len())..]
}

/// What is left to be done by hand, a line each.
pub(super) fn by_hand(orders: &[Order]) -> String {
    orders.iter().map(|order| format!("\n  {}", order.line())).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn manager(kind: Kind, system: bool, variables: &[(&str, &str)]) -> Manager {
        let environment = Environment::of(variables, Some(Path::new("/home/u")), Path::new("/"));
        Manager::of(Which { system, manager: Some(kind) }, &environment).unwrap()
    }

    #[test]
    fn each_unit_has_its_place() {
        let file = |kind, system, variables| manager(kind, system, variables).file.display().to_string();
        assert_eq!(file(Kind::Systemd, false, &[]), "/home/u/.config/systemd/user/mcp-memory.service");
        let set = &[("XDG_CONFIG_HOME", "/x")];
        assert_eq!(file(Kind::Systemd, false, set), "/x/systemd/user/mcp-memory.service");
        assert_eq!(file(Kind::Systemd, true, &[]), "/etc/systemd/system/mcp-memory.service");
        assert_eq!(file(Kind::Launchd, false, &[]), "/home/u/Library/LaunchAgents/mcp-memory.plist");
        assert_eq!(file(Kind::Launchd, true, &[]), "/Library/LaunchDaemons/mcp-memory.plist");
    }

    #[test]
    fn nobody_speaks_to_the_systems_units_by_accident() {
        let lines = |manager: Manager| {
            let orders = [manager.start(), manager.stop(), manager.forget(), vec![manager.ask()]].concat();
            orders.iter().map(Order::line).collect::<Vec<_>>()
        };
        assert!(
            lines(manager(Kind::Systemd, false, &[]))
                .iter()
                .all(|line| line.starts_with("systemctl --user "))
        );
        assert!(
            lines(manager(Kind::Systemd, true, &[]))
                .iter()
                .all(|line| line.starts_with("systemctl --system "))
        );
    }

    #[test]
    fn what_was_not_done_is_left_to_be_done_by_hand() {
        let orders = [Order::new("true", &[]), Order::new("false", &["x"]), Order::new("true", &["y"])];
        assert_eq!(carry_out(&orders), &orders[1..]);
        assert_eq!(by_hand(carry_out(&orders)), "\n  false x\n  true y");
        assert_eq!(carry_out(&orders[..1]), []);
        assert_eq!(carry_out(&[Order::new("there-is-no-such-program", &[])]).len(), 1);
    }
}
