//! The reference has a page for what the course uses: each kind, each status word, each command.

use std::collections::BTreeSet;

use lessons::{Language, Section, course};

/// Words that the model may show as a Pod's, node's, claim's or volume's STATUS, or as an event's
/// reason that the lessons speak of.
const STATUS: [&str; 28] = [
    "Pending",
    "ContainerCreating",
    "PodInitializing",
    "Running",
    "Completed",
    "Error",
    "CrashLoopBackOff",
    "ErrImagePull",
    "ImagePullBackOff",
    "CreateContainerConfigError",
    "OOMKilled",
    "Terminating",
    "Evicted",
    "Unknown",
    "Init:0/1",
    "NotReady",
    "SchedulingDisabled",
    "FailedScheduling",
    "Unhealthy",
    "Bound",
    "Available",
    "Released",
    "Lost",
    "SchedulingGated",
    "InvalidImageName",
    "RunContainerError",
    "Init:Error",
    "Init:CrashLoopBackOff",
];

fn names(section: Section) -> BTreeSet<String> {
    let pages = course().reference().iter().filter(|page| page.section == section);
    pages.flat_map(|page| page.names()).map(str::to_owned).collect()
}

/// All that lessons say and do.
fn sources() -> String {
    let lessons = course().lessons().iter().flat_map(|it| std::iter::once(it).chain(&it.cases));
    lessons.map(|lesson| lesson.text(Language::English).source.clone() + &lesson.start).collect()
}

/// What stands behind a mark, up to what no word has.
fn words_after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| {
        rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .next()
            .filter(|it| !it.is_empty())
    })
}

#[test]
fn each_kind_that_a_lesson_makes_has_a_page() {
    let pages = names(Section::Kinds);
    let text = sources();
    let known: BTreeSet<&str> = orchestrator::Kind::ALL.iter().map(|kind| kind.name()).collect();
    let used: BTreeSet<&str> =
        words_after(&text, "kind: ").filter(|it| known.contains(it)).collect();
    assert!(used.len() > 10, "{used:?}");
    let missing: Vec<_> = used.iter().filter(|kind| !pages.contains(**kind)).collect();
    assert!(missing.is_empty(), "no page for {missing:?}");
}

#[test]
fn each_status_word_has_a_page() {
    let pages = names(Section::Status);
    let missing: Vec<_> = STATUS.iter().filter(|word| !pages.contains(**word)).collect();
    assert!(missing.is_empty(), "no page for {missing:?}");
}

#[test]
fn each_command_of_the_lessons_has_a_page() {
    let pages = names(Section::Commands);
    let text = sources();
    let mut fenced = false;
    let typed = text.lines().filter(|line| {
        fenced ^= line.starts_with("```");
        fenced
    });
    let used: BTreeSet<&str> = typed
        .filter_map(|line| line.trim_start_matches("$ ").strip_prefix("kubectl "))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect();
    assert!(used.len() > 10, "{used:?}");
    let named = |word: &str| {
        pages.iter().any(|page| {
            page.strip_prefix("kubectl ").is_some_and(|rest| rest.split(' ').next() == Some(word))
        })
    };
    let missing: Vec<_> = used.iter().filter(|word| !named(word)).collect();
    assert!(missing.is_empty(), "no page for {missing:?}");
}
