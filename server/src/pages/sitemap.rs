//! `/sitemap.xml`: every page that search engines shall find, in each language.

use std::fmt::Write;

use app::i18n::Language;
use axum::{extract::State, response::IntoResponse};
use http::{HeaderMap, header::CONTENT_TYPE};

use crate::state::AppState;

pub(super) async fn serve(State(state): State<AppState>, headers: HeaderMap) -> impl IntoResponse {
    let body = sitemap(&state.address(&headers));
    ([(CONTENT_TYPE, "application/xml; charset=utf-8")], body)
}

fn sitemap(address: &str) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for path in paths() {
        for language in Language::ALL {
            let code = language.code();
            // Writing into a text cannot fail.
            let _ = writeln!(xml, "<url><loc>{address}/{code}{path}</loc></url>");
        }
    }
    xml.push_str("</urlset>\n");
    xml
}

/// What stands behind the language.
fn paths() -> Vec<String> {
    let course = lessons::course();
    let lessons = course.lessons().iter().map(|lesson| format!("/lessons/{}", lesson.slug));
    let pages = course.reference().iter();
    let pages = pages.map(|page| format!("/reference/{}/{}", page.section.name(), page.slug));
    let first = ["", "/play", "/reference"].map(str::to_owned);
    first.into_iter().chain(lessons).chain(pages).collect()
}

#[cfg(test)]
mod tests {
    use super::sitemap;

    #[test]
    fn each_lesson_and_page_is_there_in_each_language() {
        let xml = sitemap("https://wheelhouse.example");
        for path in ["/ko", "/en/reference", "/en/lessons/first-pod", "/ko/lessons/graduation"] {
            let row = format!("<url><loc>https://wheelhouse.example{path}</loc></url>");
            assert!(xml.contains(&row), "{path}");
        }
    }
}
