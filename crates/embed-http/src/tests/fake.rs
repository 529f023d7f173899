//! An endpoint on the loopback that answers from a script.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::Endpoint;

/// One answer of the script.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: &'static str,
    pub(super) body: Body,
}

/// What is in an answer.
pub(super) enum Body {
    /// For each text, by index: `[length of the text, 1]`, last text first.
    Vectors,
    /// This.
    Text(String),
}

impl Reply {
    pub(super) fn vectors() -> Self {
        Self { status: 200, headers: "", body: Body::Vectors }
    }

    pub(super) fn status(status: u16) -> Self {
        Self { status, headers: "", body: Body::Text("hunter2".to_owned()) }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { status: 200, headers: "", body: Body::Text(text.into()) }
    }

    pub(super) fn header(self, headers: &'static str) -> Self {
        Self { headers, ..self }
    }
}

/// What was received: the head of each request, and its body.
pub(super) type Received = Arc<Mutex<Vec<(String, Value)>>>;

/// Serves a script, one connection for each reply, then refuses connections. Its address, and what it receives.
pub(super) fn serve(script: Vec<Reply>) -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/embeddings?token=hunter2", listener.local_addr().unwrap());
    let received = Received::default();
    let seen = Arc::clone(&received);
    thread::spawn(move || {
        for reply in script {
            let Ok((stream, _)) = listener.accept() else { return };
            answer(stream, &reply, &seen);
        }
    });
    (url, received)
}

/// The endpoint at an address, with vectors of two numbers.
pub(super) fn endpoint(url: &str) -> Endpoint {
    Endpoint::new(url, "m", 2).unwrap()
}

fn answer(stream: TcpStream, reply: &Reply, seen: &Received) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(number) = lower.strip_prefix("content-length:") {
            length = number.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let text = match &reply.body {
        Body::Text(text) => text.clone(),
        Body::Vectors => vectors(&body),
    };
    seen.lock().unwrap().push((head, body));
    let mut answered = format!("HTTP/1.1 {} X\r\nconnection: close\r\n{}", reply.status, reply.headers);
    write!(answered, "content-length: {}\r\n\r\n{text}", text.len()).unwrap();
    // A client that has enough closes before the end.
    let _ = reader.into_inner().write_all(answered.as_bytes());
}

fn vectors(body: &Value) -> String {
    let texts = body["input"].as_array().unwrap();
    let entries = texts.iter().enumerate().rev();
    let entry = |(index, text): (usize, &Value)| json!({"index": index, "embedding": [text.as_str().unwrap().len(), 1]});
    json!({"object": "list", "data": entries.map(entry).collect::<Vec<_>>()}).to_string()
}
