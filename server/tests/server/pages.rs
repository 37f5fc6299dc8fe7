//! Pages as a browser gets them.

use axum::body::Body;
use http::{Request, StatusCode};

use crate::house::{Answer, Folder, House, on_a_deep_stack};

async fn get(house: &House, path: &str, language: &str) -> Answer {
    let request = Request::get(path).header("host", "test").header("accept-language", language);
    house.send(request.body(Body::empty()).expect("a request")).await
}

#[test]
fn a_visitor_is_greeted_in_their_language() {
    on_a_deep_stack(|| async {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        for (language, path) in [("ko-KR,ko;q=0.9,en;q=0.8", "/ko"), ("de", "/en"), ("", "/en")] {
            let answer = get(&house, "/", language).await;
            assert_eq!(answer.status, StatusCode::TEMPORARY_REDIRECT);
            assert_eq!(answer.header("location"), path, "{language}");
            assert_eq!(answer.header("vary"), "Accept-Language");
        }
    });
}

#[test]
fn pages_are_readable_without_a_script_and_safe_with_one() {
    on_a_deep_stack(|| async {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        for (path, language) in
            [("/ko", "ko"), ("/en", "en"), ("/en/play", "en"), ("/ko/lessons/first-pod", "ko")]
        {
            let page = get(&house, path, "").await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(page.text.contains(&format!("<html lang=\"{language}\"")), "{path}");
            assert!(page.text.contains("<h1"), "{path}");
            let policy = page.header("content-security-policy");
            let (_, nonce) = policy.split_once("'nonce-").expect("a nonce");
            let nonce = nonce.split('\'').next().expect("its end");
            let inline =
                page.text.matches("<script").count() - page.text.matches("<script src=").count();
            let allowed = page.text.matches(&format!("nonce=\"{nonce}\"")).count();
            assert!(
                allowed >= inline && inline > 0,
                "{path}: {allowed} of {inline} scripts may run"
            );
            assert!(policy.contains("frame-ancestors 'self'"));
        }
        let lesson = get(&house, "/en/lessons/first-pod", "").await;
        let steps = lessons::course().lesson("first-pod").expect("it exists").steps.len();
        let words = lessons::course().lesson("first-pod").expect("it exists");
        let titles = words.text(lessons::Language::English).steps.iter().map(|step| &step.title);
        let shown = titles.filter(|title| lesson.text.contains(title.as_str())).count();
        assert_eq!(shown, steps, "all steps can be read without a script");
    });
}

#[test]
fn what_is_not_there_is_said_so() {
    on_a_deep_stack(|| async {
        let folder = Folder::new();
        let house = House::open(&folder, &[]).await;
        for path in ["/ko/nothing", "/de", "/en/lessons/alchemy", "/nothing.js", "/a/b/c/d"] {
            let answer = get(&house, path, "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
        let posted = house.ask("POST", "/nothing/at/all", "").await;
        assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(house.get("/healthz").await.text, "ok");
        assert_eq!(house.get("/readyz").await.text, "ok");
    });
}
