//! What `memory stop` does to a server that is busy, and to one that does not listen.

use std::net::TcpStream;

use super::*;
use crate::harness::process::PATIENCE;

/// A connection that gives up on a server that says nothing.
fn connect(url: &str) -> TcpStream {
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that comes until there is this text.
fn until(stream: &mut TcpStream, text: &str) -> String {
    let (mut found, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&found).contains(text) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&found));
        found.push(byte[0]);
    }
    String::from_utf8(found).unwrap()
}

#[test]
fn a_request_that_is_under_way_is_answered_before_the_server_ends() {
    let run = Launching::with(&[("MCP_TRANSPORT_TIMEOUT_KEEP_ALIVE", "600")]);
    let key = run.home.api_key("write");
    let told = run.launch();
    let url = told["url"].as_str().unwrap();
    let body = json!({ "content": "The last ferry leaves at nine" }).to_string();
    let mut busy = connect(url);
    let head = format!(
        "POST /api/memories HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    busy.write_all(head.as_bytes()).unwrap();
    // Whoever is told to go on is being worked on.
    until(&mut busy, "100 Continue\r\n\r\n");
    let mut idle = connect(url);
    idle.write_all(b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    until(&mut idle, "healthy");

    std::thread::scope(|scope| {
        let stop = scope.spawn(|| run.home.answer(&["stop"]));
        // The idle connection ends when the server was told to; it would stay for minutes otherwise.
        idle.read_to_end(&mut Vec::new()).unwrap();
        busy.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        busy.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""success":true"#), "{answer}");
        assert_eq!(stop.join().unwrap(), json!({ "status": "stopped", "pid": told["pid"] }));
    });
    assert_eq!(run.home.answer(&["list"])["total"], 1);
}

#[test]
fn a_server_that_does_not_listen_is_killed_when_that_was_asked_for() {
    let run = Launching::with(&[("MCP_TRANSPORT_TIMEOUT_GRACEFUL_SHUTDOWN", "1")]);
    let told = run.launch();
    let server = pid_in(&told);
    kill_process(server, Signal::STOP).unwrap();
    assert_eq!(run.home.answer(&["stop", "--force"]), json!({ "status": "killed", "pid": told["pid"] }));
    assert!(!command_line(server).contains("server"));
    assert_eq!(run.record(), None);
    assert_eq!(run.home.answer(&["info"])["status"], "inactive");
}
