//! `memory launch`, `stop`, `restart`, `info`, `health`, `logs` and `service`.

mod stopping;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};

use crate::harness::http::Request;
use crate::harness::{Home, process};

/// A home whose launched server is ended with it, whatever became of the test.
struct Launching {
    home: Home,
}

impl Drop for Launching {
    fn drop(&mut self) {
        if let Some(record) = self.record()
            && let Some(pid) = record["pid"].as_i64().and_then(pid)
            && command_line(pid).contains("server --http")
        {
            let _ended = kill_process(pid, Signal::KILL);
        }
    }
}

impl Launching {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(settings: &[(&str, &str)]) -> Self {
        let home = Home::new().set("MCP_HTTP_PORT", "0").set("MCP_BACKUP_ENABLED", "false");
        Self { home: settings.iter().fold(home, |home, (name, value)| home.set(name, value)) }
    }

    fn share(&self, name: &str) -> PathBuf {
        self.home.path().join(".local/share/mcp-memory").join(name)
    }

    fn record(&self) -> Option<Value> {
        serde_json::from_str(&fs::read_to_string(self.share("server.pid")).ok()?).ok()
    }

    /// Launches; gives what it tells programs.
    fn launch(&self) -> Value {
        let told = self.home.answer(&["launch"]);
        assert_eq!(told["status"], "started", "{told}");
        told
    }

    fn write_record(&self, record: &str) {
        fs::create_dir_all(self.share("")).unwrap();
        fs::write(self.share("server.pid"), record).unwrap();
    }
}

fn pid(number: i64) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok().filter(|number| *number > 0)?)
}

fn pid_in(told: &Value) -> Pid {
    pid(told["pid"].as_i64().unwrap()).unwrap()
}

fn command_line(pid: Pid) -> String {
    let bytes = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\0', " ")
}

/// A process of the test that does nothing until it is dropped.
struct Bystander(std::process::Child);

impl Bystander {
    fn new() -> Self {
        Self(Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap())
    }

    fn is_well(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _asked = self.0.wait();
    }
}

#[test]
fn a_server_is_launched_looked_at_and_stopped() {
    let run = Launching::new();
    let told = run.launch();
    let (url, server) = (told["url"].as_str().unwrap(), pid_in(&told));
    assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{told}");
    assert_eq!(run.home.answer(&["health"]), json!({ "status": "healthy" }));
    assert_eq!(run.home.succeed(&["health"]), "{\n  \"status\": \"healthy\"\n}\n");

    let info = run.home.answer(&["info"]);
    assert_eq!((&info["status"], &info["url"], &info["pid"]), (&json!("active"), &told["url"], &told["pid"]));
    let shown = run.home.succeed(&["info"]);
    assert!(shown.contains("ACTIVE") && !shown.contains("INACTIVE") && shown.contains(url), "{shown}");
    assert!(run.home.succeed(&["logs"]).contains(&format!("listening at {url}")));
    assert!(run.home.succeed(&["logs", "-n", "1"]).lines().count() <= 2);

    assert_eq!(run.home.answer(&["stop"]), json!({ "status": "stopped", "pid": told["pid"] }));
    assert!(!command_line(server).contains("server"));
    assert_eq!(run.record(), None);
    assert_eq!(run.home.answer(&["info"])["status"], "inactive");
    assert_eq!(run.home.answer(&["stop"]), json!({ "status": "not_running", "pid": null }));
}

