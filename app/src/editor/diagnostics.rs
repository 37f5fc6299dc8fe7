//! What is wrong in the files, in words that a beginner understands; what Kubernetes itself says
//! stands below it, unchanged.

use leptos::prelude::*;
use protocol::{Diagnostic, File};

use super::use_desk;
use crate::{
    i18n::{Language, say, use_language},
    icons::{Icon, icon},
};

/// The sentence for a diagnostic; none for a code that the page has no sentence for.
pub fn sentence(diagnostic: &Diagnostic, language: Language) -> Option<String> {
    let argument = |name: &str| diagnostic.arguments.get(name).map_or("", String::as_str);
    match diagnostic.code.as_str() {
        "unknown-field" => Some(unknown(argument("field"), argument("nearest"), language)),
        "unknown-kind" => Some(unknown_kind(argument("kind"), argument("nearest"), language)),
        "wrong-type" => Some(wrong_type(
            argument("field"),
            argument("expected"),
            argument("found"),
            language,
        )),
        "missing-field" => Some(about(
            argument("field"),
            language.pick(" 필드가 빠졌다.", " is missing, and it is needed."),
        )),
        "invalid-value" => Some(about(
            argument("field"),
            language.pick(" 필드에 쓸 수 없는 값이다.", " cannot have this value."),
        )),
        "invalid-name" => Some(about(argument("name"), language.pick(
            " — 이름에는 소문자, 숫자, '-'만 쓰고, 처음과 끝은 글자나 숫자여야 한다.",
            " — a name has only lowercase letters, digits and '-', and begins and ends with a letter or digit.",
        ))),
        "duplicate-field" => Some(match argument("field") {
            "" => language.pick("같은 필드가 두 번 나온다.", "A field stands here twice.").to_owned(),
            field => about(
                field,
                language.pick(" 필드가 두 번 나온다. 하나만 남긴다.", " stands here twice. Keep one."),
            ),
        }),
        "selector-mismatch" => {
            Some(mismatch(argument("selector"), argument("labels"), language))
        }
        code => plain(code, language).map(str::to_owned),
    }
}

/// The selector looks for labels that the template does not give.
fn mismatch(selector: &str, labels: &str, language: Language) -> String {
    match (language, labels) {
        (Language::Korean, "") => {
            format!(
                "셀렉터는 {selector} 레이블을 찾는데, 템플릿이 만드는 파드에는 그 레이블이 없다."
            )
        }
        (Language::Korean, labels) => {
            format!(
                "셀렉터는 {selector} 레이블을 찾는데, 템플릿이 만드는 파드에는 {labels} 레이블이 붙는다."
            )
        }
        (Language::English, "") => {
            format!(
                "The selector looks for {selector}, but the Pods of this template have no such label."
            )
        }
        (Language::English, labels) => {
            format!(
                "The selector looks for {selector}, but the Pods of this template get {labels}."
            )
        }
    }
}

fn about(what: &str, rest: &str) -> String {
    format!("{what}{rest}").trim().to_owned()
}

fn unknown(field: &str, nearest: &str, language: Language) -> String {
    match (language, nearest) {
        (Language::Korean, "") => format!("{field}(이)라는 필드는 여기에 없다."),
        (Language::Korean, nearest) => {
            format!("{field}(이)라는 필드는 여기에 없다. 혹시 {nearest}?")
        }
        (Language::English, "") => format!("There is no field {field} here."),
        (Language::English, nearest) => {
            format!("There is no field {field} here. Did you mean {nearest}?")
        }
    }
}

fn unknown_kind(kind: &str, nearest: &str, language: Language) -> String {
    match (language, nearest) {
        (Language::Korean, "") => format!("{kind}(이)라는 종류를 이 클러스터는 모른다."),
        (Language::Korean, nearest) => {
            format!("{kind}(이)라는 종류를 이 클러스터는 모른다. 혹시 {nearest}?")
        }
        (Language::English, "") => format!("This cluster knows no kind {kind}."),
        (Language::English, nearest) => {
            format!("This cluster knows no kind {kind}. Did you mean {nearest}?")
        }
    }
}

fn wrong_type(field: &str, expected: &str, found: &str, language: Language) -> String {
    let (expected, found) = (type_word(expected, language), type_word(found, language));
    match (language, found) {
        (Language::Korean, "") => format!("{field}에는 {expected} 값을 써야 한다."),
        (Language::Korean, found) => {
            format!("{field}에는 {expected} 값을 써야 하는데 {found} 값이 있다.")
        }
        (Language::English, "") => format!("{field} wants {expected}."),
        (Language::English, found) => format!("{field} wants {expected}, but this is {found}."),
    }
}

/// A type's name in words; as it came where there is no word for it.
fn type_word(name: &str, language: Language) -> &str {
    match name {
        "string" => language.pick("문자열", "text"),
        "integer" | "int" | "int32" | "int64" => language.pick("정수", "a whole number"),
        "number" | "float64" => language.pick("수", "a number"),
        "boolean" | "bool" => language.pick("true나 false인", "true or false"),
        "array" | "list" => {
            language.pick("목록('- '으로 시작하는 줄들)", "a list (lines that begin with '- ')")
        }
        "object" | "map" => language.pick("이름: 값으로 된 묶음", "a group of name: value lines"),
        "null" => language.pick("빈", "nothing"),
        other => other,
    }
}

