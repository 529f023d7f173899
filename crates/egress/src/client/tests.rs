use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::ResolvedSocketAddrs;
use ureq::unversioned::transport::NextTimeout;

use super::*;

const LIMITS: Limits = Limits { time: Duration::from_secs(20), body_bytes: 5 * 1024 };

/// A resolver that knows one name, with these addresses, and counts how often it is asked.
#[derive(Debug, Clone)]
struct Names(Vec<SocketAddr>, Arc<AtomicUsize>);

impl Names {
    fn of(addresses: &[&str]) -> Self {
        Self(addresses.iter().map(|address| address.parse().unwrap()).collect(), Arc::default())
    }
}

impl Resolver for Names {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut found = self.empty();
        self.0.iter().for_each(|address| found.push(*address));
        Ok(found)
    }
}

/// A server that gives each connection this answer; gives what it was asked.
fn server(answer: String) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = vec![0; 64 * 1024];
        let length = stream.read(&mut asked).unwrap();
        let _ = stream.write_all(answer.as_bytes());
        String::from_utf8(asked[..length].to_vec()).unwrap()
    });
    (address, served)
}

fn ask(address: SocketAddr, limits: Limits) -> Result<Response, EgressError> {
    let target = Target::parse(&format!("http://{address}/document?x=1")).unwrap();
    let fields = [("accept", "application/json")];
    Egress::new(Reach::Anywhere, limits).send(Request {
        target: &target,
        fields: &fields,
        purpose: Purpose::Get,
    })
}

#[test]
fn s3_a_name_with_an_address_of_an_inner_network_is_not_asked() {
    for addresses in [
        &["127.0.0.1:443"][..],
        &["169.254.169.254:443"],
        &["10.0.0.1:443"],
        &["[::1]:443"],
        &["[::ffff:127.0.0.1]:443"],
        &["1.1.1.1:443", "192.168.0.1:443"],
        &["192.168.0.1:443", "1.1.1.1:443"],
    ] {
        let names = Names::of(addresses);
        let egress = Egress::resolving(Reach::Public, LIMITS, names.clone());
        let target = Target::of_stranger("https://rebinding.example/client.json").unwrap();
        let told = egress.send(Request { target: &target, fields: &[], purpose: Purpose::Get }).unwrap_err();
        assert!(matches!(told, EgressError::Forbidden { .. }), "{addresses:?}: {told:?}");
        assert!(!told.to_string().contains("127") && !told.to_string().contains("192"), "{told}");
        assert_eq!(names.1.load(Ordering::SeqCst), 1, "a name is looked up once");
    }
}

#[test]
fn ghsa_x9r8_a_stranger_is_never_asked_without_tls() {
    let names = Names::of(&["1.1.1.1:80"]);
    let egress = Egress::resolving(Reach::Public, LIMITS, names);
    let target = Target::parse("http://example.com/").unwrap();
    let told = egress.send(Request { target: &target, fields: &[], purpose: Purpose::Get }).unwrap_err();
    assert!(matches!(told, EgressError::Unreachable { .. }), "{told:?}");
}

#[test]
fn a5_a_stranger_is_asked_in_our_own_name_alone_and_answered_as_it_is() {
    let body = "HTTP/1.1 418 I am a teapot\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}";
    let (address, served) = server(body.to_owned());
    let answer = ask(address, LIMITS).unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (418, &b"{}"[..]));
    assert_eq!(answer.media_type().as_deref(), Some("application/json"));
    let asked = served.join().unwrap();
    assert!(
        asked.starts_with("GET /document?x=1 HTTP/1.1\r\n") && asked.contains("accept: application/json"),
        "{asked}"
    );
    for name in ["authorization", "cookie", "referer", "x-api-key"] {
        assert!(!asked.to_lowercase().contains(&format!("{name}:")), "{asked}");
    }
}

#[test]
fn s3_a_redirect_is_not_followed() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let place = elsewhere.local_addr().unwrap();
    let (address, _) =
        server(format!("HTTP/1.1 302 Found\r\nLocation: http://{place}/\r\nContent-Length: 0\r\n\r\n"));
    assert_eq!(ask(address, LIMITS).unwrap().status, 302);
    assert!(elsewhere.accept().is_err(), "somebody was asked there");
}

#[test]
fn s3_an_answer_ends_at_its_limit_whatever_it_says_of_its_length() {
    let answer = |length: usize| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let text = "x".repeat(length);
        [format!("{head}{text}"), format!("{chunked}{length:x}\r\n{text}\r\n0\r\n\r\n")]
    };
    for at_limit in answer(5 * 1024) {
        assert_eq!(ask(server(at_limit).0, LIMITS).unwrap().body.len(), 5 * 1024);
    }
    for beyond in answer(5 * 1024 + 1) {
        let told = ask(server(beyond).0, LIMITS).unwrap_err();
        assert!(matches!(told, EgressError::TooLong { limit: 5120, .. }), "{told:?}");
    }
}

#[test]
fn s3_nobody_waits_longer_than_the_limit() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let limits = Limits { time: Duration::from_millis(50), ..LIMITS };
    let told = ask(silent.local_addr().unwrap(), limits).unwrap_err();
    assert!(matches!(told, EgressError::TimedOut { .. }), "{told:?}");
}

#[test]
fn a_body_is_posted() {
    let (address, served) = server("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n".to_owned());
    let target = Target::parse(&format!("http://{address}/register")).unwrap();
    let egress = Egress::new(Reach::Anywhere, LIMITS);
    let fields = [("content-type", "application/json")];
    assert_eq!(
        egress
            .send(Request { target: &target, fields: &fields, purpose: Purpose::Post(b"{}") })
            .unwrap()
            .status,
        201
    );
    assert!(served.join().unwrap().starts_with("POST /register HTTP/1.1\r\n"));
}

#[test]
fn a_field_with_a_line_end_is_not_sent() {
    let target = Target::parse("http://127.0.0.1:9/").unwrap();
    let egress = Egress::new(Reach::Anywhere, LIMITS);
    let fields = [("x-name", "a\r\nX-Other: b")];
    let told = egress.send(Request { target: &target, fields: &fields, purpose: Purpose::Get }).unwrap_err();
    assert!(matches!(told, EgressError::Field { .. }), "{told:?}");
}
