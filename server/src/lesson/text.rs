//! The course as the pages show it.

use app::backend::Backend;
use lessons::{Language, Lesson, course};
use protocol::{
    File, GoalText, LessonSummary, LessonText, PredictionText, ReviewQuestion, StepText,
};

/// The course that is part of this program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course;

impl Backend for Course {
    fn course(&self, language: app::i18n::Language) -> Vec<LessonSummary> {
        let language = spoken(language);
        course().lessons().iter().map(|lesson| summary(lesson, language)).collect()
    }

    fn review(&self, slugs: &[&str], language: app::i18n::Language) -> Vec<ReviewQuestion> {
        let lessons = slugs.iter().filter_map(|slug| course().lesson(slug));
        lessons.flat_map(|lesson| questions(lesson, spoken(language))).collect()
    }

    fn lesson(&self, slug: &str, language: app::i18n::Language) -> Option<LessonText> {
        let language = spoken(language);
        let lesson = course().lesson(slug)?;
        let (previous, next) = course().neighbours(slug);
        // From a case one goes back to its pool.
        let pool = course()
            .lessons()
            .iter()
            .find(|pool| lesson.is_case && pool.cases.iter().any(|case| case.slug == lesson.slug));
        let words = lesson.text(language);
        Some(LessonText {
            summary: summary(lesson, language),
            intro_html: words.intro_html.clone(),
            steps: words.steps.iter().map(step).collect(),
            debrief_html: words.debrief_html.clone(),
            files: files(lesson),
            cases: lesson.cases.iter().map(|case| summary(case, language)).collect(),
            previous: previous.map(|lesson| summary(lesson, language)),
            next: pool.or(next).map(|lesson| summary(lesson, language)),
        })
    }
}

/// The questions of a lesson, each with what there is to say to its answers.
fn questions(lesson: &Lesson, language: Language) -> Vec<ReviewQuestion> {
    let question = |step: &lessons::Step| {
        let asked = step.prediction.as_ref()?;
        let words = lesson.step_text(&step.id, language)?;
        let said = words.prediction.as_ref()?;
        let choices = said.choices.iter().map(|(id, choice)| {
            let html = said.answers.get(id).cloned().unwrap_or_default();
            (id.clone(), choice.text.clone(), html)
        });
        Some(ReviewQuestion {
            id: format!("{}.{}", lesson.slug, step.id),
            lesson: lesson.slug.clone(),
            title: lesson.text(language).title.clone(),
            step: words.title.clone(),
            question: said.question.text.clone(),
            choices: choices.collect(),
            answer: asked.answer.clone(),
        })
    };
    lesson.steps.iter().filter_map(question).collect()
}

fn spoken(language: app::i18n::Language) -> Language {
    language.pick(Language::Korean, Language::English)
}

fn summary(lesson: &Lesson, language: Language) -> LessonSummary {
    let words = lesson.text(language);
    LessonSummary {
        slug: lesson.slug.clone(),
        number: lesson.number,
        part: lesson.part.clone(),
        title: words.title.clone(),
        summary: words.summary.clone(),
        minutes: lesson.minutes,
        steps: u32::try_from(lesson.steps.len()).unwrap_or(u32::MAX),
    }
}

fn step(words: &lessons::StepText) -> StepText {
    let goals = words.goals.iter();
    StepText {
        id: words.id.clone(),
        title: words.title.clone(),
        html: words.html.clone(),
        prediction: words.prediction.as_ref().map(prediction),
        goals: goals
            .map(|goal| GoalText { id: goal.id.clone(), text: goal.text.text.clone() })
            .collect(),
        hints: words.hints.clone(),
    }
}

fn prediction(words: &lessons::PredictionText) -> PredictionText {
    let choices = words.choices.iter();
    PredictionText {
        question: words.question.text.clone(),
        choices: choices.map(|(id, choice)| (id.clone(), choice.text.clone())).collect(),
    }
}

fn files(lesson: &Lesson) -> Vec<File> {
    let files = lesson.files.iter();
    files.map(|(name, text)| File { name: name.clone(), text: text.clone() }).collect()
}
