//! The foot of a lesson: hints one at a time, the solution line by line, and the way on.

use leptos::{html, prelude::*, task::spawn_local};
use protocol::{Act, Reply, Stream};

use super::guide::Way;
use crate::{
    editor::use_desk,
    i18n::{say, use_language},
    icons::{Icon, icon},
    terminal::use_console,
};

#[component]
pub(super) fn Help() -> impl IntoView {
    let way = expect_context::<Way>();
    view! {
        <footer class="help" hidden=move || !way.live.get()>
            <MoreHelp/>
            <Solve/>
            <Next/>
        </footer>
    }
    .into_any()
}

/// The hints that are open in this step.
#[component]
pub(super) fn Hints() -> impl IntoView {
    let way = expect_context::<Way>();
    let open = move || {
        let step = way.current_text()?;
        let count = way.hints.with(|hints| hints.get(&step.id).copied().unwrap_or_default());
        Some(step.hints.into_iter().take(count).collect::<Vec<_>>())
    };
    let list = NodeRef::<html::Ol>::new();
    Effect::new(move |before: Option<usize>| {
        let count = open().map_or(0, |hints| hints.len());
        if before.is_some_and(|before| before < count) {
            request_animation_frame(move || {
                let last = list.get_untracked().and_then(|list| list.last_element_child());
                if let Some(last) = last {
                    last.scroll_into_view();
                }
            });
        }
        count
    });
    view! {
        <ol node_ref=list class="hints" aria-live="polite">
            {move || open().unwrap_or_default().into_iter().map(|hint| view! {
                <li>
                    {icon(Icon::LIGHTBULB)}
                    <div class="prose" inner_html=hint></div>
                </li>
            }).collect_view()}
        </ol>
    }
    .into_any()
}

/// Opens one more hint.
#[component]
fn MoreHelp() -> impl IntoView {
    let way = expect_context::<Way>();
    let left = Memo::new(move |_| {
        let Some(step) = way.current_text() else { return 0 };
        let open = way.hints.with(|hints| hints.get(&step.id).copied().unwrap_or_default());
        step.hints.len().saturating_sub(open)
    });
    let language = use_language();
    let label = move || {
        let language = language.get();
        match left.get() {
            0 => language.pick("힌트 끝", "No more hints").to_owned(),
            left => format!("{} ({left})", language.pick("힌트", "Hint")),
        }
    };
    let open = move |_| {
        let step = way.current();
        let number = way.hints.try_update(|hints| {
            let open = hints.entry(step.clone()).or_default();
            *open += 1;
            *open - 1
        });
        let number = u32::try_from(number.unwrap_or_default()).unwrap_or_default();
        way.session.tell(Act::Hint { step, number });
    };
    view! {
        <button type="button" class="button" disabled=move || left.get() == 0 on:click=open>
            {label}
        </button>
    }
    .into_any()
}

/// Plays the next line of the solution, where the learner sees it.
#[component]
fn Solve() -> impl IntoView {
    let way = expect_context::<Way>();
    let console = use_console();
    let desk = use_desk();
    let language = use_language();
    let busy = RwSignal::new(false);
    let solve = move |_| {
        busy.set(true);
        let step = way.current_text().map(|step| step.id).unwrap_or_default();
        spawn_local(async move {
            let reply = way.session.send(Act::Solve { step }).await;
            if busy.try_set(false).is_some() {
                return; // The page was left.
            }
            match reply {
                Reply::Solved { line: Some(line), file, output } => {
                    console.echo(&line);
                    console.print(Stream::Out, &output);
                    if let Some(file) = file {
                        desk.put(file);
                    }
                }
                Reply::Solved { line: None, .. } => console.say(
                    language
                        .get_untracked()
                        .pick(
                            "이 단계의 풀이는 여기까지다.",
                            "That is all of this step's solution.",
                        )
                        .to_owned(),
                ),
                Reply::Refused { reason } => console.refused(&reason),
                _ => {}
            }
        });
    };
    view! {
        <button
            type="button"
            class="button"
            title=say("풀이를 한 줄씩 실행한다", "Play the solution, line by line")
            disabled=move || busy.get()
            on:click=solve
        >
            {say("풀이 한 줄", "Solve one line")}
        </button>
    }
    .into_any()
}

/// On to the next step, when this one is done.
#[component]
fn Next() -> impl IntoView {
    let way = expect_context::<Way>();
    let next = Memo::new(move |_| {
        let current = way.current();
        way.text.with(|text| {
            let mut steps = text.steps.iter().skip_while(|step| step.id != current);
            steps.next();
            steps.next().map(|step| step.id.clone())
        })
    });
    let ready = move || way.is_done(&way.current());
    view! {
        <Show when=move || next.with(Option::is_some)>
            <button
                type="button"
                class="button primary"
                disabled=move || !ready()
                on:click=move |_| {
                    if let Some(next) = next.get() {
                        way.go_to(&next);
                    }
                }
            >
                {say("다음", "Next")}
                {icon(Icon::ARROW_RIGHT)}
            </button>
        </Show>
    }
    .into_any()
}
