//! What pages say, in every language that they have: one file each.
//!
//! A word in braces is put in by the page. A text that is new goes into the list here, then every language misses it until it has it.

pub(crate) mod de;
pub(crate) mod en;
pub(crate) mod es;
pub(crate) mod fr;
pub(crate) mod ja;
pub(crate) mod ko;
pub(crate) mod zh;

/// Declares the texts, and lists them for the tests.
macro_rules! texts {
    ($($(#[$about:meta])* $name:ident,)*) => {
        /// What pages say.
        pub(crate) struct Texts {
            $($(#[$about])* pub(crate) $name: &'static str,)*
        }

        #[cfg(test)]
        impl Texts {
            /// All of them, by their names.
            pub(crate) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

texts! {
    // Signing in.
    sign_in,
    name,
    password,
    second_factor,
    second_factor_hint,
    sign_in_for_client,
    wrong_credentials,
    /// With `{minutes}`.
    locked_out,
    // The first user.
    set_up,
    set_up_intro,
    set_up_code,
    set_up_code_hint,
    wrong_set_up_code,
    new_name_hint,
    /// With `{length}`.
    new_password_hint,
    password_again,
    create_account,
    invalid_name,
    taken_name,
    /// With `{length}`.
    short_password,
    long_password,
    different_passwords,
    not_set_up,
    already_set_up,
    // The account.
    account,
    /// With `{name}`.
    signed_in_as,
    sign_out,
    sessions,
    this_browser,
    /// With `{time}`.
    since,
    /// With `{time}`.
    last_used,
    never_used,
    end_session,
    end_other_sessions,
    clients,
    no_clients,
    withdraw,
    change_password,
    current_password,
    new_password,
    wrong_password,
    password_changed,
    // The second factor.
    totp,
    totp_on,
    totp_off,
    /// With `{count}`.
    totp_codes_left,
    totp_begin,
    totp_key,
    totp_link,
    totp_code,
    totp_confirm,
    totp_recovery,
    totp_new_recovery,
    totp_wrong,
    totp_over,
    totp_remove,
    // Passkeys.
    passkey,
    passkeys,
    passkeys_intro,
    passkeys_not_here,
    passkey_unsupported,
    passkey_sign_in,
    passkey_name,
    passkey_name_hint,
    passkey_add,
    passkey_make,
    passkey_create,
    passkey_failed,
    passkey_refused,
    passkey_limit,
    passkey_gone,
    your_passkeys,
    passkey_remove,
    // A provider of identities.
    /// With `{provider}`.
    sign_in_with,
    /// With `{provider}`.
    provider_unreachable,
    provider_again,
    /// With `{provider}`.
    provider_denied,
    /// With `{provider}`.
    provider_wrong,
    /// With `{provider}`.
    provider_nobody,
    identity_none,
    identity_link,
    /// With `{provider}`.
    identity_continue,
    identity_unlink,
    identity_taken,
    identity_too_many,
    no_password,
    // Consent.
    consent,
    /// With `{client}`.
    consent_intro,
    unverified,
    /// With `{host}`.
    sent_to,
    loopback_warning,
    first_seen,
    will_be_able,
    can_read,
    can_add,
    can_write,
    can_admin,
    can_offline,
    how_much,
    all_of_it,
    all_but_admin,
    only_add,
    only_read,
    which_memories,
    own_memories,
    read_only_here,
    allow,
    deny,
    // What goes wrong.
    did_not_work,
    form_expired,
    form_unreadable,
    unavailable,
}

#[cfg(test)]
mod tests {
    use super::super::language::Language;

    /// The words in braces, in the order of the alphabet.
    fn holes(text: &str) -> Vec<&str> {
        let mut holes: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(hole, _)| hole).collect();
        holes.sort_unstable();
        holes
    }

    #[test]
    fn every_language_says_everything_with_the_same_holes() {
        let english = Language::English.texts().all();
        for language in Language::ALL {
            for ((name, text), (_, original)) in language.texts().all().into_iter().zip(&english) {
                assert!(!text.trim().is_empty(), "{language:?}: {name}");
                assert_eq!(holes(text), holes(original), "{language:?}: {name}");
                assert_eq!(text.trim(), text, "{language:?}: {name}");
            }
        }
    }

    #[test]
    fn no_language_repeats_english_sentences() {
        let english = Language::English.texts().all();
        for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
            for ((name, text), (_, original)) in language.texts().all().into_iter().zip(&english) {
                assert!(text != *original || !text.contains(' '), "{language:?}: {name} is English");
            }
        }
    }
}
