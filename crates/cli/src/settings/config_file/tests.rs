use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::settings::{FlagValue, Origin, Settings};

/// A home directory and a working directory, both empty.
struct Dirs {
    home: tempfile::TempDir,
    work: tempfile::TempDir,
}

impl Dirs {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), work: tempfile::tempdir().unwrap() }
    }

    /// The default configuration file with a text.
    fn with(text: &str) -> (Self, PathBuf) {
        let dirs = Self::new();
        let path = dirs.home.path().join(".config/mcp-memory/config.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        (dirs, path)
    }

    fn resolve(&self, variables: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
        self.resolve_with(Vec::new(), variables)
    }

    fn resolve_with(
        &self,
        flags: Vec<FlagValue>,
        variables: &[(&str, &str)],
    ) -> Result<Settings, InvalidSetting> {
        let environment = Environment::of(variables, Some(self.home.path()), self.work.path());
        Settings::resolve(flags, environment)
    }
}

fn error(text: &str) -> (String, PathBuf) {
    let (dirs, path) = Dirs::with(text);
    (dirs.resolve(&[]).unwrap_err().to_string(), path)
}

#[test]
fn the_file_beats_the_default_and_everything_else_beats_the_file() {
    let text = "# mine\nagent_id = \"file\"\nbackup_max_count = 3\nsemantic_dedup_enabled = false\n\
                hybrid_keyword_weight = 0.25\nhybrid_semantic_weight = 0.75\n";
    let (dirs, path) = Dirs::with(text);
    let settings = dirs.resolve(&[]).unwrap();
    let from = |key: &str, line| Origin::ConfigFile { key: key.to_owned(), path: path.clone(), line };
    assert_eq!(settings.agent_id.value.as_deref(), Some("file"));
    assert_eq!(settings.agent_id.origin, from("agent_id", 2));
    assert_eq!(settings.agent_id.origin.to_string(), format!("agent_id in {}, line 2", path.display()));
    assert_eq!((settings.scheduled_backups.count.value, settings.near_duplicates.value), (3, false));
    assert_eq!((settings.weights.words.value, settings.weights.meaning.value), (0.25, 0.75));
    assert_eq!(settings.config.value.as_deref(), Some(path.as_path()));
    assert_eq!((&settings.unknown_keys[..], &settings.notices[..]), (&[][..], &[][..]));
    std::fs::write(dirs.work.path().join(".env"), "MCP_AGENT_ID=dotenv\n").unwrap();
    assert_eq!(dirs.resolve(&[]).unwrap().agent_id.value.as_deref(), Some("dotenv"));
    let set = [("MCP_AGENT_ID", "environment")];
    assert_eq!(dirs.resolve(&set).unwrap().agent_id.value.as_deref(), Some("environment"));
}

#[test]
fn a_file_is_named_by_a_flag_or_by_the_environment_and_must_be_there_then() {
    let (dirs, _) = Dirs::with("agent_id = \"default place\"\n");
    let agent = |settings: Settings| settings.agent_id.value.unwrap();
    for (name, text) in [("a.toml", "agent_id = \"a\""), ("b.toml", "agent_id = \"b\"")] {
        std::fs::write(dirs.work.path().join(name), text).unwrap();
    }
    assert_eq!(agent(dirs.resolve(&[("MCP_MEMORY_CONFIG", "a.toml")]).unwrap()), "a");
    let flag = FlagValue { variable: variables::CONFIG, flag: "--config", text: "b.toml".into() };
    let settings = dirs.resolve_with(vec![flag], &[("MCP_MEMORY_CONFIG", "a.toml")]).unwrap();
    assert_eq!(settings.config.origin, Origin::Flag { name: "--config" });
    assert_eq!(agent(settings), "b");
    let missing = dirs.resolve(&[("MCP_MEMORY_CONFIG", "c.toml")]).unwrap_err().to_string();
    assert_eq!(missing, "MCP_MEMORY_CONFIG in the environment is \"c.toml\": there is no such file");
    // Whoever wrote that file may not be the user.
    std::fs::write(dirs.work.path().join(".env"), "MCP_MEMORY_CONFIG=a.toml\n").unwrap();
    let settings = dirs.resolve(&[]).unwrap();
    assert_eq!(settings.notices.len(), 1);
    assert!(
        settings.notices[0].contains("is ignored: name the file with --config"),
        "{:?}",
        settings.notices
    );
    assert_eq!(agent(settings), "default place");
}

#[test]
fn without_a_file_there_is_none() {
    let settings = Dirs::new().resolve(&[]).unwrap();
    assert_eq!(settings.config.value, None);
}

