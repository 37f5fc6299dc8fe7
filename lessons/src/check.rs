//! Proves a course. A lesson: not solved at its start, solved step by step by its solution, each wrong
//! answer answered by its own name, and every quoted command printing what the text says. The
//! reference: every example does what it says, and every quoted command too.

mod pages;
mod play;
mod portrait;
mod quote;
#[cfg(test)]
mod tests;
mod words;

pub use portrait::portrait;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::course::Course;
use crate::error::Fault;
use crate::lesson::Lesson;

/// Fewer cases would soon be known by heart.
const CASES_MIN: usize = 10;

/// The seed of the worlds that lessons are proved in.
pub(crate) const SEED: u64 = 5;

/// All that is wrong with a course, in the order of its lessons. Empty if nothing is.
pub fn check(course: &Course) -> Vec<Fault> {
    let lessons = course.lessons();
    let pages = course.own_pages();
    let found = Mutex::new(BTreeMap::new());
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let faults = match (lessons.get(number), number.checked_sub(lessons.len())) {
                (Some(lesson), _) => check_lesson(course, lesson),
                (None, Some(number)) => match pages.get(number) {
                    Some(page) => pages::check(course, page),
                    None => return,
                },
                (None, None) => return,
            };
            found.lock().unwrap_or_else(PoisonError::into_inner).insert(number, faults);
        }
    };
    // Lessons and pages know nothing of each other: as many at once as there are processors.
    let hands = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..hands {
            scope.spawn(work);
        }
        work();
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().flatten().collect()
}

/// All that is wrong with one lesson of a course.
pub fn check_lesson(course: &Course, lesson: &Arc<Lesson>) -> Vec<Fault> {
    let mut faults = words::check(course, lesson);
    faults.extend(play::check(lesson));
    faults.extend(pages::examples(course, lesson));
    faults.extend(lesson.cases.iter().flat_map(|case| check_lesson(course, case)));
    if !lesson.cases.is_empty() && lesson.cases.len() < CASES_MIN {
        let message = format!("a pool has at least {CASES_MIN} cases");
        faults.push(Fault::at(&format!("{}/cases", lesson.folder), 0, message));
    }
    faults
}
