//! Passkeys, and the challenges that they answer.

use model::{
    AuditText, ChallengeKey, CredentialId, MAX_CREDENTIAL_ID_BYTES, Passkey, PasskeyId, Session,
    UsedChallenge,
};

use super::{
    AccountStoreUnderTest, account, add, at, change, digest, hash, id, session, session_ids, sessions,
    sign_in, ten,
};
use crate::{
    AccountStore, FactorsThen, MAX_PASSKEYS_OF_ONE, MAX_SESSIONS_OF_ONE, PasskeyAdded, PasskeyUse,
    PasskeyUsed, PasswordChange, StaleAccounts,
};

/// A passkey that differs from every one of another number.
pub(super) fn passkey(user: u64, number: u64) -> Passkey {
    Passkey {
        id: PasskeyId::from_bytes(ten(number)),
        user: id(user),
        credential: credential(number),
        public_key: number.to_be_bytes().to_vec(),
        sign_count: 0,
        is_backup_eligible: false,
        is_backed_up: false,
        name: AuditText::new(format!("key {number}")),
        created_at: at(10.0),
        last_used_at: None,
    }
}

fn credential(number: u64) -> CredentialId {
    CredentialId::new(number.to_be_bytes().to_vec()).unwrap()
}

pub(super) fn challenge(text: &str) -> UsedChallenge {
    UsedChallenge { digest: digest(text), expires_at: at(300.0) }
}

async fn keep(store: &dyn AccountStore, passkey: Passkey) -> PasskeyAdded {
    let text = format!("challenge of {}", passkey.id);
    store.add_passkey(passkey, challenge(&text), &hash("old")).await.unwrap()
}

/// The use of the passkey of a number for a session of the same number.
pub(super) fn used(user: u64, number: u64, text: &str, sign_count: u32) -> PasskeyUse {
    let session = Session { created_at: at(20.0), ..session(user, number) };
    PasskeyUse {
        credential: credential(number),
        challenge: challenge(text),
        sign_count,
        is_backed_up: false,
        session,
    }
}

pub async fn a_passkey_is_read_back_as_it_was_kept<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(store.passkey(&credential(1)).await.unwrap(), None);
    assert_eq!(store.passkeys_of(&id(1)).await.unwrap(), []);
    add(store, 1).await;
    add(store, 2).await;
    let rich = Passkey {
        credential: CredentialId::new(vec![0xff; MAX_CREDENTIAL_ID_BYTES]).unwrap(),
        public_key: vec![0, 255],
        sign_count: u32::MAX,
        is_backup_eligible: true,
        is_backed_up: true,
        last_used_at: Some(at(30.5)),
        ..passkey(1, 1)
    };
    let later = Passkey { created_at: at(5.0), ..passkey(1, 2) };
    for one in [rich.clone(), passkey(2, 3), later.clone()] {
        assert_eq!(keep(store, one).await, PasskeyAdded::Added);
    }
    assert_eq!(store.passkey(&rich.credential).await.unwrap(), Some(rich.clone()));
    assert_eq!(bed.elsewhere().passkeys_of(&id(1)).await.unwrap(), [later, rich]);
    assert_eq!(store.passkeys_of(&id(2)).await.unwrap(), [passkey(2, 3)]);
}

pub async fn an_id_of_an_authenticator_belongs_to_one_passkey<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    assert_eq!(keep(store, passkey(1, 1)).await, PasskeyAdded::Added);
    for user in [1, 2] {
        let same = Passkey { credential: credential(1), ..passkey(user, 2) };
        assert_eq!(keep(store, same).await, PasskeyAdded::CredentialTaken);
    }
    assert_eq!(store.passkey(&credential(1)).await.unwrap(), Some(passkey(1, 1)));
    // What was refused used no challenge up.
    assert_eq!(keep(store, passkey(2, 2)).await, PasskeyAdded::Added);
}

pub async fn nobody_gets_a_passkey_whose_password_was_changed_or_who_is_disabled<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(keep(store, passkey(1, 1)).await, PasskeyAdded::NoUser);
    add(store, 1).await;
    add(store, 2).await;
    assert!(store.set_password(&id(1), change("new")).await.unwrap());
    store.set_disabled(&id(2), Some(at(1.0))).await.unwrap();
    for user in [1, 2] {
        assert_eq!(keep(store, passkey(user, user)).await, PasskeyAdded::NoUser, "{user}");
    }
    let kept = store.add_passkey(passkey(1, 1), challenge("a"), &hash("new")).await.unwrap();
    assert_eq!(kept, PasskeyAdded::Added);
}

