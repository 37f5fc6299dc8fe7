//! Two devices' knowledge of one learner, put together: nothing is lost.

use std::collections::BTreeMap;

use protocol::Learned;

/// What both know. Where only one of two can stand, it is the one that is further; of equals, that of
/// the device that speaks (`ours`).
pub(super) fn merge(ours: Learned, theirs: Learned) -> Learned {
    let further = |slug: &String| {
        let rank = |side: &Learned| side.progress.get(slug).map(|(steps, all)| (*all, *steps));
        rank(&theirs) > rank(&ours)
    };
    let mut sandboxes = theirs.sandboxes.clone();
    for (slug, sandbox) in &ours.sandboxes {
        if !further(slug) || !sandboxes.contains_key(slug) {
            sandboxes.insert(slug.clone(), sandbox.clone());
        }
    }
    let good = |scores: &Vec<(String, i64, bool)>| scores.iter().filter(|it| it.2).count();
    Learned {
        sandboxes,
        progress: both(ours.progress, theirs.progress, |(steps, all)| (*all, *steps)),
        scores: both(ours.scores, theirs.scores, good),
        reviews: both(ours.reviews, theirs.reviews, |(row, due)| (*due, *row)),
        latest: ours.latest.or(theirs.latest),
    }
}

/// The entries of both; of two the one of the higher rank.
fn both<T, R: Ord>(
    ours: BTreeMap<String, T>,
    theirs: BTreeMap<String, T>,
    rank: impl Fn(&T) -> R,
) -> BTreeMap<String, T> {
    let mut all = ours;
    for (name, value) in theirs {
        if all.get(&name).is_none_or(|known| rank(&value) > rank(known)) {
            all.insert(name, value);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(slug: &str, steps: usize, all: bool, sandbox: &str) -> Learned {
        Learned {
            progress: BTreeMap::from([(slug.to_owned(), (steps, all))]),
            reviews: BTreeMap::from([(
                format!("{slug}.a"),
                (steps, 100 + steps.cast_signed() as i64),
            )]),
            sandboxes: BTreeMap::from([(slug.to_owned(), sandbox.to_owned())]),
            latest: Some(slug.to_owned()),
            ..Learned::default()
        }
    }

    #[test]
    fn nothing_is_lost_whoever_speaks() {
        let (phone, desk) = (learned("pods", 2, false, "p"), learned("nodes", 4, true, "d"));
        for (ours, theirs) in [(&phone, &desk), (&desk, &phone)] {
            let merged = merge(ours.clone(), theirs.clone());
            assert_eq!((merged.progress.len(), merged.sandboxes.len()), (2, 2));
            assert_eq!(merged.reviews.len(), 2);
            assert_eq!(merged.latest, ours.latest);
            assert_eq!(merge(merged.clone(), merged.clone()), merged);
        }
    }

    #[test]
    fn who_is_further_stands() {
        let (less, more) = (learned("pods", 2, false, "old"), learned("pods", 4, true, "new"));
        for (ours, theirs) in [(&less, &more), (&more, &less)] {
            let merged = merge(ours.clone(), theirs.clone());
            assert_eq!(merged.progress["pods"], (4, true));
            assert_eq!(merged.sandboxes["pods"], "new");
            assert_eq!(merged.reviews["pods.a"], (4, 104));
        }
        let again = merge(learned("pods", 2, false, "mine"), less);
        assert_eq!(again.sandboxes["pods"], "mine");
    }
}
