//! `$((…))`

use brush_parser::ast::{
    ArithmeticExpr, ArithmeticTarget, BinaryOperator as Binary, UnaryAssignmentOperator as Step,
    UnaryOperator as Unary,
};

use super::{Shell, arrays};

/// How deep variables may name variables.
const DEPTH_MAX: usize = 16;

impl Shell {
    /// The value of an expression whose `$` are expanded.
    ///
    /// # Errors
    /// What the shell says of it.
    pub(super) fn sum(&mut self, text: &str) -> Result<i64, String> {
        self.sum_within(text, 0)
    }

    fn sum_within(&mut self, text: &str, depth: usize) -> Result<i64, String> {
        let text = text.trim();
        let nested = text.matches('(').count() + text.matches("- ").count();
        if depth > DEPTH_MAX || nested > 64 || text.len() > 4096 {
            return Err("arithmetic syntax error".to_owned());
        }
        let tree = brush_parser::arithmetic::parse(text)
            .map_err(|_| "arithmetic syntax error".to_owned())?;
        self.calculate(&tree, depth)
    }

    fn calculate(&mut self, tree: &ArithmeticExpr, depth: usize) -> Result<i64, String> {
        match tree {
            ArithmeticExpr::Literal(value) => Ok(*value),
            ArithmeticExpr::Reference(target) => self.number(target, depth),
            ArithmeticExpr::UnaryOp(operator, operand) => {
                let value = self.calculate(operand, depth)?;
                Ok(match operator {
                    Unary::UnaryPlus => value,
                    Unary::UnaryMinus => value.wrapping_neg(),
                    Unary::BitwiseNot => !value,
                    Unary::LogicalNot => i64::from(value == 0),
                })
            }
            ArithmeticExpr::BinaryOp(Binary::LogicalAnd, left, right) => {
                let both = self.calculate(left, depth)? != 0 && self.calculate(right, depth)? != 0;
                Ok(i64::from(both))
            }
            ArithmeticExpr::BinaryOp(Binary::LogicalOr, left, right) => {
                let one = self.calculate(left, depth)? != 0 || self.calculate(right, depth)? != 0;
                Ok(i64::from(one))
            }
            ArithmeticExpr::BinaryOp(operator, left, right) => {
                let (left, right) = (self.calculate(left, depth)?, self.calculate(right, depth)?);
                binary(operator, left, right)
            }
            ArithmeticExpr::Conditional(condition, yes, no) => {
                let chosen = if self.calculate(condition, depth)? != 0 { yes } else { no };
                self.calculate(chosen, depth)
            }
            ArithmeticExpr::Assignment(target, value) => {
                let value = self.calculate(value, depth)?;
                self.assign(target, value)
            }
            ArithmeticExpr::BinaryAssignment(operator, target, value) => {
                let left = self.number(target, depth)?;
                let right = self.calculate(value, depth)?;
                self.assign(target, binary(operator, left, right)?)
            }
            ArithmeticExpr::UnaryAssignment(step, target) => {
                let old = self.number(target, depth)?;
                let new = match step {
                    Step::PrefixIncrement | Step::PostfixIncrement => old.wrapping_add(1),
                    Step::PrefixDecrement | Step::PostfixDecrement => old.wrapping_sub(1),
                };
                self.assign(target, new)?;
                Ok(match step {
                    Step::PrefixIncrement | Step::PrefixDecrement => new,
                    Step::PostfixIncrement | Step::PostfixDecrement => old,
                })
            }
        }
    }

    fn number(&mut self, target: &ArithmeticTarget, depth: usize) -> Result<i64, String> {
        let name = self.target(target, depth)?;
        let text = self.value(&name).unwrap_or_default().trim().to_owned();
        match text.parse::<i64>() {
            Ok(value) => Ok(value),
            Err(_) if text.is_empty() => Ok(0),
            Err(_) => self.sum_within(&text, depth + 1),
        }
    }

    /// The variable that is meant.
    fn target(&mut self, target: &ArithmeticTarget, depth: usize) -> Result<String, String> {
        match target {
            ArithmeticTarget::Variable(name) => Ok(name.clone()),
            ArithmeticTarget::ArrayElement(name, index) => {
                Ok(arrays::variable(name, self.calculate(index, depth)?))
            }
        }
    }

    fn assign(&mut self, target: &ArithmeticTarget, value: i64) -> Result<i64, String> {
        let name = self.target(target, 0)?;
        if !self.set(&name, value.to_string()) {
            return Err(format!("{name}: is read only"));
        }
        Ok(value)
    }
}

fn binary(operator: &Binary, left: i64, right: i64) -> Result<i64, String> {
    let by_zero = || "divide by zero".to_owned();
    let shift = || u32::try_from(right & 63).unwrap_or_default();
    Ok(match operator {
        Binary::Power => {
            let exponent = u32::try_from(right).map_err(|_| "exponent less than 0".to_owned())?;
            left.wrapping_pow(exponent)
        }
        Binary::Multiply => left.wrapping_mul(right),
        Binary::Divide | Binary::Modulo if right == 0 => return Err(by_zero()),
        Binary::Divide => left.wrapping_div(right),
        Binary::Modulo => left.wrapping_rem(right),
        Binary::Comma => right,
        Binary::Add => left.wrapping_add(right),
        Binary::Subtract => left.wrapping_sub(right),
        Binary::ShiftLeft => left.wrapping_shl(shift()),
        Binary::ShiftRight => left.wrapping_shr(shift()),
        Binary::LessThan => i64::from(left < right),
        Binary::LessThanOrEqualTo => i64::from(left <= right),
        Binary::GreaterThan => i64::from(left > right),
        Binary::GreaterThanOrEqualTo => i64::from(left >= right),
        Binary::Equals => i64::from(left == right),
        Binary::NotEquals => i64::from(left != right),
        Binary::BitwiseAnd => left & right,
        Binary::BitwiseXor => left ^ right,
        Binary::BitwiseOr => left | right,
        Binary::LogicalAnd => i64::from(left != 0 && right != 0),
        Binary::LogicalOr => i64::from(left != 0 || right != 0),
    })
}