/// The original's launcher set the flag that lets everybody in.
#[test]
fn the_launcher_lets_nobody_in_whom_the_settings_do_not() {
    let run = Launching::new();
    let told = run.launch();
    let url = told["url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let ask = |path: &str| Request::get(path).send_to(url.parse().unwrap());
    assert_eq!(ask("/api/health").status, 200);
    for path in ["/api/memories", "/api/tags", "/mcp"] {
        assert_eq!(ask(path).status, 401, "{path}");
    }
    let key = run.home.api_key("read");
    assert_eq!(Request::get("/api/memories").key(&key).send_to(url.parse().unwrap()).status, 200);
}

#[test]
fn it_runs_in_a_session_of_its_own_and_its_files_are_private() {
    let run = Launching::new();
    let server = pid_in(&run.launch()).as_raw_nonzero();
    let stat = fs::read_to_string(format!("/proc/{server}/stat")).unwrap();
    let session = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(3).unwrap().to_owned();
    assert_eq!(session, server.to_string());
    assert_eq!(fs::read_link(format!("/proc/{server}/fd/0")).unwrap(), PathBuf::from("/dev/null"));
    for (name, expected) in
        [("logs", 0o700), ("server.pid", 0o600), ("logs/server.log", 0o600), ("logs/server.err", 0o600)]
    {
        let mode = fs::metadata(run.share(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, expected, "{name}");
    }
}

#[test]
fn a_second_launch_finds_the_first() {
    let run = Launching::new();
    let first = run.launch();
    let second = run.home.answer(&["launch"]);
    assert_eq!((&second["status"], &second["pid"]), (&json!("already_running"), &first["pid"]));
    assert!(run.home.succeed(&["launch"]).contains("already"));
    let told = run.home.refused(1, "conflict", &["launch", "--port", "1"]);
    assert!(told.contains("memory restart"), "{told}");
}

#[test]
fn of_two_launches_at_once_one_starts_a_server() {
    let run = Launching::new();
    let told: Vec<Value> = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| run.home.answer(&["launch"])));
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut statuses: Vec<&str> = told.iter().map(|told| told["status"].as_str().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["already_running", "started"]);
    assert_eq!(told[0]["pid"], told[1]["pid"]);
}

#[test]
fn a_restart_is_another_process_at_the_same_place() {
    let run = Launching::new();
    let first = run.launch();
    let second = run.home.answer(&["restart"]);
    assert_eq!((&second["status"], &second["url"]), (&json!("started"), &first["url"]));
    assert_ne!(second["pid"], first["pid"]);
    assert!(!command_line(pid_in(&first)).contains("server"));
    assert_eq!(run.home.answer(&["health"])["status"], "healthy");
}

#[test]
fn a_server_that_was_killed_is_launched_again() {
    let run = Launching::new();
    let first = run.launch();
    run.home.store("It stays.", &[]);
    kill_process(pid_in(&first), Signal::KILL).unwrap();
    let second = run.launch();
    assert_ne!(second["pid"], first["pid"]);
    assert_eq!(run.home.answer(&["list"])["total"], 1);
}

#[test]
fn a_process_that_has_the_number_now_is_left_alone() {
    let run = Launching::new();
    let mut bystander = Bystander::new();
    let number = bystander.0.id();
    for record in [
        number.to_string(),
        json!({ "pid": number }).to_string(),
        json!({ "pid": number, "create_time": 1.0, "cmdline_hint": ["sleep", "1000"] }).to_string(),
        json!({ "pid": number, "birth": "x/1", "cmdline_hint": "sleep 1000" }).to_string(),
    ] {
        for force in [&["stop"][..], &["stop", "--force"]] {
            run.write_record(&record);
            assert_eq!(run.home.answer(force)["status"], "not_running", "{record}");
            assert!(bystander.is_well() && run.record().is_none(), "{record}");
        }
    }
    run.write_record(&number.to_string());
    let told = run.home.run(&["stop"]);
    assert!(String::from_utf8_lossy(&told.stderr).contains("another program now (sleep)"), "{told:?}");
    // What is no record at all stops nothing either.
    for record in ["", "-1", "0", "{", r#"{"pid": -1}"#] {
        run.write_record(record);
        assert_eq!(run.home.answer(&["stop", "--force"])["status"], "not_running", "{record}");
    }
    assert!(bystander.is_well());
    test_kill_process(Pid::from_child(&bystander.0)).unwrap();
}

