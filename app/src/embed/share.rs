//! "Use this in your course": what to paste into another site, with a look at how it will be.

use leptos::prelude::*;

use super::Panel;
use crate::{
    browser,
    connect::Snippet,
    dialog::Dialog,
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
};

const THEMES: [&str; 3] = ["", "light", "dark"];

/// The button and its dialog.
#[component]
pub fn Share(
    /// The lesson's; none in the playground.
    slug: Option<String>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let title = say("내 강의에 쓰기", "Use this in your course");
    let is_lesson = slug.is_some();
    let slug = slug.unwrap_or_else(|| "play".to_owned());
    view! {
        <button
            type="button"
            class="button small wide-only"
            on:click=move |_| open.set(true)
        >
            {icon(Icon::CODE)}
            {title}
        </button>
        <Dialog open title id="share">
            <Choices slug=slug.clone() is_lesson/>
        </Dialog>
    }
    .into_any()
}

/// What somebody chose for their course.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    slug: String,
    language: Language,
    theme: &'static str,
    /// Empty: all.
    panels: Vec<Panel>,
}

impl Choice {
    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![("lang", self.language.code().to_owned())];
        if !self.theme.is_empty() {
            query.push(("theme", self.theme.to_owned()));
        }
        if !self.panels.is_empty() {
            let names: Vec<_> = self.panels.iter().map(|panel| panel.name()).collect();
            query.push(("panels", names.join(",")));
        }
        query
    }

    fn address(&self, home: &str) -> String {
        let query: Vec<_> =
            self.query().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{home}/embed/{}?{}", self.slug, query.join("&"))
    }

    /// For sites that take scripts: the frame takes the height it needs.
    fn element(&self, home: &str) -> String {
        let attributes: String =
            self.query().into_iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
        format!(
            "<script src=\"{home}/embed.js\" async></script>\n\
             <wheelhouse-lesson lesson=\"{}\"{attributes}></wheelhouse-lesson>",
            self.slug
        )
    }

    /// For sites that take frames alone.
    fn frame(&self, home: &str) -> String {
        let address = self.address(home).replace('&', "&amp;");
        format!(
            "<iframe src=\"{address}\" title=\"Wheelhouse\" width=\"100%\" height=\"700\" \
             style=\"border: 0\" loading=\"lazy\" allow=\"clipboard-write; fullscreen\"></iframe>"
        )
    }
}

#[component]
fn Choices(slug: String, is_lesson: bool) -> impl IntoView {
    let language = use_language().get_untracked();
    let choice = RwSignal::new(Choice { slug, language, theme: "", panels: Vec::new() });
    let home = StoredValue::new(browser::origin());
    let text = move |of: fn(&Choice, &str) -> String| {
        Signal::derive(move || home.with_value(|home| choice.with(|choice| of(choice, home))))
    };
    view! {
        <p>
            {say(
                "아래 코드를 강의 페이지에 붙여 넣으면 이 화면이 그대로 들어간다. 계정도 쿠키도 필요 없다.",
                "Paste one of these into a page of your course, and this is there. No account, no cookies.",
            )}
        </p>
        <div class="share-choices">
            <Languages choice/>
            <Themes choice/>
            <Panels choice is_lesson/>
        </div>
        <h3>{say("스크립트를 쓸 수 있는 페이지", "Where scripts are allowed")}</h3>
        <Snippet text=text(Choice::element) label=say("코드 복사", "Copy the code")/>
        <h3>{say("iframe만 쓸 수 있는 페이지", "Where only frames are allowed")}</h3>
        <Snippet text=text(Choice::frame) label=say("코드 복사", "Copy the code")/>
        <h3>{say("미리 보기", "Preview")}</h3>
        <iframe
            class="share-preview"
            title=say("미리 보기", "Preview")
            src=text(Choice::address)
        ></iframe>
    }
    .into_any()
}

#[component]
fn Languages(choice: RwSignal<Choice>) -> impl IntoView {
    let options = Language::ALL.map(|language| {
        view! {
            <label>
                <input
                    type="radio"
                    name="share-language"
                    prop:checked=move || choice.with(|choice| choice.language == language)
                    on:change=move |_| choice.update(|choice| choice.language = language)
                />
                <span lang=language.code()>{language.name()}</span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>{say("언어", "Language")}</legend>
            {options.into_iter().collect_view()}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Themes(choice: RwSignal<Choice>) -> impl IntoView {
    let names = [say("시스템 설정", "As the system"), say("밝게", "Light"), say("어둡게", "Dark")];
    let options = THEMES.into_iter().zip(names).map(|(theme, name)| {
        view! {
            <label>
                <input
                    type="radio"
                    name="share-theme"
                    prop:checked=move || choice.with(|choice| choice.theme == theme)
                    on:change=move |_| choice.update(|choice| choice.theme = theme)
                />
                {name}
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>{say("테마", "Theme")}</legend>
            {options.collect_view()}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Panels(choice: RwSignal<Choice>, is_lesson: bool) -> impl IntoView {
    let there: Vec<Panel> =
        Panel::ALL.into_iter().filter(|panel| is_lesson || *panel != Panel::Lesson).collect();
    let all = StoredValue::new(there.clone());
    let toggle = move |panel: Panel| {
        choice.update(|choice| {
            let all = all.get_value();
            let mut panels =
                if choice.panels.is_empty() { all.clone() } else { choice.panels.clone() };
            match panels.iter().position(|shown| *shown == panel) {
                // Something must be left.
                Some(at) if panels.len() > 1 => drop(panels.remove(at)),
                Some(_) => {}
                None => {
                    panels =
                        all.iter().copied().filter(|p| panels.contains(p) || *p == panel).collect()
                }
            }
            choice.panels = if panels.len() == all.len() { Vec::new() } else { panels };
        });
    };
    let options = there.into_iter().map(|panel| {
        let name = match panel {
            Panel::Lesson => say("학습", "Lesson"),
            Panel::Cluster => say("그림", "Picture"),
            Panel::Editor => say("편집기", "Editor"),
            Panel::Terminal => say("터미널", "Terminal"),
        };
        let shown = move || {
            choice.with(|choice| choice.panels.is_empty() || choice.panels.contains(&panel))
        };
        view! {
            <label>
                <input type="checkbox" prop:checked=shown on:change=move |event| {
                    toggle(panel);
                    // The last one stays.
                    event_target::<web_sys::HtmlInputElement>(&event).set_checked(shown());
                }/>
                {name}
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>{say("보이는 것", "What is shown")}</legend>
            {options.collect_view()}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snippets_say_what_was_chosen() {
        let mut choice = Choice {
            slug: "first-pod".to_owned(),
            language: Language::Korean,
            theme: "",
            panels: Vec::new(),
        };
        let home = "https://wheelhouse.example";
        assert_eq!(choice.address(home), "https://wheelhouse.example/embed/first-pod?lang=ko");
        choice.theme = "dark";
        choice.panels = vec![Panel::Cluster, Panel::Terminal];
        assert!(choice.element(home).ends_with(
            "<wheelhouse-lesson lesson=\"first-pod\" lang=\"ko\" theme=\"dark\" \
             panels=\"cluster,terminal\"></wheelhouse-lesson>"
        ));
        assert!(choice.frame(home).contains("lang=ko&amp;theme=dark&amp;panels=cluster,terminal"));
    }
}
