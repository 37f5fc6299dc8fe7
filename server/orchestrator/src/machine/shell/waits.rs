//! Pipelines and what a shell waits for.

use super::Shell;
use super::frames::Frame;
use super::run::Work;
use super::syntax::Pipeline;
use crate::machine::process::{Ran, Wait};

impl Shell {
    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, work: &mut Work<'_, '_>) -> Ran {
        if pipeline.negated {
            self.frames.push(Frame::Negate);
        }
        if let [command] = pipeline.commands.as_slice() {
            self.frames.push(Frame::command(command));
            return Ran::Again;
        }
        let (mut pids, mut input) = (Vec::new(), None);
        for (index, command) in pipeline.commands.iter().enumerate() {
            let mut fds = work.me.fds.clone();
            if let Some(input) = input.take() {
                fds.insert(0, input);
            }
            if index + 1 < pipeline.commands.len() {
                let (read, write) = work.table.pipe();
                fds.insert(1, write);
                input = Some(read);
            }
            pids.push(self.fork(Frame::command(command), fds, work));
        }
        self.frames.push(Frame::Pipeline { pids, worst: 0 });
        Ran::Again
    }

    pub(super) fn await_pipeline(
        &mut self,
        mut pids: Vec<u32>,
        mut worst: i32,
        work: &mut Work<'_, '_>,
    ) -> Ran {
        while let Some(pid) = pids.first().copied() {
            let Some(code) = work.table.reap(pid) else {
                self.frames.push(Frame::Pipeline { pids, worst });
                return Ran::Waits(Wait::Child(pid));
            };
            pids.remove(0);
            if code != 0 {
                worst = code;
            }
            self.status = if self.options.pipefail { worst } else { code };
        }
        self.checked()
    }

    pub(super) fn await_jobs(&mut self, mut pids: Vec<u32>, work: &mut Work<'_, '_>) -> Ran {
        while let Some(pid) = pids.first().copied() {
            let Some(code) = work.table.reap(pid) else {
                self.frames.push(Frame::Jobs { pids });
                return Ran::Waits(Wait::Child(pid));
            };
            self.jobs.retain(|job| *job != pid);
            self.status = code;
            pids.remove(0);
        }
        self.checked()
    }
}
