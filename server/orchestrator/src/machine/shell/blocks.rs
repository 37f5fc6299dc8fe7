//! Compound commands, as the parser gives them.

use brush_parser::ast;

use super::syntax::{Arm, Compound, Unreadable, list, word};

pub(super) fn compound(body: &ast::CompoundCommand) -> Result<Compound, Unreadable> {
    use ast::CompoundCommand as Body;
    Ok(match body {
        Body::Arithmetic(one) => Compound::Sum(one.expr.value.clone()),
        Body::ArithmeticForClause(one) => {
            let text = |part: &Option<ast::UnexpandedArithmeticExpr>| {
                part.as_ref().map(|part| part.value.clone()).unwrap_or_default()
            };
            Compound::Count {
                start: text(&one.initializer),
                condition: text(&one.condition),
                update: text(&one.updater),
                body: list(&one.body.list)?,
            }
        }
        Body::BraceGroup(one) => Compound::Group(list(&one.list)?),
        Body::Subshell(one) => Compound::Subshell(list(&one.list)?),
        Body::ForClause(one) => {
            let words = one.values.as_ref().map(|words| words.iter().map(word).collect());
            Compound::For {
                name: one.variable_name.clone(),
                words: words.transpose()?,
                body: list(&one.body.list)?,
            }
        }
        Body::WhileClause(one) => while_loop(one, false)?,
        Body::UntilClause(one) => while_loop(one, true)?,
        Body::IfClause(one) => conditional(one)?,
        Body::CaseClause(one) => {
            let arms = one.cases.iter().map(|arm| {
                Ok(Arm {
                    patterns: arm.patterns.iter().map(word).collect::<Result<_, _>>()?,
                    body: arm.cmd.as_ref().map(list).transpose()?,
                    falls_through: !matches!(arm.post_action, ast::CaseItemPostAction::ExitCase),
                })
            });
            let arms = arms.collect::<Result<_, Unreadable>>()?;
            Compound::Case { word: word(&one.value)?, arms }
        }
        Body::Coprocess(_) => return Err(Unreadable::NotModelled("a coprocess")),
    })
}

pub(super) fn while_loop(
    one: &ast::WhileOrUntilClauseCommand,
    until: bool,
) -> Result<Compound, Unreadable> {
    let ast::WhileOrUntilClauseCommand(condition, body, _) = one;
    Ok(Compound::While { until, condition: list(condition)?, body: list(&body.list)? })
}

pub(super) fn conditional(one: &ast::IfClauseCommand) -> Result<Compound, Unreadable> {
    let mut branches = vec![(list(&one.condition)?, list(&one.then)?)];
    let mut otherwise = None;
    for branch in one.elses.iter().flatten() {
        match &branch.condition {
            Some(condition) => branches.push((list(condition)?, list(&branch.body)?)),
            None => otherwise = Some(list(&branch.body)?),
        }
    }
    Ok(Compound::If { branches, otherwise })
}
