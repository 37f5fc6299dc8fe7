//! Who seems to need help, and why.

use protocol::LearnerRow;

/// Seconds without doing anything; failed commands in one step; the same error in a row.
const IDLE_S: i64 = 180;
const FAILURES: u32 = 5;
const REPEATED: u32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The same error again and again.
    Repeats(u32),
    /// A wrong answer that the lesson knows.
    Wrong,
    /// Many commands failed in this step.
    Fails(u32),
    /// Nothing was done for so many minutes.
    Idle(i64),
}

/// Why a learner seems to need help, if they do.
pub fn trouble(row: &LearnerRow, now_s: i64) -> Option<Trouble> {
    if !row.present || row.completed {
        return None;
    }
    let idle_s = now_s - row.acted_s;
    match row {
        _ if row.repeated >= REPEATED => Some(Trouble::Repeats(row.repeated)),
        _ if row.wrong.is_some() => Some(Trouble::Wrong),
        _ if row.failures >= FAILURES => Some(Trouble::Fails(row.failures)),
        _ if idle_s >= IDLE_S => Some(Trouble::Idle(idle_s / 60)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helps_most_is_told_first() {
        let fine = LearnerRow { present: true, acted_s: 1_000, ..LearnerRow::default() };
        assert_eq!(trouble(&fine, 1_179), None);
        assert_eq!(trouble(&fine, 1_300), Some(Trouble::Idle(5)));
        let fails = LearnerRow { failures: 5, ..fine.clone() };
        assert_eq!(trouble(&fails, 1_300), Some(Trouble::Fails(5)));
        let wrong = LearnerRow { wrong: Some("typo".to_owned()), ..fails };
        assert_eq!(trouble(&wrong, 1_000), Some(Trouble::Wrong));
        let repeats = LearnerRow { repeated: 3, ..wrong };
        assert_eq!(trouble(&repeats, 1_000), Some(Trouble::Repeats(3)));
        for over in [
            LearnerRow { completed: true, ..repeats.clone() },
            LearnerRow { present: false, ..repeats.clone() },
        ] {
            assert_eq!(trouble(&over, 9_000), None);
        }
    }
}
