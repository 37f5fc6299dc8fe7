//! An object's YAML, its parts told apart: what is wanted (`spec`) and what is so (`status`). Lines
//! that have changed since one began to look are marked; who manages which field is folded away.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    browser,
    i18n::{say, use_language},
    icons::{Icon, icon},
};

/// Longer texts are not compared line by line.
const LINES_MAX: usize = 1_500;

/// What stands under one key of the top level.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    /// `spec`; empty for what comes before all with something in it.
    key: String,
    lines: Vec<Line>,
    /// The lines of `metadata.managedFields`.
    managed: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    text: String,
    /// It was not so before.
    is_new: bool,
}

/// The YAML as it is; `before` is what it is compared with, until the changes are `seen`.
#[component]
pub(super) fn Yaml(
    yaml: Signal<String>,
    before: Signal<String>,
    seen: impl Fn() + Send + 'static,
) -> impl IntoView {
    let parts = Memo::new(move |_| parts(&yaml.get(), &before.get()));
    let new = Memo::new(move |_| {
        parts.with(|parts| parts.iter().flat_map(|it| &it.lines).filter(|it| it.is_new).count())
    });
    let language = use_language();
    let count = move || {
        let new = new.get();
        language.get().pick(
            format!("보기 시작한 뒤로 {new}줄이 바뀌었다."),
            format!(
                "{new} {} since you began to look.",
                if new == 1 { "line has changed" } else { "lines have changed" }
            ),
        )
    };
    view! {
        <div class="yaml">
            <CopyButton text=yaml/>
            <p class="yaml-changed" hidden=move || new.get() == 0>
                <span>{count}</span>
                <button type="button" class="button small" on:click=move |_| seen()>
                    {say("봤음", "Seen")}
                </button>
            </p>
            {move || parts.get().into_iter().map(|part| view! { <PartView part/> }).collect_view()}
        </div>
    }
    .into_any()
}

#[component]
fn CopyButton(text: Signal<String>) -> impl IntoView {
    let copied = RwSignal::new(false);
    let label = say("YAML 복사", "Copy the YAML");
    let copy = move |_| {
        spawn_local(async move {
            copied.try_set(browser::copy(&text.get_untracked()).await);
            browser::sleep_ms(1_500).await;
            copied.try_set(false);
        });
    };
    view! {
        <button type="button" class="icon-button small yaml-copy" aria-label=label title=label on:click=copy>
            {move || icon(if copied.get() { Icon::CHECK } else { Icon::COPY })}
        </button>
    }
    .into_any()
}

#[component]
fn PartView(part: Part) -> impl IntoView {
    let language = use_language();
    let Part { key, lines, managed } = part;
    let words = match key.as_str() {
        "spec" => Some((
            "의도한 상태: 사람과 컨트롤러가 바라는 것",
            "what is wanted, by people and controllers",
        )),
        "status" => Some(("지금 상태: 컴포넌트들이 본 것", "what is so, as components saw it")),
        _ => None,
    };
    let caption = words.map(|(korean, english)| {
        let key = key.clone();
        view! {
            <p class="yaml-caption">
                <strong class="mono">{key}</strong>
                <span>{move || language.get().pick(korean, english)}</span>
            </p>
        }
    });
    let folded = (!managed.is_empty()).then(|| {
        let count = managed.len();
        let words = move || {
            language.get().pick(
                format!("managedFields: {count}줄 접음"),
                format!("managedFields: {count} lines, folded"),
            )
        };
        view! {
            <details class="yaml-managed">
                <summary>{words}</summary>
                <pre tabindex="0">{managed.into_iter().map(line).collect_view()}</pre>
            </details>
        }
    });
    view! {
        <div class=format!("yaml-part is-{key}")>
            {caption}
            <pre tabindex="0">{lines.into_iter().map(line).collect_view()}</pre>
            {folded}
        </div>
    }
    .into_any()
}

fn line(line: Line) -> AnyView {
    let Line { text, is_new } = line;
    if is_new {
        view! { <mark class="yaml-line">{text}</mark>"\n" }.into_any()
    } else {
        view! { <span class="yaml-line">{text}</span>"\n" }.into_any()
    }
}

