//! The lessons in this program.

use lessons::{Course, Language, course};

#[test]
fn the_course_can_be_read() {
    let numbers: Vec<u32> = course().lessons().iter().map(|lesson| lesson.number).collect();
    assert!(numbers.is_sorted() && numbers.len() >= 12, "{numbers:?}");
    let lesson = course().lesson("first-pod").unwrap();
    assert_eq!(lesson.text(Language::Korean).title, "첫 파드");
    assert_eq!(lesson.text(Language::English).title, "Your first Pod");
    let (before, after) = course().neighbours("first-pod");
    assert_eq!((before.map(|it| it.number), after.map(|it| it.number)), (Some(4), Some(6)));
}

#[test]
fn the_folder_says_the_same_as_the_program() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/content");
    let read = Course::read(folder.as_ref()).unwrap();
    for (read, embedded) in read.lessons().iter().zip(course().lessons()) {
        for language in Language::ALL {
            assert_eq!(read.text(language), embedded.text(language));
        }
    }
}

#[test]
fn every_lesson_is_proved() {
    let faults = lessons::check(course());
    assert!(faults.is_empty(), "{}", lessons::Faults(faults));
}
