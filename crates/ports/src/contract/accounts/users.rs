//! Accounts, passwords, the first user.

use model::{Account, AuditText, ChallengeKey, KeyDigest, SetUpOffer, Space, TotpOffer, TotpSecret, User};

use super::passkeys::{challenge, passkey, used};
use super::{
    AccountStoreUnderTest, account, add, at, change, digest, found, hash, id, session, session_ids, sessions,
    sign_in,
};
use crate::{
    AccountAdded, AccountStore, Counter, Forgiven, MAX_USERS, PasswordChange, StaleAccounts, StoreError,
};

fn owner(number: u64) -> Account {
    let account = account(number);
    Account { user: User { is_owner: true, space: Space::Default, ..account.user }, ..account }
}

async fn offer(store: &dyn AccountStore, code: &str) -> KeyDigest {
    let offer = SetUpOffer { digest: digest(code), expires_at: at(100.0) };
    assert!(store.offer_set_up(offer).await.unwrap());
    digest(code)
}

pub async fn a_new_store_has_no_users<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert!(!store.any().await.unwrap());
    assert_eq!(store.all().await.unwrap(), []);
    assert_eq!(store.by_id(&id(1)).await.unwrap(), None);
    assert_eq!(store.by_name(&account(1).user.name).await.unwrap(), None);
    assert!(!store.is_offered(&digest("code"), at(0.0)).await.unwrap());
    assert_eq!(store.session(&digest("session")).await.unwrap(), None);
    assert_eq!(store.sessions_of(&id(1)).await.unwrap(), []);
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), None);
    assert_eq!(store.set_disabled(&id(1), Some(at(0.0))).await.unwrap(), None);
    assert!(!store.set_password(&id(1), change("new")).await.unwrap());
    assert!(!store.add_session(session(1, 1), &hash("old")).await.unwrap());
    assert_eq!(store.end_session(&id(1), &session(1, 1).id).await.unwrap(), None);
    store.forgive(&digest("counter"), Forgiven::All).await.unwrap();
    let stale = StaleAccounts { now: at(1e6), idle: at(1e6), counted: at(1e6) };
    assert_eq!(store.sweep_accounts(&stale).await.unwrap(), 0);
}

pub async fn an_account_is_read_back_as_it_was_kept<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let kept =
        Account { password: hash("'); DROP TABLE users; -- é"), password_since: at(0.123_456), ..owner(1) };
    let user = User { disabled_at: Some(at(5.5)), ..account(2).user };
    let other = Account { user, ..account(2) };
    for kept in [kept, other] {
        assert_eq!(store.add(kept.clone(), None).await.unwrap(), AccountAdded::Added);
        assert_eq!(store.by_id(&kept.user.id).await.unwrap().as_ref(), Some(&kept));
        assert_eq!(store.by_name(&kept.user.name).await.unwrap(), Some(kept));
        assert!(store.any().await.unwrap());
    }
}

pub async fn accounts_come_oldest_first<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let aged = |number, seconds| {
        let account = account(number);
        Account { user: User { created_at: at(seconds), ..account.user }, ..account }
    };
    for account in [aged(1, 5.0), aged(2, 3.0), aged(3, 5.0)] {
        assert_eq!(bed.store().add(account, None).await.unwrap(), AccountAdded::Added);
    }
    assert_eq!(bed.store().all().await.unwrap(), [aged(2, 3.0), aged(1, 5.0), aged(3, 5.0)]);
}

pub async fn a_name_and_an_id_belong_to_one_user<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    add(bed.store(), 1).await;
    let named = Account { user: User { name: account(1).user.name, ..account(2).user }, ..account(2) };
    let same = Account { user: User { id: id(1), ..account(3).user }, ..account(3) };
    for account in [named, same] {
        assert_eq!(bed.store().add(account, None).await.unwrap(), AccountAdded::NameTaken);
    }
    assert_eq!(bed.store().all().await.unwrap(), [account(1)]);
}

pub async fn an_owner_is_the_first_user_or_none<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    assert_eq!(bed.store().add(owner(1), None).await.unwrap(), AccountAdded::Added);
    assert_eq!(bed.store().add(owner(2), None).await.unwrap(), AccountAdded::OwnerExists);
    assert_eq!(bed.store().all().await.unwrap(), [owner(1)]);
}

