//! Markdown to HTML, and to plain words.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::Language;

/// One line of words, which may have `code` in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inline {
    /// Without any marks.
    pub text: String,
    /// As HTML without a paragraph around it.
    pub html: String,
}

/// Renders blocks. `lesson:SLUG` becomes that lesson's page, and raw HTML is shown, not obeyed.
pub(super) fn blocks(markdown: &str, language: Language) -> String {
    let mut out = String::new();
    html::push_html(&mut out, events(markdown, language));
    out
}

/// Renders a line of words.
pub(super) fn inline(markdown: &str, language: Language) -> Inline {
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
    match url.strip_prefix("lesson:") {
        Some(slug) => format!("/{}/lessons/{slug}", language.code()).into(),
        None => url.to_owned().into(),
    }
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
    fn console_fences_are_read() {
        let quoted =
            console_blocks("a\n```console\n$ kubectl get pods\nNAME\n```\n```\n$ no\n```\n");
        assert_eq!(quoted.len(), 1);
        assert_eq!(quoted[0].command, "kubectl get pods");
        assert_eq!(quoted[0].output, ["NAME"]);
    }
}
