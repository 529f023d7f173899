//! The parameters of a query or a form.

use super::Error;

/// The parameters of a query or a form. One without a value is as one that is not there, and unknown ones are ignored (RFC 6749
/// section 3.1).
#[derive(Clone, Copy)]
pub(super) struct Parameters<'a>(pub(super) &'a [(String, String)]);

impl<'a> Parameters<'a> {
    /// The value of a parameter.
    ///
    /// # Errors
    /// When it is there twice: whoever stands between may have looked at the other one.
    pub(super) fn get(self, name: &str) -> Result<Option<&'a str>, Error> {
        let mut values = self.all(name);
        let first = values.next();
        match values.next() {
            Some(_) => Err(Error::invalid_request("a parameter is there twice")),
            None => Ok(first),
        }
    }

    /// The value of a parameter that has to be there.
    pub(super) fn need(self, name: &str, missing: &'static str) -> Result<&'a str, Error> {
        self.get(name)?.ok_or(Error::invalid_request(missing))
    }

    /// Every value of a parameter.
    pub(super) fn all(self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(key, value)| key == name && !value.is_empty());
        named.map(|(_, value)| value.as_str())
    }
}