#[test]
fn unknown_keys_are_told_with_the_one_that_was_meant() {
    let (dirs, path) =
        Dirs::with("backup_intervall = \"hourly\"\n\ncolour = \"blue\"\nMCP_AGENT_ID = \"a\"\n");
    let settings = dirs.resolve(&[]).unwrap();
    let place = path.display();
    assert_eq!(
        settings.notices,
        [
            format!(
                "backup_intervall in {place}, line 1, is no setting of this program and is ignored: did you mean backup_interval?"
            ),
            format!(
                "colour in {place}, line 3, is no setting of this program and is ignored: is it written correctly?"
            ),
            format!(
                "MCP_AGENT_ID in {place}, line 4, is no setting of this program and is ignored: did you mean agent_id?"
            ),
        ]
    );
    assert_eq!(settings.unknown_keys.len(), 3);
    assert_eq!(settings.agent_id.value, None);
}

#[test]
fn a_value_that_cannot_be_used_is_told_with_file_and_line() {
    for (text, line, told) in [
        (
            "\nbackup_max_count = true\n",
            2,
            "backup_max_count in FILE, line 2 is \"true\": it must be a whole number from 1 to 100",
        ),
        (
            "backup_interval = 5",
            1,
            "backup_interval in FILE, line 1 is \"5\": it must be one of hourly, daily, weekly",
        ),
        (
            "backup_enabled = 2026-01-01",
            1,
            "FILE, line 1: backup_enabled is a date: write a text, a number, or true or false",
        ),
        (
            "\n\nagent_id = [\"a\"]",
            3,
            "FILE, line 3: agent_id is a list: write a text, a number, or true or false",
        ),
        (
            "agent_id = \"a\"\n[log_level]\nx = 1",
            2,
            "FILE, line 2: log_level is a section: write a text, a number, or true or false",
        ),
    ] {
        let (error, path) = error(text);
        assert_eq!(error, told.replace("FILE", &path.display().to_string()), "{line}");
    }
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    for (text, line) in [("agent_id = \"a\"\nnonsense here\n", 2), ("a = 1\n\na = 2\n", 3), ("x = \"", 1)] {
        let (error, path) = error(text);
        let begin = format!("{}, line {line}: it is not TOML: ", path.display());
        assert!(error.starts_with(&begin), "{error}");
    }
    let (dirs, path) = Dirs::with("");
    std::fs::write(&path, b"agent_id = \"\xff\"").unwrap();
    assert!(dirs.resolve(&[]).unwrap_err().to_string().contains("not valid UTF-8"));
    std::fs::write(&path, "#".repeat(1024 * 1024)).unwrap();
    assert!(dirs.resolve(&[]).is_ok());
    std::fs::write(&path, "#".repeat(1024 * 1024 + 1)).unwrap();
    assert!(dirs.resolve(&[]).unwrap_err().to_string().contains("the limit is 1048576"));
}

#[test]
fn numbers_are_read_as_toml_writes_them_and_an_empty_text_is_no_value() {
    let (dirs, _) = Dirs::with("session_chunk_size = 0x7d0\nmax_response_chars = 10_000\nagent_id = \"\"\n");
    let settings = dirs.resolve(&[]).unwrap();
    assert_eq!(settings.session_chunk_chars.value, 2000);
    assert_eq!(settings.max_response_chars.value, Some(10_000));
    assert_eq!(settings.agent_id, crate::settings::Setting::default(None));
}

#[test]
fn a_setting_of_a_later_release_is_known_and_has_no_effect() {
    let (dirs, path) = Dirs::with("quality_batch_size = 8\nrate_limit_memory_store = 5\n");
    let settings = dirs.resolve(&[]).unwrap();
    let told: Vec<_> =
        settings.without_effect.iter().map(|found| (found.name.as_str(), found.place.clone())).collect();
    let place = |line| format!("in {}, line {line}", path.display());
    assert_eq!(told, [("MCP_RATE_LIMIT_MEMORY_STORE", place(2)), ("MCP_QUALITY_BATCH_SIZE", place(1))]);
    assert_eq!(settings.notices, Vec::<String>::new());
}

#[test]
fn a_file_with_a_secret_is_for_its_owner_alone() {
    let (dirs, path) = Dirs::with("\nexternal_embedding_api_key = \"hunter2\"\n");
    assert!(dirs.resolve(&[]).unwrap().embedding_server.key.value.is_some());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let error = dirs.resolve(&[]).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("chmod 600") && !error.contains("hunter2"), "{error}");
    std::fs::write(&path, "agent_id = \"a\"").unwrap();
    assert!(dirs.resolve(&[]).is_ok(), "without a secret in it, others may read it");
}
