//! What sites that embed us are told.

use http::StatusCode;

use crate::house::{Folder, House};

const HOSTS: &str = "https://course.example https://*.school.example";

#[tokio::test]
async fn a_link_to_a_lesson_becomes_a_frame() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--public-url", "https://wheelhouse.example"]).await;
    let link = "https://wheelhouse.example/ko/lessons/first-pod";
    let answer = house.get(&format!("/oembed?url={link}&maxwidth=640&format=json")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let rich = answer.json();
    assert_eq!((&rich["type"], &rich["version"]), (&"rich".into(), &"1.0".into()));
    assert_eq!((&rich["width"], &rich["height"]), (&640.into(), &700.into()));
    let html = rich["html"].as_str().expect("html");
    let source = "src=\"https://wheelhouse.example/embed/first-pod?lang=ko\"";
    assert!(html.contains(source) && html.contains("width=\"640\""), "{html}");

    // The lesson's page says where that is to be asked.
    let page = house.get("/ko/lessons/first-pod").await;
    let discovery = "type=\"application/json+oembed\"";
    assert!(page.text.contains(discovery), "{}", page.text);
    assert!(page.text.contains("property=\"og:title\""));
}

#[tokio::test]
async fn a_link_to_nothing_has_no_frame() {
    let folder = Folder::new();
    let house = House::open(&folder, &[]).await;
    let cases = [
        ("url=http://test/ko/lessons/first-pod&format=xml", 501),
        ("url=http://test/ko/lessons/alchemy", 404),
        ("url=http://test/ko", 404),
        ("url=nonsense", 404),
        ("maxwidth=640", 422),
        ("url=http://test/ko/play&maxwidth=wide", 422),
    ];
    for (query, status) in cases {
        let answer = house.get(&format!("/oembed?{query}")).await;
        assert_eq!(answer.status.as_u16(), status, "{query}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{query}");
    }
}

#[tokio::test]
async fn only_what_is_made_for_it_may_be_framed_and_only_by_whom_one_names() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--frame-ancestors", HOSTS]).await;
    let cases = [
        ("/embed/first-pod?lang=ko", HOSTS),
        ("/embed/play", HOSTS),
        ("/ko/lessons/first-pod", "'self'"),
        ("/en/play", "'self'"),
        ("/en", "'self'"),
    ];
    for (path, ancestors) in cases {
        let answer = house.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.ends_with(&format!("frame-ancestors {ancestors}")), "{path}: {policy}");
        assert_eq!(answer.headers.get("x-frame-options"), None, "{path}");
        assert_eq!(answer.headers.get("set-cookie"), None, "{path}");
    }
    assert_eq!(house.get("/embed/alchemy").await.status, StatusCode::NOT_FOUND);
}
