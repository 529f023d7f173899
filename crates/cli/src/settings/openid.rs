//! The settings of signing in with a provider of identities.

use auth::Secret;
use auth::openid::{self, InvalidProvider, SignUp};

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, oauth};

/// What is asked for when nobody says more.
const SCOPES: &str = "openid profile email";
/// How long the name of a client may be, in bytes.
const MAX_CLIENT_ID_BYTES: usize = 512;
/// How long the name of a provider may be, in characters: it stands on a button.
const MAX_NAME_CHARS: usize = 64;

/// A provider of identities, with which users sign in.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenId {
    /// Its address; without one there is none.
    pub issuer: Setting<Option<String>>,
    /// As whom this server is known there.
    pub client_id: Setting<Option<String>>,
    /// What it proves that with.
    pub client_secret: Setting<Option<Secret>>,
    /// What is asked for.
    pub scopes: Setting<String>,
    /// How people know the provider; none is the host of its address.
    pub name: Setting<Option<String>>,
    /// What becomes of people whom nobody linked.
    pub sign_up: Setting<SignUp>,
}

impl OpenId {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        let secret = layers.secret(var::OIDC_CLIENT_SECRET, var::OIDC_CLIENT_SECRET_FILE)?;
        let openid = Self {
            issuer: checked(layers.get(var::OIDC_ISSUER), issuer, None)?,
            client_id: checked(layers.get(var::OIDC_CLIENT_ID), client_id, None)?,
            client_secret: checked(secret, oauth::key, None)?,
            scopes: checked(layers.get(var::OIDC_SCOPES), scopes, SCOPES.to_owned())?,
            name: checked(layers.get(var::OIDC_NAME), name, None)?,
            sign_up: checked(layers.get(var::OIDC_SIGN_UP), sign_up, SignUp::Off)?,
        };
        let has = [
            openid.issuer.value.is_some(),
            openid.client_id.value.is_some(),
            openid.client_secret.value.is_some(),
        ];
        let names = [var::OIDC_ISSUER, var::OIDC_CLIENT_ID, var::OIDC_CLIENT_SECRET];
        if has.contains(&true) && has.contains(&false) {
            let missing: Vec<&str> =
                names.into_iter().zip(has).filter(|(_, has)| !has).map(|(name, _)| name).collect();
            let allowed = format!("it needs {} beside it, or none of them", missing.join(" and "));
            if let Some(raw) = layers.first(&[names[0], names[1], names[2], var::OIDC_CLIENT_SECRET_FILE]) {
                return Err(InvalidSetting::value(&raw, allowed));
            }
        }
        Ok(openid)
    }

    /// The provider, for a server that everybody reaches at an address; none when there is none.
    #[must_use]
    pub fn provider(&self, own_address: &str) -> Option<openid::Settings> {
        let issuer = self.issuer.value.clone()?;
        let host = issuer.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
        let host = host.unwrap_or(&issuer).to_owned();
        Some(openid::Settings {
            name: self.name.value.clone().unwrap_or(host),
            issuer,
            client_id: self.client_id.value.clone()?,
            client_secret: self.client_secret.value.clone()?,
            scopes: self.scopes.value.clone(),
            sign_up: self.sign_up.value.clone(),
            redirect_uri: format!("{own_address}{}", openid::Settings::CALLBACK),
        })
    }

    /// What becomes of people whom nobody linked, as it could be written.
    pub(super) fn shown_sign_up(&self) -> String {
        match &self.sign_up.value {
            SignUp::Off => "off".to_owned(),
            SignUp::Domains(domains) => domains.join(","),
        }
    }
}

fn refused(raw: &Raw) -> impl Fn(InvalidProvider) -> InvalidSetting {
    move |error| InvalidSetting::value(raw, error.to_string())
}

fn issuer(raw: &Raw) -> Result<Option<String>, InvalidSetting> {
    let text = raw.as_text()?;
    openid::Settings::check_issuer(text).map_err(refused(raw))?;
    Ok(Some(text.to_owned()))
}

fn client_id(raw: &Raw) -> Result<Option<String>, InvalidSetting> {
    let text = raw.as_text()?;
    match (1..=MAX_CLIENT_ID_BYTES).contains(&text.len()) && !text.chars().any(char::is_control) {
        true => Ok(Some(text.to_owned())),
        false => {
            let allowed = format!("it must have 1 to {MAX_CLIENT_ID_BYTES} bytes and no control characters");
            Err(InvalidSetting::value(raw, allowed))
        }
    }
}

