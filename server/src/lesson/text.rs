//! The course and the reference as the pages show them.

use std::collections::BTreeMap;

use app::backend::{Answer, Backend};
use futures::FutureExt;
use lessons::{Language, Lesson, Page, Place, course};
use protocol::{
    Carried, Completion, File, GoalText, Learned, LessonSummary, LessonText, PageLink,
    PredictionText, Proved, ReferenceText, ReviewQuestion, SearchHit, StepText,
};

use crate::learner::LearnerError;
use crate::learner::Learners;

/// What a page is told where something fails; the log says more.
fn told<T>(result: Result<T, LearnerError>) -> Result<T, String> {
    result.map_err(|error| {
        tracing::warn!(%error, "a learner's wish could not be carried out");
        error.to_string()
    })
}

/// So many pages of the reference are named beside a step at most.
const PAGES_MAX: usize = 6;

/// What pages need: the course that is taught, and what learners have.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    learners: Learners,
}

impl Course {
    pub(crate) fn new(learners: Learners) -> Self {
        Self { learners }
    }
}

impl Backend for Course {
    fn course(&self, language: app::i18n::Language) -> Vec<LessonSummary> {
        let language = spoken(language);
        course().lessons().iter().map(|lesson| summary(lesson, language)).collect()
    }

    fn review(&self, slugs: &[&str], language: app::i18n::Language) -> Vec<ReviewQuestion> {
        let lessons = slugs.iter().filter_map(|slug| course().lesson(slug));
        lessons.flat_map(|lesson| questions(lesson, spoken(language))).collect()
    }

    fn reference(&self, language: app::i18n::Language) -> Vec<PageLink> {
        let language = spoken(language);
        course().reference().iter().map(|page| page_link(page, language)).collect()
    }

    fn page(
        &self,
        section: &str,
        slug: &str,
        language: app::i18n::Language,
    ) -> Option<ReferenceText> {
        let language = spoken(language);
        let page = course().page(slug).filter(|page| page.section.name() == section)?;
        let see = page.see.iter().filter_map(|slug| course().page(slug));
        // Who teaches lessons of their own may have fewer.
        let lessons = page.lessons.iter().filter_map(|slug| course().lesson(slug));
        Some(ReferenceText {
            link: page_link(page, language),
            html: page.text(language).html.clone(),
            see: see.map(|page| page_link(page, language)).collect(),
            lessons: lessons.map(|lesson| summary(lesson, language)).collect(),
        })
    }

    fn carry(
        &self,
        secret: Option<String>,
        learned: Learned,
        page: String,
    ) -> Answer<'_, Option<Carried>> {
        async move { told(self.learners.carry(secret.as_deref(), learned, &page).await) }.boxed()
    }

    fn forget(&self, secret: String) -> Answer<'_, ()> {
        async move { told(self.learners.forget(&secret).await) }.boxed()
    }

    fn prove(&self, name: String, sandboxes: BTreeMap<String, String>) -> Answer<'_, Proved> {
        async move { told(self.learners.prove(&name, sandboxes).await) }.boxed()
    }

    fn completion(
        &self,
        id: String,
        language: app::i18n::Language,
    ) -> Answer<'_, Option<Completion>> {
        async move { told(self.learners.completion(&id, spoken(language)).await) }.boxed()
    }

    fn withdraw(&self, id: String, key: String) -> Answer<'_, bool> {
        async move { told(self.learners.withdraw(&id, &key).await) }.boxed()
    }

    fn search(&self, words: &str, language: app::i18n::Language) -> Vec<SearchHit> {
        let found = course().search(words, spoken(language)).into_iter();
        let hit = |hit: lessons::Hit| SearchHit {
            path: match &hit.place {
                Place::Lesson(slug) => format!("lessons/{slug}"),
                Place::Page(section, slug) => format!("reference/{}/{slug}", section.name()),
            },
            title: hit.title,
            step: hit.step,
            excerpt: hit.excerpt,
        };
        found.map(hit).collect()
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
            steps: words.steps.iter().map(|words| step(words, language)).collect(),
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

fn page_link(page: &Page, language: Language) -> PageLink {
    let words = page.text(language);
    PageLink {
        section: page.section.name().to_owned(),
        slug: page.slug.clone(),
        title: words.title.clone(),
        summary: words.summary.clone(),
        names: page.names().map(str::to_owned).collect(),
    }
}

fn spoken(language: app::i18n::Language) -> Language {
    language.pick(Language::Korean, Language::English)
}

pub(crate) fn summary(lesson: &Lesson, language: Language) -> LessonSummary {
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

fn step(words: &lessons::StepText, language: Language) -> StepText {
    let goals = words.goals.iter();
    let pages = course().pages_named_in(&words.markdown, language).into_iter().take(PAGES_MAX);
    StepText {
        id: words.id.clone(),
        title: words.title.clone(),
        html: words.html.clone(),
        prediction: words.prediction.as_ref().map(prediction),
        goals: goals
            .map(|goal| GoalText { id: goal.id.clone(), text: goal.text.text.clone() })
            .collect(),
        hints: words.hints.clone(),
        pages: pages.map(|page| page_link(page, language)).collect(),
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
