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

/// Width and height, as the picture itself says.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_lesson_has_a_picture_of_its_cluster() {
    let folder = Folder::new();
    let house = House::open(&folder, &["--public-url", "https://wheelhouse.example"]).await;
    let link = "https://wheelhouse.example/en/lessons/first-pod";
    let rich = house.get(&format!("/oembed?url={link}&maxwidth=700")).await.json();
    let thumbnail = "https://wheelhouse.example/pictures/first-pod.png?width=600";
    assert_eq!(rich["thumbnail_url"], thumbnail);
    assert_eq!((&rich["thumbnail_width"], &rich["thumbnail_height"]), (&600.into(), &315.into()));
    let small = house.get(&format!("/oembed?url={link}&maxwidth=200")).await.json();
    assert!(small.get("thumbnail_url").is_none(), "none fits");
    let page = house.get("/en/lessons/first-pod").await.text;
    let picture = "content=\"http://test/pictures/first-pod.png\"";
    assert!(page.contains(picture), "{page}");

    let first = house.bytes("/pictures/first-pod.png?width=600").await;
    assert_eq!(size(&first), (600, 315));
    // The same whoever draws it.
    let other = Folder::new();
    let again = House::open(&other, &[]).await.bytes("/pictures/first-pod.png?width=600").await;
    assert_eq!(again, first);
    assert_eq!(size(&house.bytes("/pictures/play.png").await), (1_200, 630));
    for wrong in ["none.png", "first-pod", "first-pod.png?width=599", "..%2fsecret.png"] {
        assert_eq!(house.get(&format!("/pictures/{wrong}")).await.status, 404, "{wrong}");
    }
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
