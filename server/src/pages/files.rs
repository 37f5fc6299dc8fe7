//! The site's files: scripts, styles, fonts. From a folder while developing; with the feature
//! `embed` from the program itself, precompressed.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
    },
};
use std::{
    hash::{DefaultHasher, Hasher},
    path::{Component, Path, PathBuf},
};

#[cfg(feature = "embed")]
static EMBEDDED: include_dir::Dir<'_> =
    include_dir::include_dir!("$CARGO_MANIFEST_DIR/../target/site");

/// Where the site's files are.
#[derive(Clone, Debug)]
pub(crate) enum Site {
    #[cfg_attr(feature = "embed", expect(dead_code, reason = "the other kind of build uses it"))]
    Folder(PathBuf),
    #[cfg(feature = "embed")]
    Embedded,
}

impl Site {
    #[cfg(not(feature = "embed"))]
    pub(crate) fn find() -> Self {
        let folder = std::env::var_os("LEPTOS_SITE_ROOT");
        Self::Folder(folder.map_or_else(|| PathBuf::from("target/site"), PathBuf::from))
    }

    #[cfg(feature = "embed")]
    pub(crate) fn find() -> Self {
        Self::Embedded
    }

    /// Answers a request for a file; nothing, if there is no such file.
    pub(crate) async fn serve(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = inside(path)?;
        if let Some(response) = self.serve_one(&path, headers).await {
            return Some(response);
        }
        // cargo-leptos names the module without wasm-bindgen's suffix; a page that was compiled
        // without cargo-leptos asks for it with the suffix.
        let plain = path.to_str()?.strip_suffix("_bg.wasm")?;
        self.serve_one(Path::new(&format!("{plain}.wasm")), headers).await
    }

    async fn serve_one(&self, path: &Path, headers: &HeaderMap) -> Option<Response> {
        for encoding in accepted_encodings(headers) {
            let name = format!("{}{}", path.to_str()?, encoding.suffix());
            if let Some(bytes) = self.read(Path::new(&name)).await {
                return Some(answer(path, encoding, bytes, headers));
            }
        }
        None
    }

    async fn read(&self, path: &Path) -> Option<Bytes> {
        match self {
            Self::Folder(folder) => tokio::fs::read(folder.join(path)).await.ok().map(Bytes::from),
            #[cfg(feature = "embed")]
            Self::Embedded => {
                EMBEDDED.get_file(path).map(|file| Bytes::from_static(file.contents()))
            }
        }
    }
}

/// A path of a URL as a path below the site's root, if it stays there and names a file.
fn inside(path: &str) -> Option<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    let stays = path.components().all(|part| matches!(part, Component::Normal(_)));
    (stays && path.extension().is_some() && !hidden(path)).then(|| path.to_owned())
}

fn hidden(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().as_encoded_bytes().starts_with(b"."))
}

/// How a file is compressed beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }
}

/// The encodings that a client takes, smallest first.
fn accepted_encodings(headers: &HeaderMap) -> Vec<Encoding> {
    let header = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let takes = |name: &str| {
        header.unwrap_or_default().split(',').any(|part| {
            let mut words = part.split(';').map(str::trim);
            let named = words.next() == Some(name);
            let refused = words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            named && !refused
        })
    };
    let mut encodings = vec![Encoding::Brotli, Encoding::Gzip, Encoding::Identity];
    encodings.retain(|encoding| encoding.name().is_none_or(&takes));
    encodings
}

fn answer(path: &Path, encoding: Encoding, bytes: Bytes, asked: &HeaderMap) -> Response {
    let etag = etag(&bytes);
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, &content_type(path));
    set(CACHE_CONTROL, cache_control(path));
    set(VARY, "Accept-Encoding");
    set(ETAG, &etag);
    if let Some(name) = encoding.name() {
        set(CONTENT_ENCODING, name);
    }
    if same(asked, &etag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, bytes).into_response()
}

fn content_type(path: &Path) -> String {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = mime.type_() == "text" || mime.subtype() == "json" || mime.subtype() == "svg";
    if text { format!("{mime}; charset=utf-8") } else { mime.to_string() }
}

/// A file whose name carries the hash of its content never changes; all others are asked for
/// again, which costs an empty answer.
fn cache_control(path: &Path) -> &'static str {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let last = stem.rsplit(['.', '-']).next().unwrap_or_default();
    let hashed = last.len() >= 8
        && last.len() < stem.len()
        && last.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && last.bytes().any(|byte| byte.is_ascii_digit());
    if hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn etag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    format!("\"{:016x}{:x}\"", hasher.finish(), bytes.len())
}

fn same(asked: &HeaderMap, etag: &str) -> bool {
    let known = asked.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_inside_the_site_are_served() {
        for wrong in ["/", "/../secret.txt", "/a/../../b.js", "/.env", "/.git/x.js", "/pkg", "//"] {
            assert_eq!(inside(wrong), None, "{wrong}");
        }
        assert_eq!(inside("/pkg/wheelhouse.js"), Some(PathBuf::from("pkg/wheelhouse.js")));
    }

    #[test]
    fn the_smallest_encoding_that_the_client_takes() {
        let check = |header: &'static str, first| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(accepted_encodings(&headers)[0], first, "{header}");
        };
        check("gzip, deflate, br, zstd", Encoding::Brotli);
        check("gzip;q=0.5, br;q=0", Encoding::Gzip);
        check("identity", Encoding::Identity);
        check("", Encoding::Identity);
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        let check = |path: &str, immutable: bool| {
            assert_eq!(cache_control(Path::new(path)).ends_with("immutable"), immutable, "{path}");
        };
        check("vendor/editor.js", false);
        check("pkg/wheelhouse.wasm", false);
        check("fonts/PretendardVariable.woff2", false);
        check("vendor/jetbrains-mono-latin-400.woff2", false);
        check("vendor/editor-5QY2ZL7A.js", true);
        check("pkg/wheelhouse.d41d8cd98f00.css", true);
    }
}
