//! The playground: a cluster to do with as one likes.

use leptos::prelude::*;
use protocol::File;

use crate::{bench::Bench, editor::first_file, header::Head, i18n::say, session::Place};

/// `/{lang}/play`
#[component]
pub fn Play() -> impl IntoView {
    let title = say("놀이터", "Playground");
    let description = say(
        "노드 세 개짜리 쿠버네티스 클러스터를 마음대로 다뤄 본다. 멈추고, 되감고, 고장 낼 수 있다.",
        "A Kubernetes cluster of three worker nodes to do with as you like: stop, rewind, break it.",
    );
    let files: Vec<File> = vec![first_file()];
    let words = move |text: Signal<&'static str>| Signal::derive(move || text.get().to_owned());
    view! {
        <Head title=words(title) description=words(description) embeddable=true/>
        <Bench
            place=Place::Playground
            files
            trail=Signal::derive(move || vec![title.get().to_owned()])
        />
    }
    .into_any()
}