fn scopes(raw: &Raw) -> Result<String, InvalidSetting> {
    let text = raw.as_text()?;
    openid::Settings::check_scopes(text).map_err(refused(raw))?;
    Ok(text.to_owned())
}

fn name(raw: &Raw) -> Result<Option<String>, InvalidSetting> {
    let text = raw.as_text()?.trim();
    match (1..=MAX_NAME_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        true => Ok(Some(text.to_owned())),
        false => {
            let allowed =
                format!("it must have 1 to {MAX_NAME_CHARS} characters, none of them a control character");
            Err(InvalidSetting::value(raw, allowed))
        }
    }
}

fn sign_up(raw: &Raw) -> Result<SignUp, InvalidSetting> {
    openid::Settings::read_sign_up(raw.as_text()?).map_err(refused(raw))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, Settings};

    const WHOLE: [(&str, &str); 3] = [
        ("MCP_OIDC_ISSUER", "https://id.example/realms/main"),
        ("MCP_OIDC_CLIENT_ID", "memory"),
        ("MCP_OIDC_CLIENT_SECRET", "hunter2"),
    ];

    fn with(variables: &[(&str, &str)]) -> Result<OpenId, String> {
        let home = Path::new("/home/u");
        let settings = Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home));
        settings.map(|settings| settings.openid).map_err(|error| error.to_string())
    }

    fn also(name: &'static str, value: &'static str) -> Result<OpenId, String> {
        with(&[WHOLE.as_slice(), &[(name, value)]].concat())
    }

    #[test]
    fn a_provider_is_whole_or_not_there() {
        assert_eq!(with(&[]).unwrap().provider("https://memory.example"), None);
        let provider = with(&WHOLE).unwrap().provider("https://memory.example/m").unwrap();
        assert_eq!(provider.name, "id.example");
        assert_eq!(provider.redirect_uri, "https://memory.example/m/sign-in/callback");
        assert_eq!((provider.scopes.as_str(), provider.sign_up), (SCOPES, SignUp::Off));
        for (place, one) in WHOLE.into_iter().enumerate() {
            let mut some = WHOLE.to_vec();
            let (name, _) = some.remove(place);
            let told = with(&some).unwrap_err();
            assert!(told.contains(&format!("it needs {name}")) && !told.contains("hunter2"), "{told}");
            let told = with(&[one]).unwrap_err();
            assert!(told.contains(" and ") && !told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn each_setting_is_checked() {
        for (name, good, bad) in [
            ("MCP_OIDC_SCOPES", "openid email", "email"),
            ("MCP_OIDC_NAME", "Example & Co", "Exam\nple"),
            ("MCP_OIDC_SIGN_UP", "example.org,example.com", "everybody"),
        ] {
            assert!(also(name, good).is_ok(), "{name}");
            let told = also(name, bad).unwrap_err();
            assert!(told.contains(name), "{told}");
        }
        let longest = "n".repeat(MAX_NAME_CHARS);
        assert!(with(&[WHOLE.as_slice(), &[("MCP_OIDC_NAME", longest.as_str())]].concat()).is_ok());
        let longer = format!("{longest}n");
        assert!(with(&[WHOLE.as_slice(), &[("MCP_OIDC_NAME", longer.as_str())]].concat()).is_err());
        for bad in ["http://id.example", "id.example", "https://id.example?x"] {
            assert!(with(&[("MCP_OIDC_ISSUER", bad), WHOLE[1], WHOLE[2]]).is_err(), "{bad}");
        }
        for (length, is_good) in [(MAX_CLIENT_ID_BYTES, true), (MAX_CLIENT_ID_BYTES + 1, false)] {
            let id = "i".repeat(length);
            assert_eq!(with(&[WHOLE[0], ("MCP_OIDC_CLIENT_ID", &id), WHOLE[2]]).is_ok(), is_good);
        }
    }

    #[test]
    fn the_secret_of_the_client_is_not_shown() {
        let openid = with(&WHOLE).unwrap();
        assert!(!format!("{openid:?}").contains("hunter2"));
        let told = with(&[WHOLE[0], WHOLE[1], ("MCP_OIDC_CLIENT_SECRET", "hunter2\n2")]).unwrap_err();
        assert!(!told.contains("hunter2"), "{told}");
    }
}