#[test]
fn another_program_at_the_port_is_named_and_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let run = Launching::new();
    for line in
        [&["stop", "--port", &port][..], &["stop", "--force", "--port", &port], &["launch", "--port", &port]]
    {
        let told = run.home.refused(1, "conflict", line);
        assert!(
            told.contains(&format!("process {}", std::process::id())) && told.contains("left alone"),
            "{told}"
        );
    }
    assert!(run.record().is_none());
}

#[test]
fn cve_2026_54504_a_server_that_cannot_start_says_why_and_the_network_is_not_served_without_a_key() {
    let run = Launching::new();
    // Nobody listens beyond this machine without a key.
    let told = run.home.refused(1, "internal", &["launch", "--host", "0.0.0.0"]);
    assert!(told.contains("ended before it answered") && told.contains("there is no API key"), "{told}");
    assert!(run.record().is_none());
    let told = run.home.refused(2, "invalid_input", &["launch", "--host", "no such host; touch x"]);
    assert!(told.contains("no such host; touch x"), "{told}");
    run.home.refused(2, "invalid_input", &["launch", "--port", "65536"]);
    run.home.refused(2, "invalid_input", &["launch", "--detach", "--foreground"]);
    run.home.refused(2, "invalid_input", &["logs", "-n", "0"]);
    assert!(!run.home.path().join("x").exists());
}

#[test]
fn in_the_foreground_it_is_the_server_itself() {
    let run = Launching::new();
    let mut command = run.home.command(&["launch", "--foreground"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = Vec::new();
    let mut stderr = child.stderr.take().unwrap();
    let mut byte = [0];
    while !String::from_utf8_lossy(&told).contains("listening at") || byte[0] != b'\n' {
        assert_eq!(stderr.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&told));
        told.push(byte[0]);
    }
    let info = run.home.answer(&["info"]);
    assert_eq!((&info["status"], &info["pid"]), (&json!("active"), &json!(child.id())));
    assert_eq!(run.home.answer(&["stop"])["status"], "stopped");
    assert!(child.wait().unwrap().success());
}

#[test]
fn with_tls_it_is_asked_over_tls() {
    let run = Launching { home: Home::new().set("MCP_HTTP_PORT", "0").set("MCP_HTTPS_ENABLED", "true") };
    let told = run.launch();
    assert!(told["url"].as_str().unwrap().starts_with("https://"), "{told}");
    assert_eq!(run.home.answer(&["health"])["status"], "healthy");
    assert_eq!(run.home.answer(&["stop"])["status"], "stopped");
}

#[test]
fn nobody_there_is_not_healthy() {
    let run = Launching::new();
    // Bound and dropped: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let told = run.home.ends_with(1, &["health", "--port", &port]);
    assert_eq!(told["status"], "unreachable");
    let output = run.home.run(&["health", "--port", &port]);
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.stdout.is_empty() && err.contains("not reachable") && err.contains("hint: "), "{err}");
    let shown = run.home.succeed(&["info", "--port", &port]);
    assert!(shown.contains("INACTIVE"), "{shown}");
}

#[test]
fn somebody_else_there_is_not_healthy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let answers = std::thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let _request = peer.read(&mut [0; 1024]).unwrap();
        peer.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno").unwrap();
    });
    let told = Launching::new().home.ends_with(1, &["health", "--port", &port]);
    assert!(told["reason"].as_str().unwrap().contains("503"), "{told}");
    answers.join().unwrap();
}

#[test]
fn without_a_log_there_is_none_to_show() {
    let run = Launching::new();
    let shown = run.home.succeed(&["logs"]);
    assert!(shown.contains("No log file found") && shown.contains("logs/server.err"), "{shown}");
    assert_eq!(run.home.answer(&["logs"]), json!({ "files": [] }));
    assert!(!run.share("").exists(), "looking makes nothing");
}

#[test]
fn the_end_of_a_log_is_shown_harmlessly() {
    let run = Launching::new();
    fs::create_dir_all(run.share("logs")).unwrap();
    let lines: String = (1..=100).map(|number| format!("line {number}\n")).collect();
    fs::write(run.share("logs/server.log"), lines + "\u{1b}[2Jlast\n").unwrap();
    let shown = run.home.succeed(&["logs", "-n", "3"]);
    assert_eq!(shown, "line 99\nline 100\n\\u{1b}[2Jlast\n");
    assert_eq!(run.home.succeed(&["logs"]).lines().count(), 30);
}

