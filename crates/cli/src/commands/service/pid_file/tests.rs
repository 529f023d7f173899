//! What is believed of a PID file.

use super::*;

fn process(birth: Option<&str>, create_time: Option<f64>, line: &str) -> Process {
    let command = line.split(' ').map(str::to_owned).collect();
    Process { pid: 4711, birth: birth.map(str::to_owned), create_time, command }
}

fn server() -> Process {
    process(Some("boot/100"), Some(1000.0), "/opt/memory server --http --http-port 8000")
}

fn is_ours(text: &str, found: Process) -> bool {
    matches!(Record::parse(text).unwrap().judge(Some(found)), Standing::Ours(_))
}

#[test]
fn what_is_written_is_read_again_by_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("server.pid");
    let record = Record::of(&server(), "::1", 8000, Scheme::Https);
    record.write(&path).unwrap();
    assert_eq!(Record::read(&path), Some(record));
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["server.pid"]);
    let value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(
        (&value["pid"], &value["scheme"], &value["port"]),
        (&json!(4711), &json!("https"), &json!(8000))
    );
    assert_eq!(value["cmdline_hint"], "/opt/memory server --http");
}

#[test]
fn the_process_that_was_launched_is_known_again() {
    let record = Record::of(&server(), "127.0.0.1", 8000, Scheme::Http);
    assert!(matches!(record.judge(Some(server())), Standing::Ours(_)));
    assert_eq!(record.judge(None), Standing::Gone);
    let becoming = process(Some("boot/100"), Some(1000.0), "");
    assert_eq!(record.judge(Some(becoming.clone())), Standing::Ours(becoming));
}

#[test]
fn a_process_that_got_the_number_later_is_a_stranger() {
    let record = Record::of(&server(), "127.0.0.1", 8000, Scheme::Http);
    for other in [
        Process { birth: Some("boot/101".to_owned()), ..server() },
        Process { birth: Some("other/100".to_owned()), ..server() },
        process(Some("boot/100"), Some(1000.0), "/usr/bin/vim notes.txt"),
        process(Some("boot/101"), Some(1000.0), ""),
    ] {
        assert_eq!(record.judge(Some(other.clone())), Standing::Stranger(other));
    }
}

#[test]
fn the_file_of_the_original_is_believed_within_a_second() {
    let text = |time: f64| {
        format!(
            r#"{{"pid": 4711, "create_time": {time}, "cmdline_hint": ["/opt/memory", "server", "--http"]}}"#
        )
    };
    for (time, expected) in [(1000.0, true), (1001.0, true), (999.0, true), (1001.1, false), (998.9, false)] {
        assert_eq!(is_ours(&text(time), server()), expected, "{time}");
    }
    let line = r#"{"pid": 4711, "cmdline_hint": "/opt/memory server --http --http-port 8000 --debug"}"#;
    assert!(is_ours(line, server()));
    assert!(!is_ours(line, process(None, None, "/opt/memory server --httpx")));
}

#[test]
fn a_plain_number_is_believed_of_servers_alone() {
    assert!(is_ours("4711\n", server()));
    assert!(is_ours(r#"{"pid": 4711}"#, server()));
    assert!(!is_ours("4711", process(Some("boot/100"), Some(1000.0), "/usr/bin/vim server")));
}

#[test]
fn what_cannot_be_a_process_is_no_record() {
    for text in ["", "0", "-1", "4294967295", "4711.5", "\"4711\"", "[4711]", "{}", r#"{"pid": 0}"#, "{"] {
        assert_eq!(Record::parse(text), None, "{text}");
    }
}
