//! Tests of the pages.

use auth::oauth::Settings;

use crate::Options;
use crate::fixture::{Door, ISSUER};
use crate::web::tests::town::Town;

#[tokio::test]
async fn anybody_sees_what_runs_here() {
    let home = Door::open().await.stranger().get("/").await;
    assert_eq!((home.status.as_u16(), home.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(home.text().contains("href=\"api/docs\""), "{}", home.text());
    let link = "href=\"account\"";
    assert!(!home.text().contains(link), "there are no accounts: {}", home.text());
    let mut browser = Town::default().browser();
    assert!(browser.get("/").await.text().contains(link));
}

#[tokio::test]
async fn the_reference_names_every_route_and_every_shape() {
    let door = Door::issuing(Settings::at(ISSUER), Options::default(), None).await;
    let page = door.stranger().get("/api/docs").await;
    assert_eq!(page.status.as_u16(), 200);
    let (text, document) = (page.text(), crate::openapi());
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for shape in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("id=\"{shape}\"")), "{shape}");
    }
}

#[tokio::test]
async fn pages_load_nothing_from_other_places_and_run_nothing() {
    let door = Door::open().await;
    for path in ["/", "/api/docs"] {
        let page = door.stranger().get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        let text = page.text();
        for foreign in ["<script", "http://", "https://", "style=", "onclick"] {
            assert!(!text.contains(foreign), "{path}: {foreign}");
        }
    }
    let style = door.stranger().get("/api/docs/style.css").await;
    assert_eq!((style.status.as_u16(), style.header("content-type")), (200, "text/css; charset=utf-8"));
}

#[tokio::test]
async fn older_addresses_of_the_reference_lead_to_it() {
    let door = Door::open().await;
    for (path, place) in [("/docs", "api/docs"), ("/api/redoc", "docs")] {
        let moved = door.stranger().get(path).await;
        assert_eq!((moved.status.as_u16(), moved.header("location")), (307, place));
    }
}
