//! Proves the pages of the reference: their words without a world, their examples and what they
//! quote in one.

use super::play::Learner;
use super::quote;
use crate::course::Course;
use crate::error::Fault;
use crate::lesson::Lesson;
use crate::live::{self, Example};
use crate::reference::Page;
use crate::script::Line;
use crate::text::{Language, Quoted, code_blocks, console_blocks, links, words};

/// How many words a page may have: enough to be worth opening, few enough to be read at once.
const WORDS: std::ops::RangeInclusive<usize> = 30..=260;

/// All that is wrong with a page.
pub(super) fn check(course: &Course, page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    for language in Language::ALL {
        faults.extend(in_language(course, page, language));
    }
    let [first, second] = Language::ALL.map(|language| page.text(language));
    let file = format!("{}/ko.md", page.folder);
    if code_blocks(&first.markdown) != code_blocks(&second.markdown) {
        faults.push(Fault::at(&file, 0, "the code differs between the languages"));
    }
    if (&first.see, &first.lessons) != (&second.see, &second.lessons) {
        faults.push(Fault::at(&file, 0, "\"see\" or \"lessons\" differ between the languages"));
    }
    let example = course.examples().get(&page.live);
    let quoted = console_blocks(&page.text(Language::English).markdown);
    let file = format!("{}/en.md", page.folder);
    faults.extend(example.into_iter().flat_map(|example| play(&file, example, quoted.clone())));
    faults
}

fn in_language(course: &Course, page: &Page, language: Language) -> Vec<Fault> {
    let file = format!("{}/{}.md", page.folder, language.code());
    let text = page.text(language);
    let mut faults = Vec::new();
    let count = words(&text.markdown);
    if !WORDS.contains(&count) {
        let message = format!("{count} words: a page has {} to {}", WORDS.start(), WORDS.end());
        faults.push(Fault::at(&file, 0, message));
    }
    for slug in text.see.iter().filter(|slug| course.page(slug).is_none()) {
        faults.push(Fault::at(&file, 0, format!("see: there is no page \"{slug}\"")));
    }
    for slug in text.lessons.iter().filter(|slug| course.lesson(slug).is_none()) {
        faults.push(Fault::at(&file, 0, format!("lessons: there is no lesson \"{slug}\"")));
    }
    for link in links(&text.markdown).iter().filter(|link| !leads_somewhere(course, link)) {
        let message = format!("the link \"{link}\" leads nowhere we know");
        faults.push(Fault::at(&file, 0, message));
    }
    faults
}

/// Where links may lead outside.
const SITES: [&str; 1] = ["https://kubernetes.io/"];

/// Whether a link leads to a lesson, to a page of the reference, or to a site we know.
pub(super) fn leads_somewhere(course: &Course, link: &str) -> bool {
    match (link.strip_prefix("lesson:"), link.strip_prefix("reference:")) {
        (Some(slug), _) => course.lesson(slug).is_some(),
        (_, Some(path)) => course
            .reference()
            .iter()
            .any(|page| path.split_once('/') == Some((page.section.name(), &page.slug))),
        _ => SITES.iter().any(|site| link.starts_with(site)),
    }
}

/// All that is wrong with the examples within a lesson's text.
pub(super) fn examples(course: &Course, lesson: &Lesson) -> Vec<Fault> {
    let file = format!("{}/en.md", lesson.folder);
    let fences = live::fences(&lesson.text(Language::English).source);
    let names = fences.iter().map(|fence| live::name(&fence.options, &fence.script));
    let examples = names.filter_map(|name| course.examples().get(&name));
    examples.flat_map(|example| play(&file, example, Vec::new())).collect()
}

