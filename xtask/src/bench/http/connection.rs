//! A small client of HTTP/1.1: one connection that stays open, blocking.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take before that is an error.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection of one caller.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    /// The fields that every request has.
    fields: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// How the body of an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunks,
}

impl Connection {
    /// Connects. Nothing is sent yet.
    pub(crate) fn open(address: SocketAddr, key: &str) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("connecting to {address}: {error}");
        let stream = TcpStream::connect(address).map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        let fields = format!("Host: {address}\r\nAuthorization: Bearer {key}\r\n");
        Ok(Self { stream: BufReader::with_capacity(2048, stream), fields })
    }

    /// One request and its whole answer.
    pub(crate) fn request(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let asked = format!("{method} {path}");
        self.send(method, path, body).map_err(|error| format!("{asked}: {error}"))?;
        let (status, framing) = self.head().map_err(|error| format!("{asked}: {error}"))?;
        let mut answer = Answer { status, body: Vec::new() };
        match framing {
            Framing::Length(length) => {
                answer.body.resize(length, 0);
                self.stream.read_exact(&mut answer.body).map_err(|error| format!("{asked}: {error}"))?;
            }
            Framing::Chunks => loop {
                let chunk = self.chunk().map_err(|error| format!("{asked}: {error}"))?;
                if chunk.is_empty() {
                    break;
                }
                answer.body.extend_from_slice(&chunk);
            },
        }
        Ok(answer)
    }

    /// Opens a stream of live events and waits for its first one. Nothing else can be asked on this connection then.
    pub(crate) fn listen(&mut self) -> Result<(), String> {
        self.send("GET", "/api/events", None)?;
        match self.head()? {
            (200, Framing::Chunks) => {}
            (status, _) => return Err(format!("GET /api/events answered {status}")),
        }
        self.hear("event: connection_established")
    }

    /// Reads events until one has this in it.
    pub(crate) fn hear(&mut self, wanted: &str) -> Result<(), String> {
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Err("an event stream ended".to_owned());
            }
            if String::from_utf8_lossy(&chunk).contains(wanted) {
                return Ok(());
            }
        }
    }

    fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<(), String> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let content = match body.is_empty() {
            true => String::new(),
            false => format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()),
        };
        // One write, so that the server never wakes for half a request.
        let request = format!("{method} {path} HTTP/1.1\r\n{}{content}\r\n{body}", self.fields);
        self.stream.get_mut().write_all(request.as_bytes()).map_err(|error| error.to_string())
    }

    fn head(&mut self) -> Result<(u16, Framing), String> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head).map_err(|error| error.to_string())? == 0 {
                return Err("the server closed the connection".to_owned());
            }
        }
        parse(&head).ok_or_else(|| format!("this is no head of an answer: {head:?}"))
    }

    /// The next chunk; an empty one is the last.
    fn chunk(&mut self) -> Result<Vec<u8>, String> {
        let mut line = String::new();
        self.stream.read_line(&mut line).map_err(|error| error.to_string())?;
        let length =
            usize::from_str_radix(line.trim_end(), 16).map_err(|_| format!("{line:?} is no length"))?;
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).map_err(|error| error.to_string())?;
        chunk.truncate(length);
        Ok(chunk)
    }
}

impl Answer {
    /// The body of a success.
    pub(crate) fn value(&self) -> Result<Value, String> {
        if self.status != 200 {
            return Err(format!("status {}: {}", self.status, String::from_utf8_lossy(&self.body)));
        }
        serde_json::from_slice(&self.body).map_err(|error| error.to_string())
    }
}

/// The status, and how the body comes.
fn parse(head: &str) -> Option<(u16, Framing)> {
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()?;
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => return Some((status, Framing::Length(value.trim().parse().ok()?))),
            "transfer-encoding" if value.trim().eq_ignore_ascii_case("chunked") => {
                return Some((status, Framing::Chunks));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::{Answer, Connection, Framing, parse};

    #[test]
    fn a_head_says_the_status_and_how_the_body_comes() {
        let known = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 12\r\n\r\n";
        assert_eq!(parse(known), Some((200, Framing::Length(12))));
        let stream = "HTTP/1.1 429 Too Many Requests\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(parse(stream), Some((429, Framing::Chunks)));
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\n"), None);
        assert_eq!(parse("SSH-2.0-x\r\n\r\n"), None);
    }

    #[test]
    fn answers_of_both_kinds_are_read_to_their_end_on_one_connection() -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let server = std::thread::spawn(move || -> std::io::Result<String> {
            let (mut stream, _) = listener.accept()?;
            let mut asked = String::new();
            for answer in [
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na\r\n0123456789\r\n0\r\n\r\n",
            ] {
                let mut buffer = [0; 1024];
                let read = stream.read(&mut buffer)?;
                asked.push_str(&String::from_utf8_lossy(&buffer[..read]));
                stream.write_all(answer.as_bytes())?;
            }
            Ok(asked)
        });
        let mut connection = Connection::open(address, "k")?;
        let body = |text: &str| Answer { status: 200, body: text.as_bytes().to_vec() };
        assert_eq!(connection.request("POST", "/a", Some(&serde_json::json!({"b": 1})))?, body("hi"));
        assert_eq!(connection.request("GET", "/c", None)?, body("abc0123456789"));
        let asked = server.join().map_err(|_| "the server panicked")?.map_err(|error| error.to_string())?;
        let first = format!(
            "POST /a HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\n\
             Content-Length: 7\r\n\r\n{{\"b\":1}}GET /c HTTP/1.1\r\n"
        );
        assert!(asked.starts_with(&first), "{asked}");
        Ok(())
    }
}
