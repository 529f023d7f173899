//! Units: what systemd and launchd are told of the server.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What they are told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// The program and its arguments, the program by its absolute path.
    pub(super) command: Vec<String>,
    /// The directories that it may write in, absolute.
    pub(super) writable: Vec<PathBuf>,
    /// How many seconds it may take to end.
    pub(super) stop_s: u64,
    /// Whose it is.
    pub(super) owner: Owner,
}

/// Whose a unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user's who installs it.
    User {
        /// Where launchd writes what the server prints.
        logs: PathBuf,
    },
    /// The system's, which runs it as another account.
    System {
        /// That account.
        account: String,
    },
}

/// Where the system's server has its files. systemd makes it.
pub(super) const SYSTEM_BASE: &str = "/var/lib/mcp-memory";

/// What a user's own manager of services can enforce too.
const HARDENING: &str = "UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
SystemCallArchitectures=native
";

/// What only the system's can.
const SYSTEM_HARDENING: &str = "CapabilityBoundingSet=
PrivateDevices=yes
ProtectClock=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectProc=invisible
";

impl Unit {
    /// As systemd reads it (systemd.service(5), systemd.exec(5)).
    pub(super) fn systemd(&self) -> String {
        let command: Vec<String> = self.command.iter().map(|word| quoted(&word.replace('$', "$$"))).collect();
        let mut text = format!(
            "[Unit]\n\
             Description=MCP Memory Service\n\
             After=network.target\n\
             \n\
             [Service]\n\
             Type=exec\n\
             ExecStart={}\n\
             ExecReload=/bin/kill -HUP $MAINPID\n\
             Restart=on-failure\n\
             RestartSec=2\n\
             TimeoutStopSec={}\n",
            command.join(" "),
            self.stop_s
        );
        if let Owner::System { account } = &self.owner {
            text += &format!(
                "User={account}\nWorkingDirectory={SYSTEM_BASE}\nStateDirectory=mcp-memory\nStateDirectoryMode=0700\n\
                 Environment=MCP_MEMORY_BASE_DIR={SYSTEM_BASE}\n"
            );
        }
        for directory in &self.writable {
            // Writing to a String cannot fail.
            let _infallible = writeln!(text, "ReadWritePaths={}", quoted(&directory.to_string_lossy()));
        }
        text += HARDENING;
        let target = match self.owner {
            Owner::User { .. } => "default.target",
            Owner::System { .. } => {
                text += SYSTEM_HARDENING;
                "multi-user.target"
            }
        };
        text + &format!("\n[Install]\nWantedBy={target}\n")
    }

    /// As launchd reads it (launchd.plist(5)).
    pub(super) fn launchd(&self) -> String {
        let arguments: String =
            self.command.iter().map(|word| format!("    <string>{}</string>\n", escaped(word))).collect();
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
             <plist version=\"1.0\">\n<dict>\n\
             \x20 <key>Label</key>\n  <string>mcp-memory</string>\n\
             \x20 <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n\
             \x20 <key>RunAtLoad</key>\n  <true/>\n\
             \x20 <key>KeepAlive</key>\n  <dict>\n    <key>SuccessfulExit</key>\n    <false/>\n  </dict>\n\
             \x20 <key>ExitTimeOut</key>\n  <integer>{}</integer>\n\
             \x20 <key>Umask</key>\n  <integer>63</integer>\n",
            self.stop_s
        );
        let more = match &self.owner {
            Owner::User { logs } => {
                let path = |name: &str| escaped(&logs.join(name).to_string_lossy());
                format!(
                    "  <key>StandardOutPath</key>\n  <string>{}</string>\n\
                     \x20 <key>StandardErrorPath</key>\n  <string>{}</string>\n",
                    path("server.log"),
                    path("server.err")
                )
            }
            Owner::System { account } => format!(
                "  <key>UserName</key>\n  <string>{}</string>\n\
                 \x20 <key>WorkingDirectory</key>\n  <string>{SYSTEM_BASE}</string>\n\
                 \x20 <key>EnvironmentVariables</key>\n  <dict>\n    <key>MCP_MEMORY_BASE_DIR</key>\n    \
                 <string>{SYSTEM_BASE}</string>\n  </dict>\n",
                escaped(account)
            ),
        };
        text += &more;
        text + "</dict>\n</plist>\n"
    }
}

/// Whether a text can stand in a unit: a line end would begin another setting.
pub(super) fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Whether a name can be that of an account which is not root's.
pub(super) fn is_account(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let begins = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    begins && name.len() <= 32 && name.bytes().all(is_part) && name != "root"
}

/// The directory of a file, where it is no root.
pub(super) fn directory_of(file: &Path) -> Option<PathBuf> {
    file.parent().filter(|parent| parent.parent().is_some()).map(Path::to_owned)
}

/// A word of systemd: in quotes, what it would replace doubled.
fn quoted(word: &str) -> String {
    format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"))
}

/// A text of XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(owner: Owner) -> Unit {
        Unit {
            command: ["/opt/my apps/memory", "server", "--http", "--db=/a \"b\"/100%$HOME\\<&>.db"]
                .map(str::to_owned)
                .into(),
            writable: vec!["/home/u/.local/share/mcp-memory".into(), "/srv/50% \"x\"".into()],
            stop_s: 40,
            owner,
        }
    }

    fn user() -> Owner {
        Owner::User { logs: "/home/u/.local/share/mcp-memory/logs".into() }
    }

    fn system() -> Owner {
        Owner::System { account: "memory".to_owned() }
    }

    #[test]
    fn the_units_of_systemd_are_these() {
        insta::assert_snapshot!("user", unit(user()).systemd());
        insta::assert_snapshot!("system", unit(system()).systemd());
    }

    #[test]
    fn the_lists_of_launchd_are_these() {
        insta::assert_snapshot!("agent", unit(user()).launchd());
        insta::assert_snapshot!("daemon", unit(system()).launchd());
    }

    #[test]
    fn no_unit_runs_as_root() {
        for name in ["root", "", "0", "a b", "-x", "a\nUser=root", &"x".repeat(33)] {
            assert!(!is_account(name), "{name}");
        }
        for name in ["memory", "_memory", "svc-1.x", &"x".repeat(32)] {
            assert!(is_account(name), "{name}");
        }
    }

    #[test]
    fn a_whole_disk_is_not_made_writable() {
        assert_eq!(directory_of(Path::new("/m.db")), None);
        assert_eq!(directory_of(Path::new("/a/m.db")), Some("/a".into()));
        assert!(is_one_line("a b") && !is_one_line("a\nUser=root"));
    }
}
