use expect_test::{Expect, expect};

use super::*;

fn check_name(image: &str, expected: &Expect) {
    let shown = match Reference::parse(image) {
        Ok(reference) => reference.to_string(),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn names_are_completed() {
    check_name("nginx", &expect!["docker.io/library/nginx:latest"]);
    check_name("nginx:1.27", &expect!["docker.io/library/nginx:1.27"]);
    check_name("hashicorp/http-echo", &expect!["docker.io/hashicorp/http-echo:latest"]);
    check_name("registry.k8s.io/pause:3.10", &expect!["registry.k8s.io/pause:3.10"]);
    check_name("localhost:5000/my-app", &expect!["localhost:5000/my-app:latest"]);
    check_name("nginx@sha256:ab", &expect!["docker.io/library/nginx@sha256:ab"]);
    check_name(
        "Nginx",
        &expect![[
            r#"Failed to apply default image tag "Nginx": couldn't parse image name "Nginx": invalid reference format: repository name (library/Nginx) must be lowercase"#
        ]],
    );
    check_name(
        "nginx:",
        &expect![[
            r#"Failed to apply default image tag "nginx:": couldn't parse image name "nginx:": invalid reference format"#
        ]],
    );
    check_name(
        "my app",
        &expect![[
            r#"Failed to apply default image tag "my app": couldn't parse image name "my app": invalid reference format"#
        ]],
    );
}

fn check_pull(image: &str, expected: &Expect) {
    let catalogue = Catalogue::with(&Scenario::playground(1));
    let shown = match catalogue.resolve(image) {
        Ok(image) => format!("{} bytes", image.size_bytes),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn registries_answer_as_they_do() {
    check_pull("my-app:1.0", &expect!["25165824 bytes"]);
    check_pull(
        "my-app",
        &expect![[
            r#"rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/my-app:latest": failed to resolve reference "docker.io/library/my-app:latest": docker.io/library/my-app:latest: not found"#
        ]],
    );
    check_pull(
        "ngnix",
        &expect![[
            r#"failed to pull and unpack image "docker.io/library/ngnix:latest": failed to resolve reference "docker.io/library/ngnix:latest": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"#
        ]],
    );
    check_pull(
        "registry.example.com/app:1",
        &expect![[
            r#"failed to pull and unpack image "registry.example.com/app:1": failed to resolve reference "registry.example.com/app:1": failed to do request: Head "https://registry.example.com/v2/app/manifests/1": dial tcp: lookup registry.example.com: no such host"#
        ]],
    );
    check_pull(
        "registry.k8s.io/pause:0",
        &expect![[
            r#"rpc error: code = NotFound desc = failed to pull and unpack image "registry.k8s.io/pause:0": failed to resolve reference "registry.k8s.io/pause:0": registry.k8s.io/pause:0: not found"#
        ]],
    );
}

#[test]
fn each_public_image_is_found_under_its_own_name() {
    let catalogue = Catalogue::default();
    assert!(catalogue.images.len() > 100, "{}", catalogue.images.len());
    for (name, image) in &catalogue.images {
        assert_eq!(catalogue.get(name).map(|found| &found.name), Some(&image.name));
        assert!(image.size_bytes > 0);
    }
}
