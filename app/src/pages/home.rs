//! The first page: what this is, where to begin, and the course.

use leptos::prelude::*;
use protocol::LessonSummary;

use crate::{
    backend,
    header::{Head, TopBar},
    i18n::{say, use_language},
};

/// `/{lang}`
#[component]
pub fn Home() -> impl IntoView {
    let language = use_language();
    let course = Resource::new(move || language.get(), backend::course);
    let description = say(
        "눈으로 보고, 멈추고, 되감고, 까닭을 물을 수 있는 클러스터로 쿠버네티스를 배운다.",
        "Learn Kubernetes on a cluster that you can see, stop, rewind and question.",
    );
    view! {
        <Head title=String::new() description=Signal::derive(move || description.get().to_owned())/>
        <TopBar/>
        <main id="main" class="page home">
            <h1>{say("쿠버네티스를 직접 몰아 보자", "Take the wheel of Kubernetes")}</h1>
            <p class="lead">{description}</p>
            <Transition>
                {move || course.get().and_then(Result::ok).map(|lessons| view! { <Course lessons/> })}
            </Transition>
        </main>
    }
}

#[component]
fn Course(lessons: Vec<LessonSummary>) -> impl IntoView {
    let language = use_language();
    let rows = lessons
        .into_iter()
        .map(|lesson| {
            let href = move || format!("/{}/lessons/{}", language.get().code(), lesson.slug);
            view! { <li><a href=href>{lesson.number} ". " {lesson.title}</a></li> }
        })
        .collect_view();
    view! { <ol class="course">{rows}</ol> }
}
