//! A page inside somebody else's page: `/embed/<lesson>` and `/embed/play`, without the site's frame
//! around it. What the embedding page may choose stands in the address, see [`Embed`]; what is said
//! to it, in [`parent`].

mod bar;
mod links;
mod parent;
mod share;
mod statement;

use leptos::prelude::*;
use leptos_router::{
    components::Outlet,
    hooks::{use_location, use_query_map},
};

use crate::i18n::Language;

pub use bar::EmbedBar;
pub use parent::speak;
pub use share::Share;

/// What an embedding page may leave out, as in `?panels=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Lesson,
    Cluster,
    Editor,
    Terminal,
}

impl Panel {
    pub const ALL: [Panel; 4] = [Panel::Lesson, Panel::Cluster, Panel::Editor, Panel::Terminal];

    pub fn name(self) -> &'static str {
        match self {
            Panel::Lesson => "lesson",
            Panel::Cluster => "cluster",
            Panel::Editor => "editor",
            Panel::Terminal => "terminal",
        }
    }

    fn from_name(name: &str) -> Option<Panel> {
        let name = if name == "yaml" { "editor" } else { name };
        Panel::ALL.into_iter().find(|panel| panel.name() == name)
    }
}

/// What the address of an embedded page asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Embed {
    /// `?panels=cluster,terminal`: what is shown; all if not given.
    pub panels: Vec<Panel>,
    /// `?speed=10`: model time per wall-clock time of a new sandbox.
    pub speed: Option<f64>,
    /// `?step=apply`: the step of the lesson to begin at; those before are solved.
    pub step: Option<String>,
    /// `?origin=https://course.example`: the page that embeds this one.
    pub origin: Option<String>,
    /// The address without the sandbox: its sandbox is remembered apart from others.
    pub key: String,
}

impl Embed {
    fn new(path: &str, query: impl Fn(&str) -> Option<String>) -> Embed {
        let panels = query("panels").or_else(|| query("panel")).unwrap_or_default();
        let mut panels: Vec<Panel> =
            panels.split(',').filter_map(|name| Panel::from_name(name.trim())).collect();
        if panels.is_empty() {
            panels.extend(Panel::ALL);
        }
        let speed = query("speed").and_then(|speed| speed.trim_start_matches('×').parse().ok());
        let step = query("step").filter(|step| !step.is_empty());
        let key = format!("{path}.{}", step.as_deref().unwrap_or_default());
        Embed {
            panels,
            speed: speed.filter(|speed| (0.01..=600.0).contains(speed)),
            step,
            origin: query("origin").filter(|origin| origin.starts_with("http")),
            key,
        }
    }

    pub fn shows(&self, panel: Panel) -> bool {
        self.panels.contains(&panel)
    }
}

/// What the embedding page wishes; none where the page stands for itself.
pub fn use_embed() -> Option<Embed> {
    use_context::<StoredValue<Embed>>().map(|embed| embed.get_value())
}

/// Whether a panel is to be seen on this page.
pub fn shows(panel: Panel) -> bool {
    use_embed().is_none_or(|embed| embed.shows(panel))
}

/// What lies under `/embed`: the language stands in `?lang=`, else it is what the browser asks for.
#[component]
pub fn Embedded() -> impl IntoView {
    let query = use_query_map();
    let path = use_location().pathname.get_untracked();
    let embed = query.with_untracked(|query| Embed::new(&path, |name| query.get(name)));
    provide_context(StoredValue::new(embed));
    links::open_in_tabs();
    let asked = browsers_language();
    let named = Memo::new(move |_| {
        query.with(|query| query.get_str("lang").and_then(Language::from_code)).unwrap_or(asked)
    });
    provide_context::<Signal<Language>>(named.into());
    view! {
        <leptos_meta::Html attr:lang=move || named.get().code() attr:data-embed="true"/>
        // The lesson's own page is what search engines shall find.
        <leptos_meta::Meta name="robots" content="noindex"/>
        <Outlet/>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
fn browsers_language() -> Language {
    let header = use_context::<http::request::Parts>().and_then(|parts| {
        let header = parts.headers.get(http::header::ACCEPT_LANGUAGE)?;
        header.to_str().ok().map(str::to_owned)
    });
    Language::from_accept_language(&header.unwrap_or_default())
}

/// The server has rendered the page in the language that it found.
#[cfg(not(feature = "ssr"))]
fn browsers_language() -> Language {
    let root = document().document_element();
    let lang = root.and_then(|root| root.get_attribute("lang"));
    lang.and_then(|lang| Language::from_code(&lang)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Embed, Panel};

    fn embed(query: &[(&str, &str)]) -> Embed {
        Embed::new("/embed/first-pod", |name| {
            let found = query.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_address_without_wishes_shows_all() {
        let plain = embed(&[]);
        assert_eq!(plain.panels, Panel::ALL);
        assert_eq!((plain.speed, plain.step, plain.origin), (None, None, None));
        assert_eq!(embed(&[("panels", "nonsense")]).panels, Panel::ALL);
    }

    #[test]
    fn wishes_are_read_and_nonsense_is_not() {
        let wishes = [
            ("panels", "cluster, terminal,yaml"),
            ("speed", "10"),
            ("step", "apply"),
            ("origin", "https://course.example"),
        ];
        let embed = embed(&wishes);
        assert_eq!(embed.panels, [Panel::Cluster, Panel::Terminal, Panel::Editor]);
        assert_eq!(embed.speed, Some(10.0));
        assert_eq!(embed.step.as_deref(), Some("apply"));
        assert_eq!(embed.origin.as_deref(), Some("https://course.example"));
    }

    #[test]
    fn a_speed_beyond_the_clocks_is_not_taken() {
        for speed in ["0", "601", "-1", "fast", "NaN", "inf"] {
            assert_eq!(embed(&[("speed", speed)]).speed, None, "{speed}");
        }
    }
}
