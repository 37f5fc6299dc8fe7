//! `/oembed`: what a site shall show in the place of a link to a lesson.
//! See <https://oembed.com/>: `rich` is a piece of HTML of a given size.

use app::i18n::Language;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header::ACCESS_CONTROL_ALLOW_ORIGIN};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    lesson, picture,
    problem::{Problem, Query},
    state::AppState,
};

/// The size of a frame where nothing else is asked for.
const WIDTH: u32 = 960;
const HEIGHT: u32 = 700;

/// What is asked for.
#[derive(Debug, Deserialize, IntoParams)]
pub(crate) struct Wish {
    /// The address of a lesson or of the playground.
    url: String,
    /// The most pixels that there is room for.
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
    /// `json`, which is all there is.
    format: Option<String>,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rich {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    title: String,
    provider_name: &'static str,
    provider_url: String,
    /// Seconds for which the answer holds.
    cache_age: u32,
    html: String,
    width: u32,
    height: u32,
    #[serde(flatten)]
    thumbnail: Option<Thumbnail>,
}

/// A picture of the lesson's cluster, where one fits.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Thumbnail {
    thumbnail_url: String,
    thumbnail_width: u32,
    thumbnail_height: u32,
}

impl Thumbnail {
    /// The largest that fits.
    fn of(home: &str, path: &str, wish: &Wish) -> Option<Thumbnail> {
        let (width_max, height_max) =
            (wish.maxwidth.unwrap_or(u32::MAX), wish.maxheight.unwrap_or(u32::MAX));
        let fits = |width: &u32| *width <= width_max && picture::height(*width) <= height_max;
        let width = picture::WIDTHS.into_iter().find(fits)?;
        let thumbnail_url = format!("{home}/pictures/{path}.png?width={width}");
        let thumbnail_height = picture::height(width);
        Some(Thumbnail { thumbnail_url, thumbnail_width: width, thumbnail_height })
    }
}

/// Tell what to show for a link.
#[utoipa::path(
    get, path = "/oembed", tag = "embedding", params(Wish),
    responses(
        (status = 200, body = Rich),
        (status = 404, description = "Nothing there that can be embedded", body = Problem, content_type = "application/problem+json"),
        (status = 501, description = "Another format than JSON", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn answer(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(wish): Query<Wish>,
) -> Result<Response, Problem> {
    if wish.format.as_deref().is_some_and(|format| format != "json") {
        let title = "There is no such format";
        let status = StatusCode::NOT_IMPLEMENTED;
        return Err(Problem::new(status, "format", title, "there is JSON alone"));
    }
    let home = state.address(&headers);
    let page = Page::find(&wish.url).ok_or_else(|| Problem::not_found("no lesson is there"))?;
    let width = WIDTH.min(wish.maxwidth.unwrap_or(WIDTH));
    let height = HEIGHT.min(wish.maxheight.unwrap_or(HEIGHT));
    let (path, language, title) = (&page.path, page.language.code(), escape(&page.title));
    let html = format!(
        "<iframe src=\"{home}/embed/{path}?lang={language}\" title=\"{title}\" width=\"{width}\" \
         height=\"{height}\" style=\"border: 0\" allow=\"clipboard-write; fullscreen\"></iframe>"
    );
    let thumbnail = Thumbnail::of(&home, path, &wish);
    let rich = Rich {
        kind: "rich",
        version: "1.0",
        title: page.title,
        provider_name: "Wheelhouse",
        provider_url: home,
        cache_age: 86_400,
        html,
        width,
        height,
        thumbnail,
    };
    // What is said here is the same for all who ask.
    let anybody = [(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    Ok((anybody, Json(rich)).into_response())
}

/// A page that can be embedded.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    /// After `/embed/`.
    path: String,
    language: Language,
    title: String,
}

impl Page {
    /// The page of an address, on whatever host: a server may be known by several names.
    fn find(address: &str) -> Option<Page> {
        let uri: Uri = address.parse().ok()?;
        uri.host()?;
        let steps: Vec<&str> = uri.path().split('/').filter(|step| !step.is_empty()).collect();
        let mut query = uri.query().unwrap_or_default().split('&');
        let asked = query.find_map(|pair| Language::from_code(pair.strip_prefix("lang=")?));
        let asked = asked.unwrap_or_default();
        let (slug, language) = match steps[..] {
            ["embed", slug] => (slug, asked),
            [code, "play"] => ("play", Language::from_code(code)?),
            [code, "lessons", slug] => (slug, Language::from_code(code)?),
            _ => return None,
        };
        let title = match slug {
            "play" => language.pick("놀이터", "Playground").to_owned(),
            slug => lesson::title(slug, language)?,
        };
        Some(Page { path: slug.to_owned(), language, title: format!("{title} · Wheelhouse") })
    }
}

/// Text as the value of an attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lessons_and_the_playground_are_found_and_nothing_else() {
        let page = |path: &str, language| Some((path.to_owned(), language));
        let cases = [
            ("https://a.example/ko/lessons/first-pod", page("first-pod", Language::Korean)),
            (
                "https://a.example/en/lessons/first-pod?sandbox=x",
                page("first-pod", Language::English),
            ),
            ("https://a.example/embed/first-pod?lang=ko", page("first-pod", Language::Korean)),
            ("http://127.0.0.1:3000/en/play", page("play", Language::English)),
            ("https://a.example/en/lessons/none", None),
            ("https://a.example/fr/lessons/first-pod", None),
            ("https://a.example/en", None),
            ("first-pod", None),
        ];
        for (address, expected) in cases {
            let found = Page::find(address).map(|page| (page.path, page.language));
            assert_eq!(found, expected, "{address}");
        }
    }
}