pub async fn there_are_no_more_passkeys_than_the_limit<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    let limit = MAX_PASSKEYS_OF_ONE as u64;
    for number in 1..=limit {
        assert_eq!(keep(store, passkey(1, number)).await, PasskeyAdded::Added);
    }
    assert_eq!(keep(store, passkey(1, limit + 1)).await, PasskeyAdded::TooMany);
    assert_eq!(keep(store, passkey(2, limit + 1)).await, PasskeyAdded::Added);
    assert!(store.remove_passkey(&id(1), &passkey(1, 1).id).await.unwrap().is_some());
    assert_eq!(keep(store, passkey(1, limit + 2)).await, PasskeyAdded::Added);
}

pub async fn a_challenge_is_answered_once<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    let password = hash("old");
    let add_with =
        |number: u64, text: &'static str| store.add_passkey(passkey(1, number), challenge(text), &password);
    assert_eq!(add_with(1, "one").await.unwrap(), PasskeyAdded::Added);
    assert_eq!(add_with(2, "one").await.unwrap(), PasskeyAdded::ChallengeUsed);
    assert_eq!(store.use_passkey(used(1, 1, "one", 0)).await.unwrap(), PasskeyUsed::ChallengeUsed);
    assert_eq!(store.use_passkey(used(1, 1, "two", 0)).await.unwrap(), PasskeyUsed::SignedIn);
    let again = PasskeyUse { session: session(1, 2), ..used(1, 1, "two", 0) };
    assert_eq!(bed.elsewhere().use_passkey(again).await.unwrap(), PasskeyUsed::ChallengeUsed);
    assert_eq!(sessions(store, 1).await, session_ids([1]));
}

pub async fn a_passkey_signs_its_user_in_and_is_noted<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    for number in [1, 2] {
        assert_eq!(keep(store, passkey(1, number)).await, PasskeyAdded::Added);
    }
    let one = PasskeyUse { is_backed_up: true, ..used(1, 1, "one", 7) };
    assert_eq!(store.use_passkey(one.clone()).await.unwrap(), PasskeyUsed::SignedIn);
    let (kept, user) = store.session(&one.session.digest).await.unwrap().unwrap();
    assert_eq!((kept, user), (one.session, account(1).user));
    let noted = Passkey { sign_count: 7, is_backed_up: true, last_used_at: Some(at(20.0)), ..passkey(1, 1) };
    assert_eq!(store.passkeys_of(&id(1)).await.unwrap(), [noted, passkey(1, 2)]);
}

pub async fn a_passkey_signs_nobody_else_in<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for user in [1, 2, 3] {
        add(store, user).await;
        assert_eq!(keep(store, passkey(user, user)).await, PasskeyAdded::Added);
    }
    let of_another = PasskeyUse { session: session(2, 9), ..used(1, 1, "one", 1) };
    assert_eq!(store.use_passkey(of_another).await.unwrap(), PasskeyUsed::NoUser);
    assert_eq!(store.use_passkey(used(1, 4, "one", 1)).await.unwrap(), PasskeyUsed::NoUser);
    store.set_disabled(&id(3), Some(at(1.0))).await.unwrap();
    assert_eq!(store.use_passkey(used(3, 3, "one", 1)).await.unwrap(), PasskeyUsed::NoUser);
    for user in [1, 2, 3] {
        assert_eq!(sessions(store, user).await, []);
        assert_eq!(store.passkeys_of(&id(user)).await.unwrap(), [passkey(user, user)]);
    }
    assert_eq!(store.use_passkey(used(1, 1, "one", 1)).await.unwrap(), PasskeyUsed::SignedIn);
}

pub async fn a_counter_that_does_not_grow_signs_nobody_in<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    assert_eq!(keep(store, passkey(1, 1)).await, PasskeyAdded::Added);
    let counts = [(0, true), (0, true), (5, true), (5, false), (4, false), (0, false), (6, true)];
    for (number, (sign_count, is_in)) in counts.into_iter().enumerate() {
        let text = format!("challenge {number}");
        let session = Session { digest: digest(&text), ..session(1, 100 + number as u64) };
        let one = PasskeyUse { session, ..used(1, 1, &text, sign_count) };
        let expected = if is_in { PasskeyUsed::SignedIn } else { PasskeyUsed::CounterBehind };
        assert_eq!(store.use_passkey(one).await.unwrap(), expected, "{number}");
    }
    assert_eq!(store.passkey(&credential(1)).await.unwrap().unwrap().sign_count, 6);
    assert_eq!(sessions(store, 1).await, session_ids([100, 101, 102, 106]));
}

