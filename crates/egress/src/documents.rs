//! Documents that say what an OAuth client is, from the addresses that clients name (Client ID Metadata Documents).

use std::time::Duration;

use async_trait::async_trait;
use ports::{ClientDocument, ClientDocuments, NoDocument};

use crate::aside::Aside;
use crate::{Egress, EgressError, Limits, Purpose, Reach, Request, Response, Target};

/// What such a document may be, and how long it may take: whoever waits for it looks at a page that does not come.
const LIMITS: Limits = Limits { time: Duration::from_secs(3), body_bytes: 5 * 1024 };
/// How many are read at the same time. Anybody can make the server ask, so the rest are refused.
pub const MAX_AT_ONCE: usize = 8;

/// The way to documents of clients, in the public internet and nowhere else.
#[derive(Debug, Clone)]
pub struct PublicDocuments {
    egress: Egress,
    aside: Aside,
}

impl Default for PublicDocuments {
    fn default() -> Self {
        Self::through(Egress::new(Reach::Public, LIMITS))
    }
}

impl PublicDocuments {
    fn through(egress: Egress) -> Self {
        Self { egress, aside: Aside::new("client-document", MAX_AT_ONCE) }
    }

    /// The document at an address that is asked. The thread that asks waits.
    fn read(&self, target: &Target) -> Result<ClientDocument, NoDocument> {
        let request = Request { target, fields: &[("accept", "application/json")], purpose: Purpose::Get };
        let answer = self.egress.send(request).map_err(|error| refused(target, &error))?;
        if answer.status != 200 || !is_json(&answer) {
            tracing::info!(host = target.host(), status = answer.status, "a document of a client is none");
            return Err(NoDocument::Missing);
        }
        let fresh_s = fresh_s(&answer);
        Ok(ClientDocument { body: answer.body, fresh_s })
    }
}

#[async_trait]
impl ClientDocuments for PublicDocuments {
    async fn fetch(&self, address: &str) -> Result<ClientDocument, NoDocument> {
        let target = Target::of_stranger(address).map_err(|_| NoDocument::Refused)?;
        let reader = self.clone();
        self.aside.run(move || reader.read(&target)).await.ok_or(NoDocument::Missing)?
    }
}

fn refused(target: &Target, error: &EgressError) -> NoDocument {
    tracing::info!(host = target.host(), %error, "a document of a client cannot be read");
    match error {
        EgressError::Forbidden { .. } | EgressError::Target(_) => NoDocument::Refused,
        _ => NoDocument::Missing,
    }
}

fn is_json(answer: &Response) -> bool {
    answer.media_type().is_some_and(|media_type| {
        media_type == "application/json"
            || media_type.strip_prefix("application/").is_some_and(|kind| kind.ends_with("+json"))
    })
}

