//! `[[ … ]]`, and the tests that it shares with `[`.

use brush_parser::ast::{BinaryPredicate as Two, ExtendedTestExpr as Test, UnaryPredicate as One};

use super::expand::{Expansion, Stop};
use super::pattern::matches;
use crate::machine::files::{Content, Files};

pub(super) fn holds(expansion: &mut Expansion<'_>, test: &Test) -> Result<bool, Stop> {
    Ok(match test {
        Test::And(left, right) => holds(expansion, left)? && holds(expansion, right)?,
        Test::Or(left, right) => holds(expansion, left)? || holds(expansion, right)?,
        Test::Not(inner) => !holds(expansion, inner)?,
        Test::Parenthesized(inner) => holds(expansion, inner)?,
        Test::UnaryTest(predicate, word) => {
            let text = super::syntax::word(word).map_err(|_| failed())?;
            let text = expansion.text(&text)?;
            let flag = match predicate {
                One::StringHasZeroLength => return Ok(text.is_empty()),
                One::StringHasNonZeroLength => return Ok(!text.is_empty()),
                One::ShellVariableIsSetAndAssigned => {
                    return Ok(expansion.shell.value(&text).is_some());
                }
                One::FileExists => 'e',
                One::FileExistsAndIsDir => 'd',
                One::FileExistsAndIsRegularFile => 'f',
                One::FileExistsAndIsSymlink => 'L',
                One::FileExistsAndIsReadable => 'r',
                One::FileExistsAndIsWritable => 'w',
                One::FileExistsAndIsExecutable => 'x',
                One::FileExistsAndIsNotZeroLength => 's',
                One::FileExistsAndIsCharSpecialFile => 'c',
                _ => return Ok(false),
            };
            file(expansion.files, expansion.folder, flag, &text)
        }
        Test::BinaryTest(predicate, left, right) => {
            let left = super::syntax::word(left).map_err(|_| failed())?;
            let right = super::syntax::word(right).map_err(|_| failed())?;
            let text = expansion.text(&left)?;
            let pattern = expansion.pattern(&right)?;
            let other = expansion.text(&right)?;
            let sums = |expansion: &mut Expansion<'_>| {
                let left = expansion.shell.sum(&text).map_err(Stop::Fails)?;
                let right = expansion.shell.sum(&other).map_err(Stop::Fails)?;
                Ok::<_, Stop>((left, right))
            };
            match predicate {
                Two::StringExactlyMatchesPattern => matches(&pattern, &text),
                Two::StringDoesNotExactlyMatchPattern => !matches(&pattern, &text),
                Two::StringExactlyMatchesString => text == other,
                Two::StringDoesNotExactlyMatchString => text != other,
                Two::StringContainsSubstring => text.contains(&other),
                Two::LeftSortsBeforeRight => text < other,
                Two::LeftSortsAfterRight => text > other,
                Two::StringMatchesRegex => {
                    regex::Regex::new(&other).is_ok_and(|regex| regex.is_match(&text))
                }
                Two::ArithmeticEqualTo => sums(expansion).map(|(l, r)| l == r)?,
                Two::ArithmeticNotEqualTo => sums(expansion).map(|(l, r)| l != r)?,
                Two::ArithmeticLessThan => sums(expansion).map(|(l, r)| l < r)?,
                Two::ArithmeticLessThanOrEqualTo => sums(expansion).map(|(l, r)| l <= r)?,
                Two::ArithmeticGreaterThan => sums(expansion).map(|(l, r)| l > r)?,
                Two::ArithmeticGreaterThanOrEqualTo => sums(expansion).map(|(l, r)| l >= r)?,
                _ => false,
            }
        }
    })
}

fn failed() -> Stop {
    Stop::Fails("syntax error in conditional expression".to_owned())
}

/// `-e path` and its like.
pub(in crate::machine) fn file(files: &Files<'_>, folder: &str, flag: char, path: &str) -> bool {
    let follow = !matches!(flag, 'L' | 'h');
    let Ok((absolute, node)) = files.find(folder, path, follow) else { return false };
    match flag {
        'e' | 'a' | 'r' | 'O' | 'G' => true,
        'f' => node.is_file(),
        'd' => node.is_folder(),
        'L' | 'h' => matches!(node.content, Content::Link(_)),
        'c' => matches!(node.content, Content::Device(_)),
        's' => node.size() > 0,
        'w' => files.refusal(&absolute).is_none(),
        'x' => node.is_folder() || node.meta.mode & 0o111 != 0,
        _ => false,
    }
}
