//! Markdown to HTML, and to plain words.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::Language;
use crate::live;

/// One line of words, which may have `code` in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inline {
    /// Without any marks.
    pub text: String,
    /// As HTML without a paragraph around it.
    pub html: String,
}

/// Renders blocks. `lesson:SLUG` becomes that lesson's page, `reference:SECTION/SLUG` that of the
/// reference; raw HTML is shown, not obeyed. A fence marked `live` becomes a figure that names its
/// example, for the page to play.
pub(crate) fn blocks(markdown: &str, language: Language) -> String {
    let mut out = String::new();
    html::push_html(&mut out, with_figures(events(markdown, language)));
    // What may be wider than its box must be within the keyboard's reach.
    out.replace("<pre><code", "<pre tabindex=\"0\"><code")
}

fn with_figures<'a>(
    mut events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    std::iter::from_fn(move || {
        let event = events.next()?;
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(mark))) = &event else {
            return Some(event);
        };
        let Some(options) = live::options(mark) else { return Some(event) };
        let mut script = String::new();
        while let Some(Event::Text(text)) = events.next() {
            script.push_str(&text);
        }
        Some(Event::Html(figure(options, &script).into()))
    })
}

fn figure(options: &str, script: &str) -> String {
    let mut code = String::new();
    html::push_html(&mut code, std::iter::once(Event::Text(live::shown(script).into())));
    let name = live::name(options, script);
    let clock = if live::is_paused(options) { "paused" } else { "story" };
    format!(
        "<figure class=\"live\" data-live=\"{name}\" data-clock=\"{clock}\">\
         <pre><code>{code}</code></pre></figure>\n"
    )
}

/// Renders a line of words.
pub(crate) fn inline(markdown: &str, language: Language) -> Inline {
    let paragraph = |event: &Event<'_>| {
        matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph))
    };
    let mut rendered = String::new();
    html::push_html(&mut rendered, events(markdown, language).filter(|event| !paragraph(event)));
    let mut text = String::new();
    for event in events(markdown, language) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    Inline { text, html: rendered.trim().to_owned() }
}

fn events(markdown: &str, language: Language) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(markdown, Options::ENABLE_TABLES).map(move |event| match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = destination(&dest_url, language);
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        other => other,
    })
}

fn destination<'a>(url: &str, language: Language) -> CowStr<'a> {
    let ours = [("lesson:", "lessons"), ("reference:", "reference")];
    let found = ours.iter().find_map(|(mark, path)| Some((path, url.strip_prefix(mark)?)));
    match found {
        Some((path, name)) => format!("/{}/{path}/{name}", language.code()).into(),
        None => url.to_owned().into(),
    }
}

/// What the Markdown says, without marks: its words, and then what stands in its fences.
pub(crate) fn plain(markdown: &str) -> String {
    let (mut prose, mut code, mut fenced) = (String::new(), String::new(), false);
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        let text = if fenced { &mut code } else { &mut prose };
        match event {
            Event::Start(Tag::CodeBlock(_)) => fenced = true,
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::End(TagEnd::CodeBlock) => {
                fenced = false;
                text.push('\n');
            }
            Event::End(TagEnd::Paragraph | TagEnd::TableCell | TagEnd::Item) => text.push('\n'),
            _ => {}
        }
    }
    prose + &code
}

/// Where the Markdown's links lead, as written.
pub(crate) fn links(markdown: &str) -> Vec<String> {
    let link = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.to_string())
        }
        _ => None,
    };
    Parser::new_ext(markdown, Options::ENABLE_TABLES).filter_map(link).collect()
}

/// The words of the Markdown that a person reads: code blocks left out.
pub(crate) fn words(markdown: &str) -> usize {
    let mut fenced = false;
    let mut count = 0;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            count += line.split_whitespace().count();
        }
    }
    count
}

/// What stands in the Markdown's fences, each with its mark.
pub(crate) fn code_blocks(markdown: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        let mark = line.trim_start().starts_with("```");
        match (mark, fenced) {
            (true, false) => found.push(line.to_owned()),
            (_, true) => found.last_mut().into_iter().for_each(|it| *it = format!("{it}\n{line}")),
            _ => {}
        }
        fenced ^= mark;
    }
    found
}

/// A command quoted in a text, with the lines it is said to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quoted {
    /// The command, without `$ `.
    pub command: String,
    /// What it prints; `…` stands for any run of characters in a line.
    pub output: Vec<String>,
}

/// The commands in the Markdown's fences marked `console`.
pub fn console_blocks(markdown: &str) -> Vec<Quoted> {
    let mut found: Vec<Quoted> = Vec::new();
    let mut in_console = false;
    for line in markdown.lines() {
        if let Some(mark) = line.trim_start().strip_prefix("```") {
            in_console = mark.trim() == "console";
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| in_console) {
            found.push(Quoted { command: command.to_owned(), output: Vec::new() });
        } else if let Some(quoted) = found.last_mut().filter(|_| in_console) {
            quoted.output.push(line.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_keeps_code_and_gives_plain_words() {
        let it = inline("The `spec` & [more](lesson:x)", Language::English);
        assert_eq!(it.text, "The spec & more");
        assert_eq!(it.html, "The <code>spec</code> &amp; <a href=\"/en/lessons/x\">more</a>");
    }

    #[test]
    fn raw_html_is_only_text() {
        assert!(!blocks("<script>x</script>", Language::Korean).contains("<script>"));
        assert!(!inline("a <b>x</b>", Language::Korean).html.contains("<b>"));
    }

    #[test]
    fn an_example_becomes_a_figure_with_its_script() {
        let html =
            blocks("a\n\n```live\nkubectl get po -l 'a<b'  # fails\n```\n\nb\n", Language::English);
        let name = live::name("", "kubectl get po -l 'a<b'  # fails\n");
        let figure = format!(
            "<figure class=\"live\" data-live=\"{name}\" data-clock=\"story\">\
             <pre tabindex=\"0\"><code>kubectl get po"
        );
        assert!(html.contains(&figure) && html.contains("a&lt;b"), "{html}");
        assert!(!html.contains("fails") && html.ends_with("<p>b</p>\n"), "{html}");
    }

    #[test]
    fn console_fences_are_read() {
        let quoted =
            console_blocks("a\n```console\n$ kubectl get pods\nNAME\n```\n```\n$ no\n```\n");
        assert_eq!(quoted.len(), 1);
        assert_eq!(quoted[0].command, "kubectl get pods");
        assert_eq!(quoted[0].output, ["NAME"]);
    }
}
