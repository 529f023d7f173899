//! Waiting for the browser to come back (RFC 8252 section 7.3).

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use super::super::finding::Finding;
use super::authorization::{Asked, parameter};
use super::server::Server;

/// How long somebody has to sign in.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often is looked whether the browser came.
const LOOK: Duration = Duration::from_millis(100);
/// The longest request that is read, in bytes.
const MAX_REQUEST_BYTES: usize = 16 << 10;

/// Listens where the client would listen. A client without a port of its own gets any.
pub(in super::super) fn listen(redirect_uri: &str) -> Result<TcpListener, Finding> {
    let port =
        redirect_uri.split(':').nth(2).and_then(|rest| rest.split('/').next()?.parse().ok()).unwrap_or(0);
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
        Finding::new(
            format!("port {port} of this machine cannot be listened on: {error}"),
            "close the program that uses it",
        )
    })
}

/// Waits until the browser comes with an answer, and gives the code.
pub(in super::super) fn sign_in(
    listener: &TcpListener,
    asked: &Asked,
    server: &Server,
) -> Result<(String, String), Finding> {
    let failed = |error: std::io::Error| Finding::new(error.to_string(), "try again");
    listener.set_nonblocking(true).map_err(failed)?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let Ok((stream, _)) = listener.accept() else {
            std::thread::sleep(LOOK);
            continue;
        };
        // A browser also asks for an icon, and opens connections that it does not use.
        if let Some(place) = place(stream) {
            return code(&place, asked, server);
        }
    }
    Err(Finding::new(
        "nobody signed in within five minutes",
        "open the address in a browser, sign in, and allow",
    ))
}

/// The code of an answer, when it is the answer to what was asked.
fn code(place: &str, asked: &Asked, server: &Server) -> Result<(String, String), Finding> {
    let of = |name| parameter(place, name);
    let newer = "look whether this server is of a newer release";
    if of("state").as_deref() != Some(&asked.state) {
        let found = format!("the answer brings the state {:?} where {:?} was sent", of("state"), asked.state);
        return Err(Finding::new(found, newer));
    }
    if let Some(issuer) = of("iss")
        && issuer != server.issuer
    {
        return Err(Finding::new(format!("the answer is of {issuer}, not of {}", server.issuer), newer));
    }
    match (of("code"), of("error")) {
        (Some(code), None) => Ok((code, "somebody signed in and allowed it".to_owned())),
        (_, Some(error)) => {
            let description = of("error_description").unwrap_or_default();
            Err(Finding::new(
                format!("the answer is {error} {description}"),
                "allow it on the page of consent",
            ))
        }
        (None, None) => Err(Finding::new("the answer brings neither a code nor an error", newer)),
    }
}

/// The place that a browser asks for, if it is the one that it was sent to.
fn place(mut stream: TcpStream) -> Option<String> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut asked = Vec::new();
    let mut piece = [0; 4096];
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") && asked.len() < MAX_REQUEST_BYTES {
        match stream.read(&mut piece) {
            Ok(length @ 1..) => asked.extend_from_slice(&piece[..length]),
            _ => break,
        }
    }
    let text = String::from_utf8_lossy(&asked);
    let place = text.strip_prefix("GET ")?.split(' ').next()?.to_owned();
    let is_answer = parameter(&place, "state").is_some();
    let (status, said) = match is_answer {
        true => ("200 OK", "You can close this window: the examination goes on in the terminal."),
        false => ("404 Not Found", "Nothing is here."),
    };
    let length = said.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{said}"
    );
    let _ = stream.write_all(answer.as_bytes());
    is_answer.then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> (Asked, Server) {
        let asked = Asked { url: String::new(), state: "s=+/:~".to_owned(), verifier: "v".to_owned() };
        let server = Server {
            issuer: "https://m.example".to_owned(),
            authorization: String::new(),
            token: String::new(),
            registration: None,
            revocation: None,
        };
        (asked, server)
    }

    #[test]
    fn a_code_counts_with_the_state_and_the_issuer_that_were_asked() {
        let (asked, server) = asked();
        let of = |place: &str| code(place, &asked, &server);
        let good = "/callback?code=c&state=s%3D%2B%2F%3A~&iss=https%3A%2F%2Fm.example";
        assert_eq!(of(good).unwrap().0, "c");
        assert!(of("/callback?code=c&state=s").unwrap_err().found.contains("state"));
        assert!(of(&good.replace("m.example", "evil.example")).unwrap_err().found.contains("evil"));
        let denied = of("/callback?error=access_denied&state=s%3D%2B%2F%3A~").unwrap_err();
        assert!(denied.found.contains("access_denied"));
    }

    #[test]
    fn a_browser_that_asks_for_something_else_is_waited_past() {
        let (asked, server) = asked();
        let listener = listen("http://localhost:{port}/callback").unwrap();
        let address = listener.local_addr().unwrap();
        let browser = std::thread::spawn(move || {
            let ask = |place: &str| {
                let mut stream = TcpStream::connect(address).unwrap();
                write!(stream, "GET {place} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer
            };
            drop(TcpStream::connect(address).unwrap());
            (ask("/favicon.ico"), ask("/callback?code=c&state=s%3D%2B%2F%3A~"))
        });
        assert_eq!(sign_in(&listener, &asked, &server).unwrap().0, "c");
        let (icon, page) = browser.join().unwrap();
        assert!(icon.starts_with("HTTP/1.1 404") && page.starts_with("HTTP/1.1 200"), "{icon} {page}");
    }
}
