//! What this device knows of its learner: which lessons are done, and when their questions come
//! back.

mod carry;

use protocol::LessonSummary;

use crate::browser;

pub use carry::{Carrying, Kept, address, begin, carry_on_change, forget, gather, kept, take};

/// How many steps of a lesson are done, and whether all are.
pub type Done = (usize, bool);

/// How far the learner is in a lesson.
pub fn done(slug: &str) -> Option<Done> {
    browser::recall_as(&format!("progress.{slug}"))
}

/// Keeps how far the learner is in a lesson, and that it is the latest.
pub fn keep_done(slug: &str, done: Done) {
    browser::keep_as(&format!("progress.{slug}"), &done);
    browser::keep("lesson", slug);
}

/// The lesson to go on with: the latest, or the first that is not done.
pub fn next(lessons: &[LessonSummary]) -> Option<LessonSummary> {
    let is_open = |lesson: &&LessonSummary| !done(&lesson.slug).is_some_and(|(_, all)| all);
    let latest = browser::recall("lesson").unwrap_or_default();
    let mut open: Vec<&LessonSummary> = lessons.iter().filter(is_open).collect();
    open.sort_by_key(|lesson| (lesson.slug != latest, lesson.number));
    open.first().map(|lesson| (*lesson).clone())
}

/// A question's box: how often it was answered rightly in a row, and the day from which it is due.
type Card = (usize, i64);

/// Days until a question comes back, by how often it was answered rightly in a row.
const DAYS: [i64; 5] = [0, 1, 3, 7, 21];

/// Whether a question is due.
pub fn is_due(question: &str, today: i64) -> bool {
    let card: Option<Card> = browser::recall_as(&format!("review.{question}"));
    card.is_none_or(|(_, due)| due <= today)
}

/// Puts a question away until it is due again.
pub fn answered(question: &str, right: bool, today: i64) {
    let name = format!("review.{question}");
    let before: Option<Card> = browser::recall_as(&name);
    let row = next_row(before.map_or(0, |(row, _)| row), right);
    browser::keep_as(&name, &(row, today + DAYS[row]));
}

/// Rightly answered it waits longer; wrongly, it begins again tomorrow.
fn next_row(row: usize, right: bool) -> usize {
    if right { (row + 1).min(DAYS.len() - 1) } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::next_row;

    #[test]
    fn a_question_waits_longer_each_time_it_is_known() {
        let known: Vec<usize> = (0..6)
            .scan(0, |row, _| {
                *row = next_row(*row, true);
                Some(*row)
            })
            .collect();
        assert_eq!(known, [1, 2, 3, 4, 4, 4]);
        assert_eq!(next_row(4, false), 1);
    }
}
