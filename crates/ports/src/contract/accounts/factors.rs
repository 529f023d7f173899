//! Second factors and recovery codes.

use model::{KeyDigest, Totp, TotpOffer, TotpSecret};

use super::{AccountStoreUnderTest, account, add, at, change, digest, found, id};
use crate::{AccountStore, FactorsThen, PasswordChange};

fn offer(number: u8) -> TotpOffer {
    TotpOffer { secret: TotpSecret::from_bytes([number; 20]), expires_at: at(600.5) }
}

fn codes<const N: usize>(texts: [&str; N]) -> Vec<KeyDigest> {
    texts.map(digest).to_vec()
}

/// A user with a second factor, whose last step is 10, and two recovery codes.
async fn secured(store: &dyn AccountStore, number: u64) {
    add(store, number).await;
    assert!(store.offer_totp(&id(number), offer(1)).await.unwrap());
    let one = format!("{number} one");
    let codes = codes([&one, "two"]);
    assert!(store.confirm_totp(&id(number), &offer(1), 10, codes).await.unwrap());
}

pub async fn a_second_factor_is_there_when_it_is_confirmed<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    assert!(!store.offer_totp(&id(2), offer(1)).await.unwrap());
    assert!(store.offer_totp(&id(1), offer(1)).await.unwrap());
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), Some(offer(1)));
    assert_eq!(found(store, 1).await, account(1));
    assert!(store.confirm_totp(&id(1), &offer(1), u64::from(u32::MAX) + 7, codes(["a", "b"])).await.unwrap());
    let totp = Totp { secret: offer(1).secret, last_step: u64::from(u32::MAX) + 7 };
    let secured = model::Account { totp: Some(totp), recovery_codes: 2, ..account(1) };
    assert_eq!(found(store, 1).await, secured);
    assert_eq!(store.by_name(&account(1).user.name).await.unwrap(), Some(secured.clone()));
    assert_eq!(store.all().await.unwrap(), [secured]);
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), None);
}

pub async fn only_the_offer_that_is_there_is_confirmed<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    for number in [1, 2] {
        assert!(store.offer_totp(&id(1), offer(number)).await.unwrap());
    }
    assert!(!store.confirm_totp(&id(1), &offer(1), 1, Vec::new()).await.unwrap());
    assert!(!store.confirm_totp(&id(2), &offer(2), 1, Vec::new()).await.unwrap());
    assert!(store.confirm_totp(&id(1), &offer(2), 1, Vec::new()).await.unwrap());
    assert!(!store.confirm_totp(&id(1), &offer(2), 1, codes(["a"])).await.unwrap());
    assert_eq!(found(store, 1).await.recovery_codes, 0);
}

pub async fn a_step_is_used_once_and_none_before_it<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    secured(store, 1).await;
    add(store, 2).await;
    for (step, is_used) in [(9, false), (10, false), (11, true), (11, false), (13, true), (12, false)] {
        assert_eq!(store.use_totp(&id(1), step).await.unwrap(), is_used, "{step}");
    }
    assert_eq!(found(store, 1).await.totp.unwrap().last_step, 13);
    assert!(!store.use_totp(&id(2), 11).await.unwrap());
}

pub async fn of_many_who_use_one_step_at_the_same_time_one_does<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    secured(bed.store(), 1).await;
    let user = id(1);
    let tries = (0..32).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        store.use_totp(&user, 11)
    });
    let used = super::super::sample::all(tries).await;
    assert_eq!(used.into_iter().filter(|used| *used.as_ref().unwrap()).count(), 1);
}

pub async fn a_recovery_code_is_used_once<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    secured(store, 1).await;
    secured(store, 2).await;
    assert!(!store.use_recovery_code(&id(1), &digest("2 one")).await.unwrap());
    assert!(store.use_recovery_code(&id(1), &digest("1 one")).await.unwrap());
    assert!(!store.use_recovery_code(&id(1), &digest("1 one")).await.unwrap());
    assert_eq!((found(store, 1).await.recovery_codes, found(store, 2).await.recovery_codes), (1, 2));
}

pub async fn new_recovery_codes_take_the_place_of_all_others<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    secured(store, 1).await;
    add(store, 2).await;
    assert!(store.set_recovery_codes(&id(1), codes(["a", "b", "c"])).await.unwrap());
    assert_eq!(found(store, 1).await.recovery_codes, 3);
    assert!(!store.use_recovery_code(&id(1), &digest("two")).await.unwrap());
    assert!(store.use_recovery_code(&id(1), &digest("b")).await.unwrap());
    // Without a second factor there is nothing to recover from.
    for number in [2, 3] {
        assert!(!store.set_recovery_codes(&id(number), codes(["a"])).await.unwrap());
        assert!(!store.use_recovery_code(&id(number), &digest("a")).await.unwrap());
    }
}

pub async fn what_is_removed_is_removed_with_its_codes<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    secured(store, 1).await;
    secured(store, 2).await;
    assert!(store.offer_totp(&id(1), offer(2)).await.unwrap());
    assert!(store.remove_totp(&id(1)).await.unwrap());
    assert!(!store.remove_totp(&id(1)).await.unwrap());
    assert!(!store.remove_totp(&id(3)).await.unwrap());
    assert_eq!(found(store, 1).await, account(1));
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), None);
    assert!(!store.use_recovery_code(&id(1), &digest("1 one")).await.unwrap());
    assert_eq!(found(store, 2).await.recovery_codes, 2);
}

pub async fn a_password_that_is_set_anew_may_take_the_factors_away<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    secured(store, 1).await;
    assert!(store.set_password(&id(1), change("new")).await.unwrap());
    assert_eq!(found(store, 1).await.recovery_codes, 2);
    assert!(store.offer_totp(&id(1), offer(2)).await.unwrap());
    let anew = PasswordChange { factors: FactorsThen::Go, ..change("newer") };
    assert!(store.set_password(&id(1), anew).await.unwrap());
    let account = found(store, 1).await;
    assert_eq!((account.totp, account.recovery_codes), (None, 0));
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), None);
}