fn parts(yaml: &str, before: &str) -> Vec<Part> {
    let now: Vec<&str> = yaml.lines().collect();
    let is_new = if before.is_empty() { vec![false; now.len()] } else { new_lines(&now, before) };
    let mut parts: Vec<Part> = Vec::new();
    let mut in_managed = false;
    for (text, is_new) in now.into_iter().zip(is_new) {
        let key = text.split(':').next().unwrap_or_default();
        let opens = text.ends_with(':') && !text.starts_with([' ', '-']);
        let head = parts.is_empty();
        if opens || head {
            let key = if opens { key.to_owned() } else { String::new() };
            parts.push(Part { key, lines: Vec::new(), managed: Vec::new() });
        }
        let Some(part) = parts.last_mut() else { continue };
        if part.key == "metadata" {
            let deeper = text.starts_with("   ") || text.starts_with("  -");
            in_managed = text == "  managedFields:" || (in_managed && deeper);
        } else {
            in_managed = false;
        }
        let line = Line { text: text.to_owned(), is_new };
        if in_managed { part.managed.push(line) } else { part.lines.push(line) }
    }
    parts
}

/// Which lines are not among those before: by the longest sequence that both have.
fn new_lines(now: &[&str], before: &str) -> Vec<bool> {
    let before: Vec<&str> = before.lines().collect();
    let same = now.iter().zip(&before).take_while(|(a, b)| a == b).count();
    let (rest_now, rest_before) = (&now[same..], &before[same..]);
    let ends = rest_now.iter().rev().zip(rest_before.iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let middle = &rest_now[..rest_now.len() - end];
    let old = &rest_before[..rest_before.len() - end];
    let mut is_new = vec![false; now.len()];
    if middle.len() * old.len() > LINES_MAX * LINES_MAX {
        return is_new;
    }
    for (index, kept) in kept(middle, old).into_iter().enumerate() {
        is_new[same + index] = !kept;
    }
    is_new
}

/// Which of `now` belong to the longest common subsequence with `old`.
fn kept(now: &[&str], old: &[&str]) -> Vec<bool> {
    let width = old.len() + 1;
    let mut longest = vec![0_u32; (now.len() + 1) * width];
    for i in (0..now.len()).rev() {
        for j in (0..old.len()).rev() {
            longest[i * width + j] = if now[i] == old[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut kept = vec![false; now.len()];
    let (mut i, mut j) = (0, 0);
    while i < now.len() && j < old.len() {
        if now[i] == old[j] {
            kept[i] = true;
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::parts;

    const NOW: &str = "\
apiVersion: v1
kind: Pod
metadata:
  managedFields:
  - apiVersion: v1
    manager: kubectl
  name: web
spec:
  nodeName: node-1
status:
  phase: Running
";

    #[test]
    fn parts_are_told_apart_and_managed_fields_folded() {
        let parts = parts(NOW, "");
        let shape: Vec<_> =
            parts.iter().map(|p| (p.key.as_str(), p.lines.len(), p.managed.len())).collect();
        assert_eq!(shape, [("", 2, 0), ("metadata", 2, 3), ("spec", 2, 0), ("status", 2, 0)]);
    }

    #[test]
    fn what_the_last_change_brought_is_marked() {
        let check = |before: &str, expected: &[&str]| {
            let parts = parts(NOW, before);
            let lines = parts.iter().flat_map(|part| part.lines.iter().chain(&part.managed));
            let new: Vec<_> =
                lines.filter(|line| line.is_new).map(|line| line.text.trim()).collect();
            assert_eq!(new, expected);
        };
        check(NOW, &[]);
        check(&NOW.replace("Running", "Pending"), &["phase: Running"]);
        check(&NOW.replace("  nodeName: node-1\n", ""), &["nodeName: node-1"]);
        check(&NOW.replace("  name: web\n", "  name: web\n  uid: x\n"), &[]);
    }
}
