//! Small live clusters within a text: a script stands in the paragraph, and once play is pressed a
//! cluster beside it does what the script says. Nothing is loaded before.

mod play;

use leptos::prelude::*;

use crate::{
    i18n::say,
    icons::{Icon, icon},
};
use play::Playing;

/// What an example's figure begins and ends with in a text.
const BEGIN: &str = "<figure class=\"live\" data-live=\"";
const END: &str = "</figure>";

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Html(String),
    Example(Example),
}

/// An example: its name, whether time stands still between its lines, and its script as HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Example {
    name: String,
    paused: bool,
    script: String,
}

/// A text with its examples.
#[expect(clippy::needless_pass_by_value, reason = "a component owns what it is given")]
#[component]
pub fn Prose(html: String) -> impl IntoView {
    let piece = |piece| match piece {
        Piece::Html(html) => view! { <div class="prose" inner_html=html></div> }.into_any(),
        Piece::Example(example) => view! { <Live example/> }.into_any(),
    };
    pieces(&html).into_iter().map(piece).collect_view().into_any()
}

fn pieces(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some((before, example, after)) = next(rest) {
        if !before.trim().is_empty() {
            pieces.push(Piece::Html(before.to_owned()));
        }
        pieces.push(Piece::Example(example));
        rest = after;
    }
    if !rest.trim().is_empty() {
        pieces.push(Piece::Html(rest.to_owned()));
    }
    pieces
}

/// What is before the next example, the example, and what is behind it.
fn next(html: &str) -> Option<(&str, Example, &str)> {
    let (before, rest) = html.split_once(BEGIN)?;
    let (figure, after) = rest.split_once(END)?;
    let (head, script) = figure.split_once('>')?;
    let name = head.split('"').next()?.to_owned();
    let paused = head.contains("data-clock=\"paused\"");
    Some((before, Example { name, paused, script: script.to_owned() }, after))
}

/// The script, the button, and the cluster once it was pressed: each time a new one.
#[component]
fn Live(example: Example) -> impl IntoView {
    let Example { name, paused, script } = example;
    let runs = RwSignal::new(0_u32);
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let label = move || match runs.get() {
        0 => say("예시 재생", "Play the example"),
        _ => say("예시 다시 재생", "Play it again"),
    };
    let symbol = move || icon(if runs.get() == 0 { Icon::PLAY } else { Icon::ROTATE_CCW });
    let playing =
        move || (runs.get() > 0).then(|| view! { <Playing name=name.clone() paused/> }.into_any());
    view! {
        <figure class="live" class:is-playing=move || { runs.get() > 0 }>
            <div class="live-script" inner_html=script></div>
            <p class="live-start">
                <button
                    type="button"
                    class="button small"
                    hidden=move || !live.get()
                    on:click=move |_| runs.update(|runs| *runs += 1)
                >
                    {symbol}
                    <span>{move || label().get()}</span>
                </button>
            </p>
            {playing}
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(name: &str, paused: bool) -> Piece {
        let script = "<pre>x</pre>".to_owned();
        Piece::Example(Example { name: name.to_owned(), paused, script })
    }

    #[test]
    fn a_text_is_cut_at_its_examples() {
        let text = |text: &str| Piece::Html(text.to_owned());
        let figure = format!("{BEGIN}a\" data-clock=\"story\"><pre>x</pre>{END}\n");
        let paused = format!("{BEGIN}b\" data-clock=\"paused\"><pre>x</pre>{END}\n");
        let html = format!("<p>1</p>{figure}{paused}<p>2</p>");
        let expected =
            [text("<p>1</p>"), example("a", false), example("b", true), text("\n<p>2</p>")];
        assert_eq!(pieces(&html), expected);
        assert_eq!(pieces("<p>no</p>"), [text("<p>no</p>")]);
        assert_eq!(pieces(""), []);
    }
}
