//! Codes of an authenticator app.

use model::KeyDigest;
use ports::AccountStore;

use super::town::{NAME, PASSWORD, Town};

const PLACE: &str = "/account/second-factor";

#[tokio::test]
async fn a_second_factor_is_offered_to_who_shows_the_password_and_counts_when_it_is_confirmed() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let page = browser.get("/account").await;
    assert!(page.page(200).contains("Signing in needs your password only"));
    let begin = |password: &'static str| [("step", "begin"), ("current_password", password)];
    let wrong = browser.submit(&page, PLACE, &begin("not the password")).await.page(422);
    assert!(wrong.contains("The current password is wrong") && !wrong.contains("otpauth"), "{wrong}");

    let offered = browser.submit(&page, PLACE, &begin(PASSWORD)).await;
    let text = offered.page(200);
    assert!(text.contains("otpauth://totp/") && text.contains("authenticator app"), "{text}");
    let key = text.split_once("<code>").unwrap().1.split('<').next().unwrap().to_owned();
    let code =
        [("step", "confirm"), ("key", &key), ("address", "javascript:alert(1)"), ("code", "not a code")];
    let again = browser.submit(&offered, PLACE, &code).await.page(422);
    assert!(again.contains("This code is wrong") && again.contains(&key), "{again}");
    assert!(!again.contains("href=\"javascript"), "{again}");
    // Nothing counts that was not confirmed.
    town.browser().sign_in(NAME, PASSWORD).await.goes_to("account");
}

#[tokio::test]
async fn who_has_a_second_factor_signs_in_with_it_until_it_is_taken_away() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let page = browser.get("/account").await;
    browser.submit(&page, PLACE, &[("step", "begin"), ("current_password", PASSWORD)]).await.page(200);
    let user = town.owner_user(&browser).await.id;
    let offer = town.accounts.offered_totp(&user).await.unwrap().unwrap();
    let codes = vec![KeyDigest::of(b"a"), KeyDigest::of(b"b")];
    assert!(town.accounts.confirm_totp(&user, &offer, 0, codes).await.unwrap());

    let text = browser.get("/account").await.page(200);
    assert!(text.contains("Signing in needs a code") && text.contains("2 recovery codes are left"), "{text}");
    let refused = town.browser().sign_in(NAME, PASSWORD).await.page(422);
    assert!(refused.contains("Name, password or code is wrong"), "{refused}");

    let renewed =
        browser.submit(&page, PLACE, &[("step", "renew"), ("current_password", PASSWORD)]).await.page(200);
    assert!(renewed.contains("They are not shown again"), "{renewed}");
    let code = renewed.split_once("<code>").unwrap().1.split('<').next().unwrap().to_owned();
    let mut other = town.browser();
    let form = other.get("/sign-in").await;
    let fields = [("name", NAME), ("password", PASSWORD), ("code", code.as_str())];
    other.submit(&form, "/sign-in", &fields).await.goes_to("account");
    let mut twice = town.browser();
    let form = twice.get("/sign-in").await;
    twice.submit(&form, "/sign-in", &fields).await.page(422);

    browser
        .submit(&page, PLACE, &[("step", "remove"), ("current_password", PASSWORD)])
        .await
        .goes_to("../account");
    town.browser().sign_in(NAME, PASSWORD).await.goes_to("account");
    browser.submit(&page, PLACE, &[("step", "remove"), ("current_password", PASSWORD)]).await.page(422);
    browser.submit(&page, PLACE, &[("step", "other")]).await.page(400);
}
