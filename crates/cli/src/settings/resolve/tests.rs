use std::path::Path;

use super::*;
use crate::settings::Origin;

fn with(variables: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
    let environment = Environment::of(variables, Some(Path::new("/home/u")), Path::new("/work"));
    Settings::resolve(Vec::new(), environment)
}

fn error(variables: &[(&str, &str)]) -> String {
    with(variables).unwrap_err().to_string()
}

#[test]
fn without_variables_everything_is_the_default() {
    let settings = with(&[]).unwrap();
    assert_eq!(settings.backend, Setting::default(Backend::SqliteVec));
    assert_eq!(settings.near_duplicates, Setting::default(true));
    assert_eq!(settings.near_duplicate_cosine, Setting::default(0.85));
    let weights = Weights { words: Setting::default(0.5), meaning: Setting::default(0.5) };
    assert_eq!(settings.weights, weights);
    assert_eq!((settings.without_effect, settings.unknown), (Vec::new(), Vec::new()));
    assert_eq!(settings.pragmas, Setting::default(Vec::new()));
    assert_eq!(settings.agent_id, Setting::default(None));
    assert_eq!(settings.include_hostname, Setting::default(false));
    assert_eq!(settings.max_response_chars, Setting::default(None));
    assert_eq!(settings.log, Setting::default(LogFilter::default()));
    assert_eq!(settings.notices, Vec::<String>::new());
}

#[test]
#[cfg(all(unix, not(target_os = "macos")))]
fn paths_are_the_originals() {
    for (variables, database, backups) in [
        (&[][..], "/home/u/.local/share/mcp-memory/sqlite_vec.db", "/home/u/.local/share/mcp-memory/backups"),
        (&[("MCP_MEMORY_BASE_DIR", "~/m")], "/home/u/m/sqlite_vec.db", "/home/u/m/backups"),
        (
            &[("MCP_MEMORY_SQLITEVEC_PATH", "b.db"), ("MCP_MEMORY_SQLITE_PATH", "")],
            "/work/b.db",
            "/home/u/.local/share/mcp-memory/backups",
        ),
        (
            &[
                ("MCP_MEMORY_SQLITEVEC_PATH", "b.db"),
                ("MCP_MEMORY_SQLITE_PATH", "/a.db"),
                ("mcpMemoryBackupsPath", "/c"),
            ],
            "/a.db",
            "/c",
        ),
        (
            &[
                ("mcpMemoryBackupsPath", "/c"),
                ("MCP_MEMORY_BACKUPS_PATH", "/d"),
                ("MCP_MEMORY_BASE_DIR", "/e"),
            ],
            "/e/sqlite_vec.db",
            "/d",
        ),
    ] {
        let settings = with(variables).unwrap();
        assert_eq!(settings.database.value, Path::new(database), "{variables:?}");
        assert_eq!(settings.backups.value, Path::new(backups), "{variables:?}");
    }
}

#[test]
fn values_know_where_they_came_from() {
    let settings = with(&[("MCP_MEMORY_BASE_DIR", "/m")]).unwrap();
    assert_eq!(settings.database.origin, Origin::Environment { name: "MCP_MEMORY_BASE_DIR" });
    let flag = FlagValue { variable: "MCP_MEMORY_SQLITE_PATH", flag: "--db", text: "x.db".into() };
    let environment = Environment::of(
        &[("MCP_MEMORY_SQLITE_PATH", "/y.db")],
        Some(Path::new("/home/u")),
        Path::new("/work"),
    );
    let settings = Settings::resolve(vec![flag], environment).unwrap();
    assert_eq!(
        settings.database,
        Setting { value: "/work/x.db".into(), origin: Origin::Flag { name: "--db" } }
    );
}

