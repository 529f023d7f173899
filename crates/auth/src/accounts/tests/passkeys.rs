//! Passkeys, from an authenticator in software that says what a test wants, and from one that others wrote.

mod administration;
mod assertion;
mod independent;
mod registration;

use model::Passkey;
use serde_json::Value;
use testkit::FakeAuthenticator;
use testkit::authenticator::Answer;

use super::*;

const ORIGIN: &str = "https://memory.example";
/// The cookie of a browser.
const BROWSER: &str = "cookie of a browser";

fn site() -> PasskeySite {
    PasskeySite::of(ORIGIN).unwrap()
}

/// A step, what is changed, and why it is refused.
type Case = (&'static str, Box<dyn Fn(&mut Answer)>, &'static str);

fn said(step: &'static str, name: &'static str, value: Value, why: &'static str) -> Case {
    (step, Box::new(move |answer| answer.client_data[name] = value.clone()), why)
}

fn case(step: &'static str, change: impl Fn(&mut Answer) + 'static, why: &'static str) -> Case {
    (step, Box::new(change), why)
}

impl Bed {
    /// What a browser of somebody who showed the password is to ask an authenticator.
    async fn begin(&self, own: &SignedIn) -> Value {
        self.accounts.begin_passkey(&site(), &own.session, PASSWORD, &from(1)).await.unwrap()
    }

    async fn add(&self, own: &SignedIn, credential: &str) -> Result<Passkey, AccountsError> {
        self.accounts.add_passkey(&site(), &own.session, credential, " my phone ", &from(1)).await
    }

    /// What a browser of somebody who signs in is to ask.
    async fn ask(&self) -> Value {
        self.accounts.ask_for_passkey(&site(), BROWSER).await.unwrap()
    }

    async fn answer(&self, credential: &str) -> Result<SignedIn, AccountsError> {
        self.accounts.sign_in_with_passkey(&site(), BROWSER, credential, &from(1)).await
    }

    /// Why the last thing was refused, and of whom it is.
    async fn last_refusal(&self) -> (String, Option<String>) {
        let entry = self.log.entries(&ports::AuditFilter::default(), 1).await.unwrap().remove(0);
        assert_eq!(entry.outcome, AuditOutcome::Refused, "{entry:?}");
        (entry.detail.unwrap().to_string(), entry.subject.map(|subject| subject.to_string()))
    }
}

fn is_refused<T>(answer: &Result<T, AccountsError>) -> bool {
    matches!(answer, Err(AccountsError::WrongPasskey))
}

/// Anna with a passkey, signed in with her password.
async fn with_passkey(mut authenticator: FakeAuthenticator) -> (Bed, SignedIn, FakeAuthenticator, Passkey) {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    let made = authenticator.make(&bed.begin(&own).await);
    let passkey = bed.add(&own, &made).await.unwrap();
    (bed, own, authenticator, passkey)
}
