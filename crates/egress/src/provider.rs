//! The way to a provider of identities, whose address the owner of the installation set: it may be in the inner network. What the
//! provider names itself has to be `https`, too, unless it is this machine.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use ports::{IdentityProvider, NoAnswer, ProviderAnswer};

use crate::aside::Aside;
use crate::{Egress, Limits, Purpose, Reach, Request, Target};

/// What an answer may be, and how long it may take: whoever waits for it looks at a page that does not come.
const LIMITS: Limits = Limits { time: Duration::from_secs(5), body_bytes: 128 * 1024 };
/// How many questions are under way at the same time. The rest are refused.
pub const MAX_AT_ONCE: usize = 8;

/// The way to the provider of the owner of this installation.
#[derive(Debug, Clone)]
pub struct OwnersProvider {
    egress: Egress,
    aside: Aside,
}

impl Default for OwnersProvider {
    fn default() -> Self {
        let egress = Egress::new(Reach::Anywhere, LIMITS);
        Self { egress, aside: Aside::new("identity-provider", MAX_AT_ONCE) }
    }
}

impl OwnersProvider {
    async fn ask(
        &self,
        address: &str,
        fields: Vec<(&'static str, String)>,
        form: Option<String>,
    ) -> Result<ProviderAnswer, NoAnswer> {
        let target = Target::parse(address).map_err(|_| NoAnswer::Refused)?;
        if !target.is_tls() && !is_this_machine(target.host()) {
            return Err(NoAnswer::Refused);
        }
        let egress = self.egress.clone();
        let asked = move || {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let purpose = form.as_ref().map_or(Purpose::Get, |form| Purpose::Post(form.as_bytes()));
            let answer = egress.send(Request { target: &target, fields: &fields, purpose });
            answer.map_err(|error| {
                tracing::info!(host = target.host(), %error, "the provider of identities does not answer");
                NoAnswer::Unreachable
            })
        };
        let answer = self.aside.run(asked).await.ok_or(NoAnswer::Unreachable)??;
        Ok(ProviderAnswer { status: answer.status, body: answer.body })
    }
}

#[async_trait]
impl IdentityProvider for OwnersProvider {
    async fn read(&self, address: &str) -> Result<ProviderAnswer, NoAnswer> {
        self.ask(address, vec![("accept", "application/json".to_owned())], None).await
    }

    async fn send(
        &self,
        address: &str,
        authorization: Option<&str>,
        form: &str,
    ) -> Result<ProviderAnswer, NoAnswer> {
        let mut fields = vec![
            ("accept", "application/json".to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ];
        fields.extend(authorization.map(|value| ("authorization", value.to_owned())));
        self.ask(address, fields, Some(form.to_owned())).await
    }
}

/// Whether what is sent there does not leave this machine.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};

    use super::*;

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let (mut future, waker) = (pin!(future), Waker::from(Arc::new(Unpark(thread::current()))));
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(value) => return value,
                Poll::Pending => thread::park(),
            }
        }
    }

    /// A server on this machine that gives one connection this answer; gives what it was asked.
    fn server(answer: &str) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let answer = answer.to_owned();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut asked, mut part) = (Vec::new(), [0; 4096]);
            while !asked.windows(4).any(|end| end == b"\r\n\r\n")
                || asked.starts_with(b"POST") && !asked.ends_with(b"=b")
            {
                let length = stream.read(&mut part).unwrap();
                asked.extend_from_slice(&part[..length]);
            }
            let _ = stream.write_all(answer.as_bytes());
            String::from_utf8_lossy(&asked).into_owned()
        });
        (address, served)
    }

    fn answer(status: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }

    #[test]
    fn a_provider_of_the_inner_network_is_asked_and_answers_as_it_likes() {
        let provider = OwnersProvider::default();
        for (status, code) in [("200 OK", 200), ("302 Found", 302), ("503 Busy", 503)] {
            let (address, served) = server(&answer(status, "{}"));
            let told = block_on(provider.read(&format!("{address}/keys"))).unwrap();
            assert_eq!(told, ProviderAnswer { status: code, body: b"{}".to_vec() });
            let asked = served.join().unwrap();
            assert!(
                asked.starts_with("GET /keys ") && !asked.to_lowercase().contains("authorization"),
                "{asked}"
            );
        }
    }

    #[test]
    fn a_form_is_sent_with_what_proves_who_sends_it() {
        let (address, served) = server(&answer("200 OK", "{}"));
        let sent = block_on(OwnersProvider::default().send(&address, Some("Basic abc"), "a=b"));
        assert_eq!(sent.unwrap().status, 200);
        let asked = served.join().unwrap();
        assert!(asked.starts_with("POST / ") && asked.ends_with("\r\n\r\na=b"), "{asked}");
        let fields = asked.to_lowercase();
        assert!(fields.contains("authorization: basic abc\r\n"), "{asked}");
        assert!(fields.contains("content-type: application/x-www-form-urlencoded\r\n"), "{asked}");
    }

    #[test]
    fn an_answer_ends_at_its_limit() {
        for (length, is_good) in [(128 * 1024, true), (128 * 1024 + 1, false)] {
            let (address, _) = server(&answer("200 OK", &" ".repeat(length)));
            let told = block_on(OwnersProvider::default().read(&address));
            assert_eq!(told.is_ok(), is_good, "{length}");
        }
    }

    #[test]
    fn s7_nothing_is_sent_in_the_clear_over_a_network() {
        let provider = OwnersProvider::default();
        for address in [
            "http://id.example/token",
            "http://192.168.0.1/token",
            "http://localhost.example/token",
            "ftp://127.0.0.1/token",
            "https://user@127.0.0.1/token",
            "",
        ] {
            assert_eq!(block_on(provider.send(address, None, "a=b")), Err(NoAnswer::Refused), "{address}");
        }
    }

    #[test]
    fn nobody_listening_and_too_many_at_once_are_no_answer() {
        let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let nobody = format!("http://{unused}/");
        assert_eq!(block_on(OwnersProvider::default().read(&nobody)), Err(NoAnswer::Unreachable));
        let provider = OwnersProvider::default();
        let places: Vec<_> = (0..MAX_AT_ONCE).map(|_| provider.aside.place().unwrap()).collect();
        let (address, _) = server(&answer("200 OK", "{}"));
        assert_eq!(block_on(provider.read(&address)), Err(NoAnswer::Unreachable));
        drop(places);
        assert!(block_on(provider.read(&address)).is_ok());
    }
}
