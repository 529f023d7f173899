//! The settings of who is let in over HTTP.

use std::path::PathBuf;

use auth::{MAX_CREDENTIAL_BYTES, Policy, Secret};
use model::Capability;

use super::layers::{Layers, Raw};
use super::resolve::{checked, file};
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// How many days an entry of the audit log may be kept.
const MOST_AUDIT_DAYS: usize = 3650;

/// Who is let in over HTTP.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The key whose holder may do everything.
    pub owner_key: Setting<Option<Secret>>,
    /// Whether callers without a key are served.
    pub allow_anonymous: Setting<bool>,
    /// What such callers may do; none is nothing.
    pub anonymous_scope: Setting<Option<Capability>>,
    /// The file of API keys. Absolute.
    pub file: Setting<PathBuf>,
    /// The directory of all spaces but the default one. Absolute.
    pub spaces: Setting<PathBuf>,
    /// How many days the audit log keeps an entry.
    pub audit_days: Setting<u32>,
}

impl Access {
    pub(super) fn resolve(
        layers: &Layers,
        base: &Result<Setting<PathBuf>, InvalidSetting>,
        database: &Setting<PathBuf>,
    ) -> Result<Self, InvalidSetting> {
        // Whoever has no home says where the database is; the keys are next to it then.
        let beside = || {
            let directory = database.value.parent()?.to_owned();
            Some(Setting { value: directory, origin: database.origin.clone() })
        };
        let base = base.clone().or_else(|error| beside().ok_or(error));
        Ok(Self {
            owner_key: checked(layers.secret(var::API_KEY, var::API_KEY_FILE)?, owner_key, None)?,
            allow_anonymous: checked(layers.get(var::ALLOW_ANONYMOUS), parse::switch, false)?,
            anonymous_scope: checked(
                layers.get(var::ANONYMOUS_SCOPE),
                anonymous_scope,
                Some(Capability::Write),
            )?,
            file: file(layers, &[var::ACCESS_PATH], &base, "access.db")?,
            spaces: file(layers, &[var::SPACES_PATH], &base, "spaces")?,
            audit_days: checked(layers.get(var::AUDIT_DAYS), audit_days, 365)?,
        })
    }

    /// All of it together.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            owner_key: self.owner_key.value.clone(),
            anonymous: self.anonymous_scope.value.filter(|_| self.allow_anonymous.value),
        }
    }

    /// The scope of callers without a key, as it is written.
    #[must_use]
    pub fn shown_scope(&self) -> &'static str {
        match self.anonymous_scope.value {
            None => "",
            Some(Capability::Read) => "read",
            Some(Capability::Add) => "read add",
            Some(Capability::Write) => "read write",
            Some(Capability::Admin) => "read write admin",
        }
    }
}

fn audit_days(raw: &Raw) -> Result<u32, InvalidSetting> {
    parse::number(raw, 1, MOST_AUDIT_DAYS).map(|days| u32::try_from(days).unwrap_or(u32::MAX))
}

