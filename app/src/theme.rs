//! Dark, light, or as the system has it: chosen in the browser, remembered there.

use leptos::prelude::*;

use crate::{
    browser,
    i18n::{say, use_language},
    icons::{Icon, icon},
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Theme {
    #[default]
    System,
    Dark,
    Light,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Dark => "dark",
            Theme::Light => "light",
        }
    }

    fn from_name(name: &str) -> Theme {
        [Theme::Dark, Theme::Light]
            .into_iter()
            .find(|theme| theme.name() == name)
            .unwrap_or_default()
    }

    fn next(self) -> Theme {
        match self {
            Theme::System => Theme::Dark,
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::System,
        }
    }

    fn icon(self) -> Icon {
        match self {
            Theme::System => Icon::MONITOR,
            Theme::Dark => Icon::MOON,
            Theme::Light => Icon::SUN,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Chosen(RwSignal<Theme>);

/// Makes the theme known to all below, and keeps `<html data-theme>` to it. A page that embeds this
/// one may ask for a theme in the address.
pub fn provide_theme() {
    let chosen = RwSignal::new(Theme::default());
    provide_context(Chosen(chosen));
    Effect::new(move |first: Option<()>| {
        if first.is_none() {
            // `theme.js` has applied it already.
            let name = browser::query("theme").or_else(|| browser::recall("theme"));
            chosen.set(name.as_deref().map_or(Theme::System, Theme::from_name));
        }
        let theme = chosen.get();
        if first.is_some() {
            apply(theme);
        }
    });
}

fn apply(theme: Theme) {
    let Some(root) = document().document_element() else { return };
    let done = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        theme => root.set_attribute("data-theme", theme.name()),
    };
    done.unwrap_or_default();
}

/// The button that goes from one theme to the next.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let Chosen(chosen) = expect_context();
    let language = use_language();
    let label = move || {
        let language = language.get();
        match chosen.get() {
            Theme::System => language.pick("테마: 시스템 설정", "Theme: as the system"),
            Theme::Dark => language.pick("테마: 어둡게", "Theme: dark"),
            Theme::Light => language.pick("테마: 밝게", "Theme: light"),
        }
    };
    let hint = say("다음 테마로 바꾼다", "Go to the next theme");
    view! {
        <button
            type="button"
            class="icon-button"
            aria-label=label
            title=move || format!("{} — {}", label(), hint.get())
            on:click=move |_| {
                chosen.update(|theme| *theme = theme.next());
                browser::keep("theme", chosen.get_untracked().name());
            }
        >
            {move || icon(chosen.get().icon())}
        </button>
    }
    .into_any()
}