#[test]
fn a_file_of_the_working_directory_that_chooses_where_memories_go_is_told() {
    let (work, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at_home = home.path().join(".mcp-memory/.env");
    std::fs::create_dir(at_home.parent().unwrap()).unwrap();
    let notices = |variables: &[(&str, &str)]| {
        let environment = Environment::of(variables, Some(home.path()), work.path());
        Settings::resolve(Vec::new(), environment).unwrap().notices
    };
    let here = work.path().join(".env");
    for (text, told) in [
        ("MCP_MEMORY_SQLITE_PATH=/a.db", "where memories are kept"),
        ("MCP_MEMORY_SQLITEVEC_PATH=/a.db", "where memories are kept"),
        ("MCP_MEMORY_BACKUPS_PATH=/b", "where backups go"),
        (
            "MCP_MEMORY_BASE_DIR=/c",
            "where memories are kept, where backups go, where API keys are kept, where shared spaces are kept",
        ),
        ("MCP_MEMORY_ACCESS_PATH=/k.db", "where API keys are kept"),
        ("MCP_MEMORY_SPACES_PATH=/s", "where shared spaces are kept"),
        ("MCP_API_KEY=hunter2", "who is let in"),
        ("MCP_ALLOW_ANONYMOUS_ACCESS=true", "whether callers without a key are let in"),
        ("MCP_EXTERNAL_EMBEDDING_URL=http://localhost:1/v1", "which server texts are sent to"),
    ] {
        std::fs::write(&here, text).unwrap();
        assert_eq!(notices(&[]), [format!("{} says {told}: is that file yours?", here.display())], "{text}");
    }
    std::fs::write(&here, "MCP_MEMORY_BASE_DIR=/c").unwrap();
    let overruled = [
        ("MCP_MEMORY_SQLITE_PATH", "/a.db"),
        ("MCP_MEMORY_BACKUPS_PATH", "/b"),
        ("MCP_MEMORY_ACCESS_PATH", "/k.db"),
        ("MCP_MEMORY_SPACES_PATH", "/s"),
    ];
    assert_eq!(notices(&overruled), Vec::<String>::new());
    std::fs::write(&here, "MCP_AGENT_ID=a").unwrap();
    assert_eq!(notices(&[]), Vec::<String>::new());
    std::fs::rename(&here, &at_home).unwrap();
    std::fs::write(&at_home, "MCP_MEMORY_BASE_DIR=/c").unwrap();
    assert_eq!(notices(&[]), Vec::<String>::new());
}

#[test]
fn another_store_is_never_silently_replaced() {
    for name in ["sqlite_vec", "sqlite-vec", "SQLITE_VEC"] {
        assert!(with(&[("MCP_MEMORY_STORAGE_BACKEND", name)]).is_ok(), "{name}");
    }
    for name in ["cloudflare", "hybrid", "milvus"] {
        let error = error(&[("MCP_MEMORY_STORAGE_BACKEND", name)]);
        assert!(error.contains("come later") && error.contains(name), "{error}");
    }
    assert_eq!(
        error(&[("MCP_MEMORY_STORAGE_BACKEND", "chroma")]),
        "MCP_MEMORY_STORAGE_BACKEND in the environment is \"chroma\": it must be sqlite_vec"
    );
}

#[test]
fn weights_are_normalised_and_a_missing_one_is_the_originals() {
    for (words, meaning, expected) in [
        ("0.3", "0.7", (0.3, 0.7)),
        ("1", "1", (0.5, 0.5)),
        ("0.7", "", (0.5, 0.5)),
        ("", "0.1", (0.75, 0.25)),
    ] {
        let settings =
            with(&[("MCP_HYBRID_KEYWORD_WEIGHT", words), ("MCP_HYBRID_SEMANTIC_WEIGHT", meaning)]).unwrap();
        let Weights { words, meaning } = settings.weights;
        assert!(
            (words.value - expected.0).abs() < 1e-12 && (meaning.value - expected.1).abs() < 1e-12,
            "{words:?} {meaning:?}"
        );
    }
    let error = error(&[("MCP_HYBRID_KEYWORD_WEIGHT", "0"), ("MCP_HYBRID_SEMANTIC_WEIGHT", "0")]);
    assert!(error.contains("must not both be 0"), "{error}");
}

#[test]
fn near_duplicates_can_be_switched_off() {
    let off =
        with(&[("MCP_SEMANTIC_DEDUP_ENABLED", "false"), ("MCP_SEMANTIC_DEDUP_THRESHOLD", "0.9")]).unwrap();
    assert!(!off.near_duplicates.value);
    let on = with(&[("MCP_SEMANTIC_DEDUP_THRESHOLD", "0.9")]).unwrap();
    assert!(on.near_duplicates.value);
    assert_eq!(on.near_duplicate_cosine.value, 0.9);
}

#[test]
fn long_texts_are_split_when_there_is_a_limit() {
    let splitting = |variables: &[(&str, &str)]| with(variables).unwrap().splitting.splitting;
    let limit = "MCP_SQLITEVEC_MAX_CONTENT_LENGTH";
    assert_eq!(splitting(&[]), None);
    assert_eq!(splitting(&[(limit, "unlimited")]), None);
    assert_eq!(splitting(&[(limit, "800")]), Splitting::new(800, 50, Cuts::AtBoundaries).ok());
    assert_eq!(splitting(&[(limit, "800"), ("MCP_ENABLE_AUTO_SPLIT", "off")]), None);
    let anywhere =
        [(limit, "100"), ("MCP_CONTENT_SPLIT_OVERLAP", "9"), ("MCP_CONTENT_PRESERVE_BOUNDARIES", "0")];
    assert_eq!(splitting(&anywhere), Splitting::new(100, 9, Cuts::Anywhere).ok());
    let error = error(&[(limit, "100"), ("MCP_CONTENT_SPLIT_OVERLAP", "100")]);
    assert!(error.contains("MCP_CONTENT_SPLIT_OVERLAP") && error.contains("make it shorter"), "{error}");
}

#[test]
fn further_types_and_other_tools_are_as_they_are_set() {
    let settings = with(&[
        ("MCP_CUSTOM_MEMORY_TYPES", "{\"recipe\": [\"step\"]}"),
        ("MCP_MEMORY_TOOL_PROFILE", "Legacy"),
    ])
    .unwrap();
    assert_eq!(settings.ontology.base_of_name("step"), Some("recipe"));
    assert_eq!(settings.tool_profile.value, Profile::Legacy);
}

#[test]
fn a_bad_value_names_variable_value_and_what_is_allowed() {
    for (name, value, allowed) in [
        ("MCP_SEMANTIC_DEDUP_THRESHOLD", "2", "a number from 0 to 1"),
        ("MCP_SEMANTIC_DEDUP_ENABLED", "perhaps", "true or false"),
        ("MCP_MEMORY_INCLUDE_HOSTNAME", "perhaps", "true or false"),
        ("MCP_MAX_RESPONSE_CHARS", "-5", "a whole number"),
        ("MCP_MEMORY_SQLITE_PRAGMAS", "cache_size", "name=value"),
        ("MCP_LOG_LEVEL", "loud", "off, error, warning"),
        ("MCP_SQLITEVEC_MAX_CONTENT_LENGTH", "99", "100 to 10000"),
        ("MCP_SQLITEVEC_MAX_CONTENT_LENGTH", "10001", "100 to 10000"),
        ("MCP_CONTENT_SPLIT_OVERLAP", "501", "0 to 500"),
        ("SESSION_CHUNK_SIZE", "-1", "a whole number"),
        ("MCP_MEMORY_RETENTION_DAYS", "0", "1 to 36500"),
        ("MEMORY_DECAY_WINDOW_DAYS", "-1", "0 or more"),
        ("MCP_MEMORY_TOOL_PROFILE", "most", "default, full, legacy"),
        ("MCP_CUSTOM_MEMORY_TYPES", "[]", "recipe"),
    ] {
        let error = error(&[(name, value)]);
        assert!(error.contains(name) && error.contains(value) && error.contains(allowed), "{error}");
    }
}

#[test]
fn the_log_level_of_other_programs_is_taken_when_it_is_understood() {
    let settings = with(&[("LOG_LEVEL", "DEBUG"), ("RUST_LOG", "trace")]).unwrap();
    assert_eq!(settings.log.value, LogFilter::parse("debug").unwrap());
    let settings = with(&[("LOG_LEVEL", "verbose"), ("RUST_LOG", "info")]).unwrap();
    assert_eq!(settings.log.value, LogFilter::parse("info").unwrap());
    assert_eq!(settings.notices.len(), 1);
}

#[test]
fn what_has_no_effect_and_what_is_unknown_is_told() {
    let settings = with(&[
        ("MCP_MEMORY_USE_ONNX", "1"),
        ("MCP_HTTP_ENABLED", "true"),
        ("GROQ_API_KEY", "x"),
        ("MCP_MEMORY_SQLITE_PTAH", "/x"),
        ("MCP_TIMEOUT", "9"),
    ])
    .unwrap();
    assert_eq!(
        settings.notices,
        [
            "MCP_MEMORY_SQLITE_PTAH is no setting of this program and is ignored: did you mean MCP_MEMORY_SQLITE_PATH?"
        ]
    );
    assert_eq!(
        settings.in_vain().as_deref(),
        Some(
            "MCP_HTTP_ENABLED, MCP_MEMORY_USE_ONNX are set, but they have no effect here: `memory config --all` says why"
        )
    );
    assert_eq!(with(&[("GROQ_API_KEY", "x")]).unwrap().in_vain(), None);
    assert_eq!(settings.unknown, ["MCP_MEMORY_SQLITE_PTAH", "MCP_TIMEOUT"]);
    assert_eq!(settings.without_effect.len(), 3);
}

#[test]
fn without_a_home_a_path_must_be_set() {
    let homeless = |variables: &[(&str, &str)]| {
        Settings::resolve(Vec::new(), Environment::of(variables, None, Path::new("/work")))
    };
    assert_eq!(homeless(&[]), Err(InvalidSetting::NoHome { variable: "MCP_MEMORY_BASE_DIR" }));
    assert!(homeless(&[("MCP_MEMORY_SQLITE_PATH", "/a"), ("MCP_MEMORY_BACKUPS_PATH", "/b")]).is_ok());
}