pub async fn signing_in_with_a_passkey_makes_room_for_the_session<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    assert_eq!(keep(store, passkey(1, 1)).await, PasskeyAdded::Added);
    for number in 2..2 + MAX_SESSIONS_OF_ONE as u64 {
        sign_in(store, 1, number).await;
    }
    let newest = Session { last_used_at: at(20.0), ..used(1, 1, "one", 0).session };
    let one = PasskeyUse { session: newest.clone(), ..used(1, 1, "one", 0) };
    assert_eq!(store.use_passkey(one).await.unwrap(), PasskeyUsed::SignedIn);
    let kept = sessions(store, 1).await;
    assert_eq!(kept.len(), MAX_SESSIONS_OF_ONE);
    assert!(kept.contains(&newest.id));
}

pub async fn of_many_who_answer_one_challenge_at_the_same_time_one_is_let_in<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    add(bed.store(), 1).await;
    assert_eq!(keep(bed.store(), passkey(1, 1)).await, PasskeyAdded::Added);
    let tries = (0..32).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        let session = session(1, 100 + number);
        store.use_passkey(PasskeyUse { session, ..used(1, 1, "one", 0) })
    });
    let answers = super::super::sample::all(tries).await;
    let is_in = |answer: &Result<PasskeyUsed, _>| *answer.as_ref().unwrap() == PasskeyUsed::SignedIn;
    assert_eq!(answers.iter().filter(|answer| is_in(answer)).count(), 1);
    assert_eq!(sessions(bed.store(), 1).await.len(), 1);
}

pub async fn what_is_taken_away_signs_nobody_in<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    assert_eq!(keep(store, passkey(1, 1)).await, PasskeyAdded::Added);
    assert_eq!(store.use_passkey(used(1, 1, "one", 0)).await.unwrap(), PasskeyUsed::SignedIn);
    assert_eq!(store.remove_passkey(&id(2), &passkey(1, 1).id).await.unwrap(), None);
    let removed = store.remove_passkey(&id(1), &passkey(1, 1).id).await.unwrap().unwrap();
    assert_eq!(removed.credential, credential(1));
    assert_eq!(store.remove_passkey(&id(1), &passkey(1, 1).id).await.unwrap(), None);
    assert_eq!(store.passkey(&credential(1)).await.unwrap(), None);
    assert_eq!(store.use_passkey(used(1, 1, "two", 0)).await.unwrap(), PasskeyUsed::NoUser);
    assert_eq!(sessions(store, 1).await, session_ids([1]));
}

pub async fn a_password_that_is_set_anew_may_take_the_passkeys_away<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for user in [1, 2] {
        add(store, user).await;
        assert_eq!(keep(store, passkey(user, user)).await, PasskeyAdded::Added);
    }
    assert!(store.set_password(&id(1), change("new")).await.unwrap());
    assert_eq!(store.passkeys_of(&id(1)).await.unwrap(), [passkey(1, 1)]);
    let anew = PasswordChange { factors: FactorsThen::Go, ..change("newer") };
    assert!(store.set_password(&id(1), anew).await.unwrap());
    assert_eq!(store.passkeys_of(&id(1)).await.unwrap(), []);
    assert_eq!(store.passkeys_of(&id(2)).await.unwrap(), [passkey(2, 2)]);
    // Taking the second factor away is another matter.
    store.remove_totp(&id(2)).await.unwrap();
    assert_eq!(store.passkeys_of(&id(2)).await.unwrap(), [passkey(2, 2)]);
}

pub async fn there_is_one_key_of_challenges<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let key = |byte| ChallengeKey::from_bytes([byte; 32]);
    assert_eq!(bed.store().challenge_key(key(1)).await.unwrap(), key(1));
    assert_eq!(bed.store().challenge_key(key(2)).await.unwrap(), key(1));
    assert_eq!(bed.elsewhere().challenge_key(key(3)).await.unwrap(), key(1));
}

pub async fn challenges_that_are_over_are_removed<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    assert_eq!(keep(store, passkey(1, 1)).await, PasskeyAdded::Added);
    let stale = |now: f64| StaleAccounts { now: at(now), idle: at(0.0), counted: at(0.0) };
    assert_eq!(store.sweep_accounts(&stale(299.0)).await.unwrap(), 0);
    assert_eq!(store.sweep_accounts(&stale(300.0)).await.unwrap(), 1);
    assert_eq!(store.sweep_accounts(&stale(300.0)).await.unwrap(), 0);
    assert_eq!(store.passkeys_of(&id(1)).await.unwrap(), [passkey(1, 1)]);
}