pub async fn one_code_sets_up_one_owner<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let code = offer(store, "code").await;
    let wrong = Some((digest("other"), at(1.0)));
    assert_eq!(store.add(owner(1), wrong).await.unwrap(), AccountAdded::NotOffered);
    assert!(store.is_offered(&code, at(1.0)).await.unwrap());
    assert_eq!(store.add(owner(1), Some((code, at(1.0)))).await.unwrap(), AccountAdded::Added);
    assert!(!store.is_offered(&code, at(1.0)).await.unwrap());
    assert_eq!(store.add(account(2), Some((code, at(1.0)))).await.unwrap(), AccountAdded::NotOffered);
    let offer = SetUpOffer { digest: digest("again"), expires_at: at(100.0) };
    assert!(!store.offer_set_up(offer).await.unwrap());
    assert!(!store.is_offered(&digest("again"), at(1.0)).await.unwrap());
}

pub async fn a_code_is_good_until_the_moment_in_which_it_expires<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let code = offer(bed.store(), "code").await;
    for (seconds, is_good) in [(99.0, true), (100.0, false), (101.0, false)] {
        assert_eq!(bed.store().is_offered(&code, at(seconds)).await.unwrap(), is_good);
    }
    for seconds in [101.0, 100.0] {
        let added = bed.store().add(owner(1), Some((code, at(seconds)))).await.unwrap();
        assert_eq!(added, AccountAdded::NotOffered);
    }
    assert_eq!(bed.store().add(owner(1), Some((code, at(99.0)))).await.unwrap(), AccountAdded::Added);
}

pub async fn a_newer_code_takes_the_place_of_an_older_one<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let (old, new) = (offer(bed.store(), "old").await, offer(bed.store(), "new").await);
    assert!(!bed.store().is_offered(&old, at(1.0)).await.unwrap());
    assert!(bed.store().is_offered(&new, at(1.0)).await.unwrap());
    // Whoever is added in another way ends it.
    add(bed.store(), 1).await;
    assert!(!bed.store().is_offered(&new, at(1.0)).await.unwrap());
}

pub async fn of_many_who_use_one_code_at_the_same_time_one_does<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let code = Some((offer(bed.store(), "code").await, at(1.0)));
    let tries = (0..32).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        store.add(owner(number), code)
    });
    let added = super::super::sample::all(tries).await;
    assert_eq!(added.into_iter().filter(|added| *added.as_ref().unwrap() == AccountAdded::Added).count(), 1);
    assert_eq!(bed.store().all().await.unwrap().len(), 1);
}

pub async fn a_disabled_user_keeps_the_first_time_and_has_no_sessions<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        add(store, number).await;
        sign_in(store, number, number).await;
    }
    for seconds in [30.0, 40.0] {
        let user = store.set_disabled(&id(1), Some(at(seconds))).await.unwrap().unwrap();
        assert_eq!(user, User { disabled_at: Some(at(30.0)), ..account(1).user });
        assert_eq!(found(store, 1).await.user, user);
    }
    assert_eq!(store.session(&session(1, 1).digest).await.unwrap(), None);
    assert_eq!(sessions(store, 2).await, session_ids([2]));
    assert_eq!(store.set_disabled(&id(1), None).await.unwrap(), Some(account(1).user));
    assert_eq!(sessions(store, 1).await, []);
}

pub async fn a_new_password_takes_the_place_of_the_one_that_was_meant<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    let from = |old: &str| PasswordChange { from: Some(hash(old)), ..change("new") };
    assert!(!store.set_password(&id(1), from("other")).await.unwrap());
    assert_eq!(found(store, 1).await, account(1));
    assert!(store.set_password(&id(1), from("old")).await.unwrap());
    assert!(!store.set_password(&id(1), from("old")).await.unwrap());
    let changed = Account { password: hash("new"), password_since: at(20.0), ..account(1) };
    assert_eq!(store.all().await.unwrap(), [changed, account(2)]);
    assert!(store.set_password(&id(1), change("newer")).await.unwrap());
    assert_eq!(found(store, 1).await.password, hash("newer"));
}