/// For how long the answer need not be asked for again, in seconds, as far as its host says (RFC 9111 sections 4.2 and 5.2.2).
fn fresh_s(answer: &Response) -> Option<u64> {
    let field = |name: &str| answer.fields.get(name).and_then(|value| value.to_str().ok());
    let control = field("cache-control")?.to_ascii_lowercase();
    let said = |name: &str| control.split(',').map(str::trim).find_map(|part| part.strip_prefix(name));
    if said("no-store").is_some() || said("no-cache").is_some() {
        return Some(0);
    }
    let age = field("age").and_then(|age| age.trim().parse::<u64>().ok()).unwrap_or(0);
    let most = said("max-age=")?.trim_matches('"').parse::<u64>().ok()?;
    Some(most.saturating_sub(age))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use std::thread;

    use super::*;

    /// What comes of a server on this machine that answers so.
    fn read(answer: &str) -> Result<ClientDocument, NoDocument> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target =
            Target::parse(&format!("http://{}/client.json", listener.local_addr().unwrap())).unwrap();
        let answer = answer.to_owned();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 4096];
            let length = stream.read(&mut asked).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&asked[..length]).to_lowercase()
        });
        let limits = Limits { time: Duration::from_secs(20), ..LIMITS };
        let told = PublicDocuments::through(Egress::new(Reach::Anywhere, limits)).read(&target);
        let asked = served.join().unwrap();
        assert!(asked.contains("accept: application/json") && !asked.contains("authorization"));
        told
    }

    fn answer(status: &str, fields: &str, body: &str) -> String {
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{fields}\r\n{body}",
            body.len()
        )
    }

    /// What a future comes to that need not wait.
    fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn s3_a_document_is_json_with_status_200() {
        let json = "Content-Type: application/json; charset=utf-8\r\n";
        let told = read(&answer("200 OK", json, "{}")).unwrap();
        assert_eq!(told, ClientDocument { body: b"{}".to_vec(), fresh_s: None });
        assert!(read(&answer("200 OK", "Content-Type: application/cimd+json\r\n", "{}")).is_ok());
        for (status, fields) in [
            ("200 OK", "Content-Type: text/html\r\n"),
            ("200 OK", ""),
            ("201 Created", json),
            ("302 Found", "Content-Type: application/json\r\nLocation: http://127.0.0.1:1/\r\n"),
            ("404 Not Found", json),
        ] {
            assert_eq!(read(&answer(status, fields, "{}")), Err(NoDocument::Missing), "{status} {fields}");
        }
    }

    #[test]
    fn s3_a_document_has_five_kibibytes_at_most() {
        let json = "Content-Type: application/json\r\n";
        assert!(read(&answer("200 OK", json, &" ".repeat(5 * 1024))).is_ok());
        assert_eq!(read(&answer("200 OK", json, &" ".repeat(5 * 1024 + 1))), Err(NoDocument::Missing));
    }

    #[test]
    fn s3_its_host_says_how_long_it_need_not_be_asked_again() {
        for (fields, fresh_s) in [
            ("", None),
            ("Cache-Control: public\r\n", None),
            ("Cache-Control: max-age=600\r\n", Some(600)),
            ("Cache-Control: public, Max-Age=600\r\nAge: 100\r\n", Some(500)),
            ("Cache-Control: max-age=60\r\nAge: 100\r\n", Some(0)),
            ("Cache-Control: no-store, max-age=600\r\n", Some(0)),
            ("Cache-Control: max-age=600, no-cache\r\n", Some(0)),
            ("Cache-Control: max-age=many\r\n", None),
        ] {
            let fields = format!("Content-Type: application/json\r\n{fields}");
            assert_eq!(read(&answer("200 OK", &fields, "{}")).unwrap().fresh_s, fresh_s, "{fields}");
        }
    }

    #[test]
    fn s3_v9_what_is_no_address_of_the_public_internet_is_not_asked() {
        let documents = PublicDocuments::default();
        for address in [
            "http://client.example/client.json",
            "https://127.0.0.1/client.json",
            "https://169.254.169.254/client.json",
            "https://[::ffff:127.0.0.1]/client.json",
            "https://2130706433/client.json",
            "https://0x7f000001/client.json",
            "https://0177.0.0.1/client.json",
            "https://localhost/client.json",
            "https://printer.local/client.json",
            "https://client.example:8443/client.json",
            "https://user@client.example/client.json",
            "https://client.example/client.json#x",
            "file:///etc/passwd",
        ] {
            assert_eq!(at_once(documents.fetch(address)), Some(Err(NoDocument::Refused)), "{address}");
        }
    }

    #[test]
    fn so_many_are_read_at_the_same_time_and_the_rest_are_refused() {
        let documents = PublicDocuments::default();
        let places: Vec<_> = (0..MAX_AT_ONCE).map(|_| documents.aside.place().unwrap()).collect();
        let address = "https://client.example/client.json";
        assert_eq!(at_once(documents.fetch(address)), Some(Err(NoDocument::Missing)));
        drop(places);
        assert!(documents.aside.place().is_some());
    }
}
