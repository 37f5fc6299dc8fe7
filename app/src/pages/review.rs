//! Review: what the lessons that are done asked comes back, later each time it is known.

use leptos::{prelude::*, task::spawn_local};
use protocol::ReviewQuestion;

use crate::{
    backend, browser,
    header::{Head, TopBar},
    i18n::{say, use_language},
    icons::{Icon, icon},
    learned,
};

/// The questions that are due today; none while they are being fetched.
type Due = RwSignal<Option<Vec<ReviewQuestion>>>;

/// `/{lang}/review`
#[component]
pub fn Review() -> impl IntoView {
    let language = use_language();
    let due: Due = RwSignal::new(None);
    Effect::new(move |_| {
        let language = language.get();
        spawn_local(async move {
            let lessons = backend::course(language).await.unwrap_or_default();
            let done =
                lessons.into_iter().filter(|it| learned::done(&it.slug).is_some_and(|d| d.1));
            let slugs: Vec<String> = done.map(|lesson| lesson.slug).collect();
            let asked = backend::review(slugs.join(","), language).await.unwrap_or_default();
            let today = browser::today();
            let asked = asked.into_iter().filter(|asked| learned::is_due(&asked.id, today));
            due.try_set(Some(asked.collect()));
        });
    });
    let title = say("복습", "Review");
    let about = say(
        "끝낸 레슨의 질문이 다시 온다. 맞힐수록 더 나중에 온다.",
        "The questions of the lessons you have done come back: the later, the better you know them.",
    );
    let words = move |text: Signal<&'static str>| Signal::derive(move || text.get().to_owned());
    let asked = move || match due.get() {
        None => ().into_any(),
        Some(questions) => match questions.into_iter().next() {
            Some(question) => view! { <Question question due/> }.into_any(),
            None => view! {
                <p class="review-done">
                    {icon(Icon::CIRCLE_CHECK)}
                    {say(
                        "오늘 되짚을 것은 없다.",
                        "There is nothing to review today.",
                    )}
                </p>
            }
            .into_any(),
        },
    };
    view! {
        <Head title=words(title) description=words(about)/>
        <TopBar trail=Signal::derive(move || vec![title.get().to_owned()])/>
        <main id="main" class="page review">
            <h1>{title}</h1>
            <p class="soft">{about}</p>
            {asked}
        </main>
    }
    .into_any()
}

/// One question; once it is answered, what there is to say, and the next.
#[component]
fn Question(question: ReviewQuestion, due: Due) -> impl IntoView {
    let language = use_language();
    let ReviewQuestion { id, lesson, title, step, question, choices, answer } = question;
    let chosen = RwSignal::new(None::<String>);
    let buttons = choices.clone().into_iter().map(|(choice, text, _)| {
        let (right, id) = (choice == answer, id.clone());
        let (is, was) = (choice.clone(), choice.clone());
        let class = move || match chosen.with(|chosen| chosen.as_ref() == Some(&is)) {
            true if right => "choice right",
            true => "choice not-right",
            false => "choice",
        };
        view! {
            <button
                type="button"
                class=class
                aria-pressed=move || {
                    chosen.with(|chosen| chosen.as_ref() == Some(&was)).to_string()
                }
                disabled=move || chosen.with(Option::is_some)
                on:click=move |_| {
                    learned::answered(&id, right, browser::today());
                    learned::carry_on_change(language.get_untracked());
                    chosen.set(Some(choice.clone()));
                }
            >
                {text}
            </button>
        }
    });
    let buttons = buttons.collect_view();
    let said = move || {
        let chosen = chosen.get()?;
        let (_, _, html) = choices.iter().find(|(id, ..)| *id == chosen)?;
        let mark = if chosen == answer { Icon::CIRCLE_CHECK } else { Icon::LIGHTBULB };
        let next = move |_| {
            due.update(|due| {
                if let Some(due) = due.as_mut().filter(|due| !due.is_empty()) {
                    due.remove(0);
                }
            });
        };
        Some(view! {
            <div class="explanation">
                {icon(mark)}
                <div class="prose" inner_html=html.clone()></div>
            </div>
            <button type="button" class="button primary" on:click=next>
                {say("다음", "Next")}
                {icon(Icon::ARROW_RIGHT)}
            </button>
        })
    };
    view! {
        <fieldset class="prediction">
            <legend>
                <a href=move || format!("/{}/lessons/{lesson}", language.get().code())>{title}</a>
                {format!(" · {step}")}
            </legend>
            <p class="question">{question}</p>
            <div class="choices">{buttons}</div>
            <div role="status">{said}</div>
        </fieldset>
    }
    .into_any()
}
