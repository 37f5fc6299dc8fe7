//! The line under the picture: what happens now, and why.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::{Moment, What};

use crate::i18n::{Language, say};
use crate::player::{Frame, Player};
use crate::scene::Stage;
use crate::words;

/// What is told now, in words, and the cause of it, which can be gone to.
#[component]
pub fn Caption(stage: Stage) -> impl IntoView {
    let told = Memo::new(move |_| stage.picture.with(|it| told(&it.frame)));
    let skip = Memo::new(move |_| stage.picture.with(|it| it.frame.skip_ms));
    let text = move || {
        let language = stage.language.get();
        if let Some(skip_ms) = skip.get() {
            return skipped(skip_ms, language);
        }
        match told.get() {
            Some((moment, others)) => {
                with_others(&words::sentence(&moment, language), others, language)
            }
            None => language
                .pick(
                    "아직 아무 일도 없다. 파일을 적용하거나 명령을 실행해 보자.",
                    "Nothing has happened yet: apply a file, or run a command.",
                )
                .to_owned(),
        }
    };
    let cause = Memo::new(move |_| told.get().and_then(|(moment, _)| cause(stage.player, &moment)));
    view! {
        <div class="caption" class:is-skip=move || skip.get().is_some()>
            <p class="caption-now">{text}</p>
            {move || cause.get().filter(|_| skip.get().is_none()).map(|cause| because(stage, &cause))}
        </div>
    }
}

fn because(stage: Stage, cause: &Arc<Moment>) -> impl IntoView + use<> {
    let position = cause.position;
    let sentence = words::sentence(cause, stage.language.get());
    view! {
        <p class="caption-why">
            <strong>{say("왜?", "Why?")}</strong>
            " "
            <span>{sentence}</span>
            " "
            <button
                type="button"
                class="caption-go"
                on:click=move |_| {
                    stage.player.show(position);
                }
            >
                {say("그 순간으로", "To that moment")}
            </button>
        </p>
    }
}

/// A wait that is passed over: `4 min 10 s skipped`.
fn skipped(skip_ms: i64, language: Language) -> String {
    let span = words::span(skip_ms, language);
    language.pick(format!("{span} 건너뜀"), format!("{span} skipped"))
}

fn with_others(sentence: &str, others: usize, language: Language) -> String {
    if others == 0 {
        return sentence.to_owned();
    }
    let more = language.pick(format!("동시에 {others}건 더"), format!("{others} more at once"));
    format!("{sentence} ({more})")
}

/// The hop that says most, and how many others there are.
pub(super) fn told(frame: &Frame) -> Option<(Arc<Moment>, usize)> {
    let first =
        frame.hops.iter().max_by_key(|hop| (weight(hop), std::cmp::Reverse(hop.position)))?;
    Some((Arc::clone(first), frame.hops.len() - 1))
}

fn weight(moment: &Moment) -> u8 {
    match &moment.what {
        What::Fault { .. } | What::Silence { .. } => 6,
        What::Request { status, .. } if *status >= 400 => 5,
        What::Decision { .. } => 4,
        What::Container { .. } | What::Packet { .. } => 3,
        What::Write { .. } => 2,
        What::Request { .. } | What::Programmed { .. } => 1,
        What::Delivered { .. } => 0,
    }
}

/// The nearest cause that was received.
fn cause(player: Player, moment: &Moment) -> Option<Arc<Moment>> {
    moment.causes.first().and_then(|position| player.moment(*position))
}