#[test]
fn a_unit_is_printed_and_nothing_is_written() {
    let home = Home::new();
    let unit = home.succeed(&["service", "install", "--print", "--manager", "systemd", "--port", "8010"]);
    for line in [
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "UMask=0077",
        "Restart=on-failure",
        &format!("ReadWritePaths=\"{}\"", home.data().display()),
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}: {unit}");
    }
    let start = unit.lines().find(|line| line.starts_with("ExecStart=\"/")).unwrap();
    assert!(start.ends_with("\" \"server\" \"--http\" \"--http-port=8010\""), "{start}");
    let plist = home.succeed(&["service", "install", "--print", "--manager", "launchd"]);
    assert!(
        plist.contains("<key>ProgramArguments</key>") && plist.contains("<integer>63</integer>"),
        "{plist}"
    );
    let told = home.answer(&["service", "status", "--manager", "systemd"]);
    assert_eq!((&told["installed"], &told["active"]), (&json!(false), &json!(false)));
    assert_eq!(home.answer(&["service", "uninstall", "--manager", "systemd"])["removed"], false);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn no_unit_serves_as_root() {
    let home = Home::new();
    let install = ["service", "install", "--manager", "systemd", "--print", "--system"];
    home.refused(2, "invalid_input", &install);
    home.refused(2, "invalid_input", &[&install[..], &["--account", "root"]].concat());
    home.refused(2, "invalid_input", &["service", "install", "--print", "--account", "memory"]);
    let unit = home.succeed(&[&install[..], &["--account", "memory"]].concat());
    assert!(unit.contains("\nUser=memory\n") && unit.contains("\nCapabilityBoundingSet=\n"), "{unit}");
    if rustix::process::geteuid().is_root() {
        let told = home.refused(2, "invalid_input", &["service", "install", "--manager", "systemd"]);
        assert!(told.contains("as root"), "{told}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_unit_is_written_and_handed_over_as_a_list() {
    if rustix::process::geteuid().is_root() && !std::path::Path::new("/usr/bin/setpriv").exists() {
        return;
    }
    let home = Home::new();
    let (bin, log) = (home.path().join("bin"), home.path().join("orders"));
    fs::create_dir(&bin).unwrap();
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >> {}\n", log.display());
    fs::write(bin.join("systemctl"), script).unwrap();
    fs::set_permissions(bin.join("systemctl"), fs::Permissions::from_mode(0o755)).unwrap();
    let home = home.set("PATH", &format!("{}:/usr/bin:/bin", bin.display()));
    let run = |words: &[&str]| {
        let mut command = if rustix::process::geteuid().is_root() {
            // Whoever tests as root has to be somebody else for this.
            rustix::fs::chown(home.path(), Some(rustix::process::Uid::from_raw(65534)), None).unwrap();
            home.wrapped(&["/usr/bin/setpriv", "--reuid=65534", "--clear-groups"])
        } else {
            home.wrapped(&[])
        };
        command.args(["service"]).args(words).args(["--manager", "systemd", "--json"]);
        let output = process::output(command, b"");
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let told = run(&["install"]);
    let file = home.path().join(".config/systemd/user/mcp-memory.service");
    assert_eq!((told["started"].clone(), told["file"].as_str()), (json!(true), file.to_str()));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(run(&["status"])["active"], true);
    assert_eq!(run(&["uninstall"])["removed"], true);
    assert!(!file.exists());
    let orders = fs::read_to_string(log).unwrap();
    let expected = [
        "--user daemon-reload",
        "--user enable mcp-memory.service",
        "--user restart mcp-memory.service",
        "--user is-active --quiet mcp-memory.service",
        "--user disable --now mcp-memory.service",
        "--user daemon-reload",
    ];
    assert_eq!(orders.lines().collect::<Vec<_>>(), expected);
}
