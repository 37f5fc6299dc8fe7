//! The names that an expression takes from outside: its own loop variables left out.

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr};

/// The free variables of an expression, in the order of their use.
pub(super) fn free_variables(expression: &IdedExpr) -> Vec<String> {
    let mut walk = Walk { bound: Vec::new(), free: Vec::new() };
    walk.expression(expression);
    walk.free
}

struct Walk {
    bound: Vec<String>,
    free: Vec<String>,
}

impl Walk {
    fn expression(&mut self, expression: &IdedExpr) {
        match &expression.expr {
            Expr::Ident(name) => self.name(name),
            Expr::Call(call) => {
                call.target.iter().for_each(|target| self.expression(target));
                call.args.iter().for_each(|argument| self.expression(argument));
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::List(list) => list.elements.iter().for_each(|it| self.expression(it)),
            Expr::Map(map) => map.entries.iter().for_each(|it| self.entry(&it.expr)),
            Expr::Struct(of) => of.entries.iter().for_each(|it| self.entry(&it.expr)),
            Expr::Select(select) => self.expression(&select.operand),
            Expr::Unspecified | Expr::Literal(_) => {}
        }
    }

    fn name(&mut self, name: &str) {
        if !self.bound.iter().any(|bound| bound == name) && !self.free.iter().any(|it| it == name) {
            self.free.push(name.to_owned());
        }
    }

    fn entry(&mut self, entry: &EntryExpr) {
        match entry {
            EntryExpr::StructField(field) => self.expression(&field.value),
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key);
                self.expression(&entry.value);
            }
        }
    }

    fn comprehension(&mut self, comprehension: &ComprehensionExpr) {
        self.expression(&comprehension.iter_range);
        self.expression(&comprehension.accu_init);
        let outside = self.bound.len();
        self.bound.push(comprehension.accu_var.clone());
        self.bound.push(comprehension.iter_var.clone());
        self.bound.extend(comprehension.iter_var2.clone());
        self.expression(&comprehension.loop_cond);
        self.expression(&comprehension.loop_step);
        self.expression(&comprehension.result);
        self.bound.truncate(outside);
    }
}
