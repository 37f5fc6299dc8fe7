//! From the tree to steps with jumps.

use super::Op;
use super::parse::{List, Node};

pub(super) fn compile(list: &List) -> Vec<Op> {
    let mut compiler = Compiler::default();
    compiler.list(list);
    compiler.ops
}

#[derive(Default)]
struct Compiler {
    ops: Vec<Op>,
    loops: usize,
}

impl Compiler {
    fn list(&mut self, list: &List) {
        for node in list {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Simple { words, output } => {
                self.ops.push(Op::Run { words: words.clone(), output: output.clone() });
            }
            Node::Assign { name, value } => {
                self.ops.push(Op::Assign { name: name.clone(), value: value.clone() });
            }
            Node::And(left, right) => self.both(left, Op::JumpIfFailed, right),
            Node::Or(left, right) => self.both(left, Op::JumpIfSucceeded, right),
            Node::Not(inner) => {
                self.node(inner);
                self.ops.push(Op::Negate);
            }
            Node::Group(list) => self.list(list),
            Node::While { negated, condition, body } => self.while_loop(*negated, condition, body),
            Node::For { name, words, body } => {
                let slot = self.loops;
                self.loops += 1;
                self.ops.push(Op::Each { slot, words: words.clone() });
                let start = self.ops.len();
                let next = |done| Op::Next { slot, name: name.clone(), done };
                self.ops.push(next(0));
                self.list(body);
                self.ops.push(Op::Jump(start));
                self.ops[start] = next(self.ops.len());
            }
            Node::If { condition, then, otherwise } => self.conditional(condition, then, otherwise),
        }
    }

    fn both(&mut self, left: &Node, jump: fn(usize) -> Op, right: &Node) {
        self.node(left);
        let at = self.ops.len();
        self.ops.push(jump(0));
        self.node(right);
        self.ops[at] = jump(self.ops.len());
    }

    fn while_loop(&mut self, negated: bool, condition: &List, body: &List) {
        let leave = if negated { Op::JumpIfSucceeded } else { Op::JumpIfFailed };
        let start = self.ops.len();
        self.list(condition);
        let at = self.ops.len();
        self.ops.push(leave(0));
        self.list(body);
        self.ops.push(Op::Jump(start));
        self.ops[at] = leave(self.ops.len());
        self.ops.push(Op::Succeed);
    }

    fn conditional(&mut self, condition: &List, then: &List, otherwise: &List) {
        self.list(condition);
        let at = self.ops.len();
        self.ops.push(Op::JumpIfFailed(0));
        self.list(then);
        let end = self.ops.len();
        self.ops.push(Op::Jump(0));
        self.ops[at] = Op::JumpIfFailed(self.ops.len());
        if otherwise.is_empty() {
            self.ops.push(Op::Succeed);
        } else {
            self.list(otherwise);
        }
        self.ops[end] = Op::Jump(self.ops.len());
    }
}
