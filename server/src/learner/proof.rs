//! Whether a sandbox's log completes its lesson: it is replayed from its beginning, and the lesson
//! judged anew. Nothing that a page or the database says of the progress is believed.

use lessons::Progress;

use crate::{database::Stored, lesson, sandbox::Life};

/// Replays a log, and judges the lesson `slug` by it: its own, or that of the pool its case is from.
pub(super) fn is_complete(slug: &str, stored: Stored) -> bool {
    let Stored { row, entries, progress } = stored;
    let Some(lesson) = row.lesson.as_deref().and_then(|own| lessons::course().lesson(own)) else {
        return false;
    };
    let asked = lessons::course().lesson(slug);
    let is_its = asked.is_some_and(|asked| {
        asked.slug == lesson.slug || asked.cases.iter().any(|case| case.slug == lesson.slug)
    });
    let Ok(scenario) = serde_json::from_str(&row.scenario) else { return false };
    if !is_its {
        return false;
    }
    let life = Life::replay(row.seed, &scenario, entries, row.now_ms);
    let saved = lesson::saved(progress.as_deref());
    let mut progress = Progress::restore(lesson.clone(), saved);
    progress.observe(life.world());
    progress.completed()
}
