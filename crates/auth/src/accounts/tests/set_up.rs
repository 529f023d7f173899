//! The first user.

use super::*;

async fn code(bed: &Bed) -> Secret {
    bed.accounts.set_up_code().await.unwrap().unwrap()
}

async fn set_up(bed: &Bed, code: &Secret, name: &str) -> Result<SignedIn, AccountsError> {
    bed.accounts.set_up(code.reveal().as_bytes(), name, PASSWORD, &from(1)).await
}

#[tokio::test]
async fn the_first_user_is_set_up_with_the_code_once_and_owns_the_installation() {
    let bed = Bed::new();
    assert!(!bed.accounts.is_set_up().await.unwrap());
    let code = code(&bed).await;
    assert!(code.reveal().starts_with("mset_"));
    let signed_in = set_up(&bed, &code, " Anna ").await.unwrap();
    assert!(signed_in.user.is_owner && bed.is_in(&signed_in).await);
    assert_eq!((signed_in.user.name.as_str(), &signed_in.user.space), ("anna", &Space::Default));
    assert!(bed.accounts.is_set_up().await.unwrap());
    assert!(bed.accounts.set_up_code().await.unwrap().is_none());
    assert!(matches!(set_up(&bed, &code, "eve").await, Err(AccountsError::AlreadySetUp)));
    bed.sign_in("anna").await;
    assert_eq!(bed.log.names(), ["set_up.done", "set_up.refused", "sign_in.done"]);
}

#[tokio::test]
async fn a_wrong_code_sets_nobody_up() {
    let bed = Bed::new();
    let (old, new) = (code(&bed).await, code(&bed).await);
    let other = Secret::new(new.reveal().replace("mset_", "mss_"));
    for wrong in [&old, &Secret::new(""), &Secret::new("mset_1"), &other] {
        assert!(matches!(set_up(&bed, wrong, "eve").await, Err(AccountsError::WrongCode)));
    }
    assert!(!bed.accounts.is_set_up().await.unwrap());
    assert_eq!(bed.log.names(), ["set_up.refused"; 4]);
    set_up(&bed, &new, "anna").await.unwrap();
}

#[tokio::test]
async fn a_code_is_good_until_the_moment_in_which_its_time_is_over() {
    for (age_s, is_good) in
        [(SET_UP_LIFETIME_S - 1.0, true), (SET_UP_LIFETIME_S, false), (SET_UP_LIFETIME_S + 1.0, false)]
    {
        let bed = Bed::new();
        let code = code(&bed).await;
        bed.clock.advance(age_s);
        assert_eq!(set_up(&bed, &code, "anna").await.is_ok(), is_good, "{age_s}");
    }
}

#[tokio::test]
async fn of_many_who_use_one_code_at_once_one_is_the_owner() {
    let bed = Arc::new(Bed::new());
    let code = code(&bed).await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (bed, code) = (Arc::clone(&bed), code.clone());
        tries.spawn(async move { set_up(&bed, &code, &format!("user-{number}")).await.is_ok() });
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|is_in| *is_in).count(), 1);
    assert_eq!(bed.accounts.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_name_or_a_password_that_is_none_leaves_the_code_good() {
    let bed = Bed::new();
    let code = code(&bed).await;
    assert!(matches!(set_up(&bed, &code, "an na").await, Err(AccountsError::InvalidName)));
    let short = bed.accounts.set_up(code.reveal().as_bytes(), "anna", b"elevenchars", &from(1)).await;
    assert!(matches!(short, Err(AccountsError::ShortPassword)));
    set_up(&bed, &code, "anna").await.unwrap();
}

#[tokio::test]
async fn a_machine_that_tries_codes_has_to_wait() {
    let bed = Bed::new();
    let good = code(&bed).await;
    for _ in 0..20 {
        assert!(matches!(set_up(&bed, &Secret::new("x"), "eve").await, Err(AccountsError::WrongCode)));
    }
    let early = set_up(&bed, &good, "anna").await;
    assert!(matches!(early, Err(AccountsError::LockedOut { seconds: 5 })));
    bed.clock.advance(5.0);
    set_up(&bed, &good, "anna").await.unwrap();
}