fn owner_key(raw: &Raw) -> Result<Option<Secret>, InvalidSetting> {
    let text = raw.as_text()?;
    if text.len() > MAX_CREDENTIAL_BYTES || text.chars().any(char::is_control) {
        let allowed = format!("it must have at most {MAX_CREDENTIAL_BYTES} bytes and no control characters");
        return Err(InvalidSetting::value(raw, allowed));
    }
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

/// Words in any order; the greatest counts, because each scope includes the ones before it.
fn anonymous_scope(raw: &Raw) -> Result<Option<Capability>, InvalidSetting> {
    let words = raw.as_text()?.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let scopes: Result<Vec<Capability>, _> = words.map(str::parse::<Capability>).collect();
    let allowed = "it must be some of read, add, write and admin, with blanks between; empty is nothing";
    Ok(scopes.map_err(|_| InvalidSetting::value(raw, allowed))?.into_iter().max())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, FlagValue, Origin, Settings};

    fn with(variables: &[(&str, &str)]) -> Result<Access, InvalidSetting> {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home))
            .map(|settings| settings.access)
    }

    #[test]
    fn cve_2026_31240_nobody_is_let_in_unless_the_owner_says_so() {
        let policy = |variables: &[(&str, &str)]| with(variables).unwrap().policy();
        assert_eq!(policy(&[]), Policy::default());
        assert_eq!(policy(&[("MCP_ANONYMOUS_SCOPE", "read")]), Policy::default());
        let allowed = ("MCP_ALLOW_ANONYMOUS_ACCESS", "true");
        assert_eq!(policy(&[allowed]).anonymous, Some(Capability::Write));
        assert_eq!(policy(&[allowed, ("MCP_ANONYMOUS_SCOPE", "read")]).anonymous, Some(Capability::Read));
        let key = policy(&[("MCP_API_KEY", "  hunter2 ")]);
        assert_eq!(key, Policy { owner_key: Some(Secret::new("hunter2")), anonymous: None });
        assert_eq!(policy(&[("MCP_API_KEY", "")]), Policy::default());
        assert_eq!(policy(&[("MCP_API_KEY", "  ")]), Policy::default());
    }

    #[test]
    fn the_audit_log_is_kept_for_days_within_bounds() {
        let days =
            |text: &str| with(&[("MCP_MEMORY_AUDIT_RETENTION_DAYS", text)]).map(|one| one.audit_days.value);
        assert_eq!(with(&[]).unwrap().audit_days.value, 365);
        assert_eq!((days("1"), days("3650")), (Ok(1), Ok(3650)));
        for text in ["0", "3651", "-1", "a year"] {
            assert!(days(text).unwrap_err().to_string().contains("from 1 to 3650"), "{text}");
        }
    }

    #[test]
    fn a_scope_is_words_and_an_empty_one_is_nothing() {
        let scope = |text: &str| with(&[("MCP_ANONYMOUS_SCOPE", text)]).map(|one| one.anonymous_scope.value);
        for (text, expected) in [
            ("", None),
            ("  ", None),
            ("read", Some(Capability::Read)),
            ("write", Some(Capability::Write)),
            ("add read", Some(Capability::Add)),
            ("write  read", Some(Capability::Write)),
            ("read,write,admin", Some(Capability::Admin)),
        ] {
            assert_eq!(scope(text), Ok(expected), "{text:?}");
        }
        for text in ["all", "read readwrite", "READ", "none"] {
            assert!(scope(text).unwrap_err().to_string().contains("read, add, write and admin"), "{text}");
        }
    }

    #[test]
    fn an_empty_scope_is_nothing_in_every_layer() {
        let home = tempfile::tempdir().unwrap();
        let scope = |variables: &[(&str, &str)]| {
            let environment = Environment::of(variables, Some(home.path()), home.path());
            let access = Settings::resolve(Vec::new(), environment).unwrap().access;
            (access.anonymous_scope.value, access.anonymous_scope.origin)
        };
        let config = home.path().join(".config/mcp-memory/config.toml");
        std::fs::create_dir_all(config.parent().unwrap()).unwrap();
        std::fs::write(&config, "anonymous_scope = \"\"\n").unwrap();
        let (nothing, origin) = scope(&[]);
        assert!(nothing.is_none() && matches!(origin, Origin::ConfigFile { .. }), "{origin}");
        std::fs::write(home.path().join(".env"), "MCP_ANONYMOUS_SCOPE=\n").unwrap();
        let (nothing, origin) = scope(&[]);
        assert!(nothing.is_none() && matches!(origin, Origin::DotEnv { .. }), "{origin}");
        assert_eq!(scope(&[("MCP_ANONYMOUS_SCOPE", "read")]).0, Some(Capability::Read));
    }

    #[test]
    fn a_key_ends_at_its_limit_and_has_no_control_characters() {
        let longest = "k".repeat(MAX_CREDENTIAL_BYTES);
        assert!(with(&[("MCP_API_KEY", &longest)]).is_ok());
        for text in [longest + "k", "hunter2\u{1b}[31m".to_owned(), "hunter2\nhunter2".to_owned()] {
            let told = with(&[("MCP_API_KEY", &text)]).unwrap_err().to_string();
            assert!(told.contains("512") && !told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn the_key_is_read_from_a_private_file_and_shown_nowhere() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("key");
        std::fs::write(&path, "hunter2\n").unwrap();
        let resolve = || {
            let variables = [("MCP_API_KEY_FILE", path.to_str().unwrap())];
            Settings::resolve(Vec::new(), Environment::of(&variables, Some(home.path()), home.path()))
        };
        let mode = |mode| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
            std::fs::set_permissions(&path, mode).unwrap();
        };
        mode(0o644);
        assert!(resolve().unwrap_err().to_string().contains("chmod 600"));
        mode(0o600);
        let settings = resolve().unwrap();
        assert_eq!(settings.access.policy().owner_key, Some(Secret::new("hunter2")));
        let shown: Vec<String> = settings.effective().iter().map(|one| one.shown()).collect();
        let told = format!("{settings:?} {:?} {shown:?}", settings.effective());
        assert!(!told.contains("hunter2"), "{told}");
    }

    #[test]
    fn keys_are_in_the_base_directory_or_where_the_user_says() {
        let file = |variables: &[(&str, &str)]| with(variables).unwrap().file.value;
        assert_eq!(file(&[("MCP_MEMORY_BASE_DIR", "/b")]), Path::new("/b/access.db"));
        let named = ("MCP_MEMORY_ACCESS_PATH", "~/keys.db");
        assert_eq!(file(&[("MCP_MEMORY_BASE_DIR", "/b"), named]), Path::new("/home/u/keys.db"));
        let db = FlagValue { variable: "MCP_MEMORY_SQLITE_PATH", flag: "--db", text: "/d/m.db".into() };
        let homeless = |variables: &[(&str, &str)]| {
            let variables = [variables, &[("MCP_MEMORY_BACKUPS_PATH", "/d/backups")]].concat();
            let environment = Environment::of(&variables, None, Path::new("/work"));
            Settings::resolve(vec![db.clone()], environment).unwrap().access.file
        };
        assert_eq!(homeless(&[]).value, Path::new("/d/access.db"));
        assert!(matches!(homeless(&[]).origin, Origin::Flag { name: "--db" }));
    }
}