pub async fn a_new_password_ends_the_other_sessions<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    for (user, number) in [(1, 1), (1, 2), (1, 3), (2, 4)] {
        sign_in(store, user, number).await;
    }
    let keeping = |number| PasswordChange { keeps: Some(session(1, number).id), ..change("old") };
    assert!(store.set_password(&id(1), keeping(2)).await.unwrap());
    assert_eq!(sessions(store, 1).await, session_ids([2]));
    // Only one's own can go on.
    assert!(store.set_password(&id(1), keeping(4)).await.unwrap());
    assert_eq!(sessions(store, 1).await, []);
    assert_eq!(sessions(store, 2).await, session_ids([4]));
    sign_in(store, 1, 5).await;
    assert!(store.set_password(&id(1), change("old")).await.unwrap());
    assert_eq!(sessions(store, 1).await, []);
}

pub async fn there_are_no_more_users_than_the_limit<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 1..=MAX_USERS as u64 {
        add(store, number).await;
    }
    let more = MAX_USERS as u64 + 1;
    assert_eq!(store.add(account(more), None).await.unwrap(), AccountAdded::TooMany);
    // A disabled one counts.
    store.set_disabled(&id(1), Some(at(1.0))).await.unwrap();
    assert_eq!(store.add(account(more), None).await.unwrap(), AccountAdded::TooMany);
    assert_eq!(store.all().await.unwrap().len(), MAX_USERS);
}

pub async fn what_is_written_holds_elsewhere_at_once<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let (here, there) = (bed.store(), bed.elsewhere());
    assert!(!there.any().await.unwrap());
    add(here, 1).await;
    assert_eq!(there.by_id(&id(1)).await.unwrap(), Some(account(1)));
    for number in 0..10 {
        sign_in(here, 1, number).await;
        let digest = session(1, number).digest;
        assert_eq!(there.session(&digest).await.unwrap(), Some((session(1, number), account(1).user)));
        assert!(there.end_session(&id(1), &session(1, number).id).await.unwrap().is_some());
        assert_eq!(here.session(&digest).await.unwrap(), None);
    }
}

pub async fn a_closed_store_refuses_every_call<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    bed.close().await;
    let code = digest("code");
    let totp = TotpOffer { secret: TotpSecret::from_bytes([1; 20]), expires_at: at(1.0) };
    let stale = StaleAccounts { now: at(1.0), idle: at(1.0), counted: at(1.0) };
    let backoff = super::attempts::BACKOFF;
    let named = Account { user: account(2).user, ..account(2) };
    let from_machine = model::Session { machine: Some(AuditText::new("here")), ..session(1, 1) };
    let answers = [
        store.offer_set_up(SetUpOffer { digest: code, expires_at: at(1.0) }).await.err(),
        store.is_offered(&code, at(0.0)).await.err(),
        store.add(named, None).await.err(),
        store.any().await.err(),
        store.all().await.err(),
        store.by_name(&account(1).user.name).await.err(),
        store.by_id(&id(1)).await.err(),
        store.set_disabled(&id(1), None).await.err(),
        store.set_password(&id(1), change("new")).await.err(),
        store.offer_totp(&id(1), totp.clone()).await.err(),
        store.offered_totp(&id(1)).await.err(),
        store.confirm_totp(&id(1), &totp, 1, Vec::new()).await.err(),
        store.remove_totp(&id(1)).await.err(),
        store.use_totp(&id(1), 1).await.err(),
        store.set_recovery_codes(&id(1), Vec::new()).await.err(),
        store.use_recovery_code(&id(1), &code).await.err(),
        store.add_session(from_machine, &hash("old")).await.err(),
        store.session(&code).await.err(),
        store.sessions_of(&id(1)).await.err(),
        store.end_session(&id(1), &session(1, 1).id).await.err(),
        store.attempt(&[Counter { digest: code, backoff }], at(0.0)).await.err(),
        store.forgive(&code, Forgiven::One).await.err(),
        store.challenge_key(ChallengeKey::from_bytes([1; 32])).await.err(),
        store.add_passkey(passkey(1, 1), challenge("a"), &hash("old")).await.err(),
        store.passkey(&passkey(1, 1).credential).await.err(),
        store.passkeys_of(&id(1)).await.err(),
        store.use_passkey(used(1, 1, "a", 0)).await.err(),
        store.remove_passkey(&id(1), &passkey(1, 1).id).await.err(),
        store.sweep_accounts(&stale).await.err(),
    ];
    for (call, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Some(StoreError::Closed)), "call {call}: {answer:?}");
    }
    store.record_use(&session(1, 1).id, at(1.0));
}