/// Plays an example, then the commands that are quoted beside it, one after another. A quotation
/// of a line of the example is what that line prints.
fn play(file: &str, example: &Example, mut quoted: Vec<Quoted>) -> Vec<Fault> {
    let mut learner = Learner::new(&example.lesson);
    for line in example.lesson.solution.iter().flat_map(|part| &part.lines) {
        if let Err(message) = play_line(&mut learner, line, example.fails.contains(&line.number)) {
            return vec![Fault::at(file, line.number, message)];
        }
        let (said, printed) = (&learner.attempt.line, &learner.attempt.output);
        quoted.retain(|it| it.command != *said || !quote::matches(&it.output, printed));
    }
    let wrong = quoted.iter().filter_map(|quoted| unlike(&mut learner, quoted));
    wrong.map(|message| Fault::at(file, 0, message)).collect()
}

fn play_line(learner: &mut Learner, line: &Line, fails: bool) -> Result<(), String> {
    let code = learner.play(line)?;
    let printed = learner.attempt.output.trim();
    match (learner.failed(code), fails) {
        (false, true) => Err(format!("it must fail, but prints: {printed}")),
        (true, false) => {
            let code = code.unwrap_or_default();
            Err(format!("it fails with {code} (if it must, end it in \"  # fails\"): {printed}"))
        }
        _ => Ok(()),
    }
}

fn unlike(learner: &mut Learner, quoted: &Quoted) -> Option<String> {
    if let Err(message) = learner.type_line(&quoted.command) {
        return Some(message);
    }
    let printed = learner.attempt.output.clone();
    learner.settle();
    let same = quote::matches(&quoted.output, &printed);
    (!same)
        .then(|| format!("\"$ {}\" does not print what is quoted, but:\n{printed}", quoted.command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Folders;

    const PAGE: &str = "# Pod\n> It runs containers.\n\nA Pod is what runs: one container or \
        several that share a network and their volumes, on one node, for as long as it lives; \
        another takes its place when it is gone, with another name, and of [these](lesson:nodes).\n\
        \n```console\n$ kubectl get pods\nNAME READY STATUS RESTARTS AGE\nweb 1/1 Running 0 …\n```\n\
        \n```live workers=1\nkubectl run web --image=nginx\nkubectl run web --image=nginx  # fails\n\
        ```\nsee: pod\nlessons: nodes\n";

    /// Whether the check of the page says this when something in it reads otherwise.
    fn check(from: &str, to: &str, expected: &[&str]) {
        assert!(PAGE.contains(from), "{from}");
        let english = PAGE.replacen(from, to, 1);
        let files = [("pod/en.md".to_owned(), english), ("pod/ko.md".to_owned(), PAGE.to_owned())];
        let pages = Folders::from([("kinds".to_owned(), files.into())]);
        let said: Vec<String> = match Course::of(&crate::course::embedded(), &pages) {
            Ok(course) => super::check(&course, &course.reference()[0])
                .iter()
                .map(ToString::to_string)
                .collect(),
            Err(faults) => faults.0.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(said.len(), expected.len(), "{said:#?}");
        for (said, expected) in said.iter().zip(expected) {
            let expected = format!("reference/kinds/pod/{expected}");
            assert!(said.starts_with(&expected), "{said}\nis not\n{expected}");
        }
    }

    #[test]
    fn a_true_page_has_no_faults() {
        check("Pod", "Pod", &[]);
    }

    #[test]
    fn what_is_not_true_is_said() {
        let differs = "ko.md: the code differs";
        check("0 …", "1 …", &[differs, "en.md: \"$ kubectl get pods\" does not print"]);
        check("  # fails", "", &[differs, "en.md:14: it fails with 1"]);
        check("lesson:nodes", "lesson:knots", &["en.md: the link \"lesson:knots\""]);
        check("see: pod", "see: pot", &["en.md: see: there is no page", "ko.md: \"see\""]);
        check("s: nodes", "s: knots", &["en.md: lessons: there is no", "ko.md: \"see\""]);
        check("```live", "```sh", &["en.md: a page has one example"]);
        check("> It", "It", &["en.md:2: put one sentence"]);
        check(
            "A Pod is what runs: one container or several that share a network and their",
            "A",
            &["en.md: 25 words"],
        );
    }
}
