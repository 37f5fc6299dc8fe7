//! The difference of two texts as `diff -u` prints it.

use std::fmt::Write;

/// Lines around a change that are shown with it.
const AROUND: usize = 3;

/// What becomes of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Same,
    Gone,
    New,
}

/// The hunks from `old` to `new`; nothing when they are the same.
pub(crate) fn hunks(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let changes = changes(&old, &new);
    let mut text = String::new();
    let mut at = 0;
    while let Some(first) = (at..changes.len()).find(|at| changes[*at].0 != Change::Same) {
        let mut last = first;
        while let Some(next) = (last + 1..changes.len().min(last + 2 + 2 * AROUND))
            .find(|at| changes[*at].0 != Change::Same)
        {
            last = next;
        }
        let from = first.saturating_sub(AROUND).max(at);
        let to = (last + 1 + AROUND).min(changes.len());
        hunk(&mut text, &changes[..from], &changes[from..to]);
        at = to;
    }
    text
}

fn hunk(text: &mut String, before: &[(Change, &str)], lines: &[(Change, &str)]) {
    let count = |lines: &[(Change, &str)], without: Change| {
        lines.iter().filter(|(change, _)| *change != without).count()
    };
    let range = |without: Change| {
        let (start, length) = (count(before, without), count(lines, without));
        match length {
            0 => format!("{start},0"),
            1 => (start + 1).to_string(),
            _ => format!("{},{length}", start + 1),
        }
    };
    let _ = writeln!(text, "@@ -{} +{} @@", range(Change::New), range(Change::Gone));
    for (change, line) in lines {
        let sign = match change {
            Change::Same => ' ',
            Change::Gone => '-',
            Change::New => '+',
        };
        let _ = writeln!(text, "{sign}{line}");
    }
}

/// The shortest way from one to the other: by the longest common subsequence, between what both
/// begin and end with.
fn changes<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(Change, &'t str)> {
    let start = old.iter().zip(new).take_while(|(left, right)| left == right).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(l, r)| l == r).count();
    let (before, after) = (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);
    let common = common_lengths(before, after);
    let mut all: Vec<(Change, &str)> =
        old[..start].iter().map(|line| (Change::Same, *line)).collect();
    let (mut i, mut j) = (0, 0);
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            all.push((Change::Same, before[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || (i < before.len() && common[i + 1][j] >= common[i][j + 1]) {
            all.push((Change::Gone, before[i]));
            i += 1;
        } else {
            all.push((Change::New, after[j]));
            j += 1;
        }
    }
    all.extend(old_rest[old_rest.len() - end..].iter().map(|line| (Change::Same, *line)));
    all
}

/// For each pair of places, how many lines both have in common from there on.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expect: &str) {
        let lines = |words: &str| {
            words.split_whitespace().map(|word| format!("{word}\n")).collect::<String>()
        };
        assert_eq!(hunks(&lines(old), &lines(new)), expect, "{old} → {new}");
    }

    #[test]
    fn hunks_are_diffs() {
        check("a b c", "a b c", "");
        check("a b c", "a x c", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
        check("", "a b", "@@ -0,0 +1,2 @@\n+a\n+b\n");
        check("a", "", "@@ -1 +0,0 @@\n-a\n");
        check(
            "a 1 2 3 4 5 6 7 b",
            "x 1 2 3 4 5 6 7 y",
            "@@ -1,4 +1,4 @@\n-a\n+x\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+y\n",
        );
    }
}
