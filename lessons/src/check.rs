//! Proves a lesson: not solved at its start, solved step by step by its solution, each wrong
//! answer answered by its own name, and every quoted command printing what the text says.

mod play;
mod quote;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use crate::course::Course;
use crate::error::Fault;
use crate::lesson::Lesson;

/// The seed of the worlds that lessons are proved in.
pub(crate) const SEED: u64 = 5;

/// All that is wrong with a course. Empty if nothing is.
pub fn check(course: &Course) -> Vec<Fault> {
    course.lessons().iter().flat_map(|lesson| check_lesson(course, lesson)).collect()
}

/// All that is wrong with one lesson of a course.
pub fn check_lesson(course: &Course, lesson: &Arc<Lesson>) -> Vec<Fault> {
    let mut faults = words::check(course, lesson);
    faults.extend(play::check(lesson));
    faults
}