/// Sentences that name nothing.
fn plain(code: &str, language: Language) -> Option<&'static str> {
    Some(match code {
        "yaml-syntax" => language.pick(
            "YAML로 읽을 수 없는 곳이다. 쌍점 뒤의 빈칸, 따옴표의 짝, 들여쓰기를 살펴본다.",
            "This cannot be read as YAML. Look for a space after each colon, paired quotes, and the indentation.",
        ),
        "lost-indentation" => language.pick(
            "들여쓰기가 사라진 것 같다. 한 단계 안쪽에 있을 줄은 빈칸 두 개만큼 더 들어간다.",
            "The indentation seems to be lost. What belongs inside goes two spaces further in.",
        ),
        "tabs" => language.pick(
            "YAML은 탭으로 들여쓰지 않는다. 빈칸으로 바꾼다.",
            "YAML does not indent with tabs. Use spaces.",
        ),
        "too-large" => language.pick("파일이 너무 크다.", "The file is too large."),
        "too-deep" => language.pick("너무 깊이 겹쳐 있다.", "This is nested too deeply."),
        "alias-bomb" => language.pick(
            "별칭(&, *)이 너무 크게 불어난다.",
            "The aliases (& and *) grow too large when they are resolved.",
        ),
        "not-found-namespace" => language.pick(
            "그런 네임스페이스가 없다. 먼저 만들거나 이름을 고친다.",
            "There is no such namespace. Create it first, or mend its name.",
        ),
        "already-exists" => language.pick(
            "같은 이름의 오브젝트가 이미 있다.",
            "An object of this name exists already.",
        ),
        "immutable" => language.pick(
            "만든 뒤에는 바꿀 수 없는 필드다. 지우고 다시 만들어야 한다.",
            "This cannot be changed once the object exists. Delete it and create it again.",
        ),
        _ => return None,
    })
}

/// The list of what is wrong, under the text; each line leads to its place.
#[component]
pub(super) fn Problems() -> impl IntoView {
    let desk = use_desk();
    let language = use_language();
    let rows = move || {
        let language = language.get();
        desk.diagnostics().into_iter().map(|one| row(one, language)).collect_view()
    };
    view! {
        <div class="problems" role="status" aria-label=say("고칠 곳", "Problems")>
            <ul hidden=move || desk.diagnostics().is_empty()>{rows}</ul>
        </div>
    }
    .into_any()
}

fn row(diagnostic: Diagnostic, language: Language) -> impl IntoView {
    let desk = use_desk();
    let place = format!("{}:{}:{}", diagnostic.file, diagnostic.line, diagnostic.column);
    let words = sentence(&diagnostic, language);
    let message = diagnostic.message.clone();
    let repair = diagnostic.repair.clone().map(|text| {
        let name = diagnostic.file.clone();
        let mend = move |_| desk.put(File { name: name.clone(), text: text.clone() });
        view! {
            <button type="button" class="button small" on:click=mend>
                {icon(Icon::WRENCH)}
                {repair_words(&diagnostic.code, language)}
            </button>
        }
    });
    view! {
        <li class="problem">
            <button type="button" class="problem-place" on:click=move |_| desk.go_to(&diagnostic)>
                {icon(Icon::CIRCLE_ALERT)}
                <span>{place}</span>
            </button>
            {words.map(|words| view! { <p>{words}</p> })}
            <p class="kubernetes-says" lang="en">{message}</p>
            {repair}
        </li>
    }
}

/// What the button does.
fn repair_words(code: &str, language: Language) -> &'static str {
    match code {
        "lost-indentation" | "yaml-syntax" => {
            language.pick("들여쓰기 되살리기", "Restore the indentation")
        }
        "tabs" => language.pick("탭을 빈칸으로 바꾸기", "Turn tabs into spaces"),
        "selector-mismatch" => language.pick("레이블을 셀렉터에 맞추기", "Make the labels match"),
        _ => language.pick("고치기", "Mend it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &str, arguments: &[(&str, &str)], korean: &str, english: &str) {
        let arguments = arguments.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let diagnostic = Diagnostic {
            file: "pod.yaml".to_owned(),
            line: 1,
            column: 1,
            message: String::new(),
            code: code.to_owned(),
            arguments: arguments.collect(),
            repair: None,
        };
        assert_eq!(sentence(&diagnostic, Language::Korean).as_deref(), Some(korean));
        assert_eq!(sentence(&diagnostic, Language::English).as_deref(), Some(english));
    }

    #[test]
    fn a_mistake_is_named_in_both_languages() {
        check(
            "unknown-field",
            &[("field", "imagee"), ("nearest", "image")],
            "imagee(이)라는 필드는 여기에 없다. 혹시 image?",
            "There is no field imagee here. Did you mean image?",
        );
        check(
            "wrong-type",
            &[("field", "replicas"), ("expected", "integer"), ("found", "string")],
            "replicas에는 정수 값을 써야 하는데 문자열 값이 있다.",
            "replicas wants a whole number, but this is text.",
        );
        check(
            "missing-field",
            &[("field", "spec.containers")],
            "spec.containers 필드가 빠졌다.",
            "spec.containers is missing, and it is needed.",
        );
    }

    #[test]
    fn every_code_has_a_sentence_but_other() {
        let codes = "yaml-syntax lost-indentation tabs unknown-field wrong-type unknown-kind \
            missing-field invalid-name invalid-value too-large too-deep alias-bomb \
            duplicate-field not-found-namespace already-exists immutable selector-mismatch";
        let said = |code: &str| {
            let diagnostic = Diagnostic {
                file: String::new(),
                line: 1,
                column: 1,
                message: String::new(),
                code: code.to_owned(),
                arguments: Default::default(),
                repair: None,
            };
            Language::ALL.map(|language| sentence(&diagnostic, language))
        };
        for code in codes.split_whitespace() {
            assert!(said(code).iter().all(Option::is_some), "{code}");
        }
        assert_eq!(said("other"), [None, None]);
    }
}
