//! The page's two languages. The language stands in the URL (`/ko/…`, `/en/…`), so that switching
//! it is going to another address: nothing is mounted anew, and every text follows the signal.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    Korean,
    #[default]
    English,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::Korean, Language::English];

    /// As in the URL and in `<html lang>`.
    pub fn code(self) -> &'static str {
        self.pick("ko", "en")
    }

    pub fn from_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What the language calls itself.
    pub fn name(self) -> &'static str {
        self.pick("한국어", "English")
    }

    pub fn other(self) -> Language {
        self.pick(Language::English, Language::Korean)
    }

    /// The one of two originals that is in this language.
    pub fn pick<T>(self, korean: T, english: T) -> T {
        match self {
            Language::Korean => korean,
            Language::English => english,
        }
    }

    /// The better of the two for a browser that sent this `Accept-Language`.
    ///
    /// See <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4>: a language's weight is `q`, 1 if
    /// not given; of equal weights the earlier is taken.
    pub fn from_accept_language(header: &str) -> Language {
        let mut best = (Language::default(), 0.0_f32);
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            let Some(language) = Language::from_code(&primary) else { continue };
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if weight > best.1 {
                best = (language, weight);
            }
        }
        best.0
    }

    /// This language's address of a page whose address in any language is given.
    pub fn path_of(self, path: &str) -> String {
        let rest = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
        match rest {
            "" => format!("/{}", self.code()),
            rest => format!("/{}/{rest}", self.code()),
        }
    }
}

/// The language that the page is in now; English outside of any page.
pub fn use_language() -> Signal<Language> {
    use_context::<Signal<Language>>().unwrap_or_else(|| Language::English.into())
}

/// A text that follows the page's language.
pub fn say(korean: &'static str, english: &'static str) -> Signal<&'static str> {
    let language = use_language();
    Signal::derive(move || language.get().pick(korean, english))
}

#[cfg(test)]
mod tests {
    use super::Language::{self, English, Korean};

    #[test]
    fn the_browsers_wish_is_followed() {
        let cases = [
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Korean),
            ("en-US,en;q=0.9,ko;q=0.8", English),
            ("fr-FR,ko;q=0.5", Korean),
            ("en;q=0.2, ko;q=0.8", Korean),
            ("KO", Korean),
            ("kok", English),
            ("ko;q=0", English),
            ("ko;q=nonsense", English),
            ("de", English),
            ("", English),
        ];
        for (header, expected) in cases {
            assert_eq!(Language::from_accept_language(header), expected, "{header:?}");
        }
    }

    #[test]
    fn each_page_has_an_address_in_each_language() {
        let cases = [
            ("/ko", "/en"),
            ("/ko/", "/en"),
            ("/ko/play", "/en/play"),
            ("/en/lessons/first-pod", "/en/lessons/first-pod"),
            ("/", "/en"),
        ];
        for (path, expected) in cases {
            assert_eq!(English.path_of(path), expected, "{path:?}");
        }
    }
}
