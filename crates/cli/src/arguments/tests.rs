use super::*;

fn parse(line: &[&str]) -> Result<Arguments, Usage> {
    Arguments::of(line.iter().map(OsString::from).collect(), Caller::Person)
}

#[test]
fn the_definition_is_sound() {
    Arguments::definition().debug_assert();
}

#[test]
fn the_help_of_every_command_is_as_recorded() {
    let help = |arguments: &[&str]| {
        let definition = Arguments::definition().term_width(100);
        definition.try_get_matches_from(arguments).unwrap_err().render().to_string()
    };
    insta::assert_snapshot!("memory", help(&["memory", "--help"]));
    for command in Arguments::definition().get_subcommands() {
        let name = command.get_name();
        insta::assert_snapshot!(name, help(&["memory", name, "--help"]));
        for inner in command.get_subcommands() {
            let inner = inner.get_name();
            insta::assert_snapshot!(format!("{name}_{inner}"), help(&["memory", name, inner, "--help"]));
        }
    }
}

#[test]
fn under_the_names_of_the_originals_scripts_the_program_is_the_server() {
    for name in ["memory-server", "/usr/bin/mcp-memory-server", "memory-server.exe"] {
        let arguments = parse(&[name, "--debug"]).unwrap();
        assert!(matches!(arguments.command, Command::Server(server) if server.debug), "{name}");
    }
    let version = parse(&["memory-server", "--version"]).unwrap_err().error;
    assert_eq!(version.kind(), clap::error::ErrorKind::DisplayVersion);
    let help = parse(&["memory"]).unwrap_err().error;
    assert_eq!(help.kind(), clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
}

#[test]
fn a_program_that_names_the_binary_alone_gets_the_server() {
    let bare = Arguments::of(vec!["memory".into()], Caller::Program).unwrap();
    assert!(matches!(bare.command, Command::Server(_)));
}

#[test]
fn recall_is_another_name_of_search_and_its_words_need_no_quotes() {
    let arguments =
        parse(&["memory", "recall", "release", "notes", "-t", "git,infra", "--tags", "x"]).unwrap();
    let Command::Search(search) = arguments.command else { panic!("not a search") };
    assert_eq!(search.query, ["release", "notes"]);
    assert_eq!(search.filter.tags, ["git", "infra", "x"]);
}

#[test]
fn an_empty_condition_is_refused_because_it_would_be_none() {
    for line in [
        &["memory", "delete", "--tags", "", "--type", "note"][..],
        &["memory", "delete", "--tags", "a,,b"],
        &["memory", "delete", " ", "--type", "note"],
        &["memory", "list", "--type", ""],
        &["memory", "search", "x", "--before", " "],
        &["memory", "search", "x", "--after", ""],
        &["memory", "list", "--store", ""],
        &["memory", "get", ""],
    ] {
        let error = parse(line).unwrap_err().error;
        assert_eq!(error.kind(), clap::error::ErrorKind::ValueValidation, "{line:?}");
    }
}

#[test]
fn global_flags_stand_before_or_behind_the_command() {
    for line in [["memory", "--json", "--db", "x.db", "list"], ["memory", "list", "--db", "x.db", "--json"]] {
        let arguments = parse(&line).unwrap();
        assert!(arguments.output.json);
        assert_eq!(arguments.source.db, Some("x.db".into()));
    }
}

#[test]
fn wrong_arguments_are_told_as_json_to_those_who_want_json() {
    for (line, json) in [
        (&["memory", "list", "--json", "--nonsense"][..], true),
        (&["memory", "list", "--nonsense"], false),
        (&["memory", "store", "--nonsense", "--", "--json"], false),
    ] {
        let usage = parse(line).unwrap_err();
        assert_eq!(usage.json, json, "{line:?}");
        assert_eq!(usage.error.exit_code(), 2);
    }
}

#[test]
fn a_space_is_named_before_or_behind_what_works_in_one_and_refused_elsewhere() {
    for (line, works) in [
        (&["memory", "--space", "crew", "list"][..], true),
        (&["memory", "export", "x.jsonl", "--space", "crew"], true),
        (&["memory", "keys", "create", "--name", "agent", "--space", "crew"], true),
        (&["memory", "spaces", "move", "default", "--tags", "x", "--space", "crew"], true),
        (&["memory", "doctor", "--space", "crew"], true),
        (&["memory", "spaces", "list", "--space", "crew"], false),
        (&["memory", "server", "--space", "crew"], false),
        (&["memory", "--space", "crew", "launch"], false),
        (&["memory", "config", "--space", "crew"], false),
        (&["memory", "verify", "x.db", "--space", "crew"], false),
    ] {
        let arguments = parse(line).unwrap();
        assert_eq!(arguments.source.space.as_deref(), Some("crew"), "{line:?}");
        assert_eq!(arguments.command.works_in_a_space(), works, "{line:?}");
    }
    assert!(parse(&["memory", "list", "--space", " "]).is_err());
}
