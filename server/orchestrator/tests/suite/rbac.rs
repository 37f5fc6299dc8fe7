//! Who may do what: roles, bindings, `--as`, service accounts, and reviews.

use orchestrator::{ApiRequest, Input};
use serde_json::{Value, json};

use crate::cluster::Cluster;

const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
const PODS: &str = "/api/v1/namespaces/default/pods";

/// A request with more headers.
fn ask(
    cluster: &mut Cluster,
    headers: &[(&str, &str)],
    (method, uri): (&str, &str),
    body: &Value,
) -> (u16, Value) {
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let mut request = ApiRequest::new(method, uri, "application/json", text);
    let headers = headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    request.headers.extend(headers);
    let reply = cluster.world.submit(&Input::Request(request)).into_response();
    (reply.status().as_u16(), serde_json::from_slice(reply.body()).unwrap_or_default())
}

const JANE: &[(&str, &str)] = &[("impersonate-user", "jane")];

/// What jane hears: `200`, or the refusal.
fn jane(cluster: &mut Cluster, method: &str, uri: &str, body: &Value) -> String {
    let (status, answer) = ask(cluster, JANE, (method, uri), body);
    match answer["message"].as_str() {
        Some(message) => format!("{status} {message}"),
        None => status.to_string(),
    }
}

fn role(name: &str, verbs: &[&str], resources: &[&str]) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": name},
        "rules": [{"apiGroups": [""], "resources": resources, "verbs": verbs}],
    })
}

fn binding(name: &str, role: &str, subject: &Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role},
        "subjects": [subject],
    })
}

#[test]
fn a_user_without_roles_may_look_at_what_there_is_and_no_more() {
    let mut cluster = Cluster::new(1);
    let cases = [
        (
            "GET",
            PODS,
            "403 pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" \
             in the namespace \"default\"",
        ),
        (
            "GET",
            "/api/v1/namespaces/default/pods/web/log",
            "403 pods \"web\" is forbidden: User \"jane\" cannot get resource \"pods/log\" in API \
             group \"\" in the namespace \"default\"",
        ),
        (
            "GET",
            "/api/v1/nodes?watch=1",
            "403 nodes is forbidden: User \"jane\" cannot watch resource \"nodes\" in API group \
             \"\" at the cluster scope",
        ),
        (
            "DELETE",
            "/apis/apps/v1/namespaces/default/deployments/web",
            "403 deployments.apps \"web\" is forbidden: User \"jane\" cannot delete resource \
             \"deployments\" in API group \"apps\" in the namespace \"default\"",
        ),
        ("GET", "/api", "200"),
        ("GET", "/version", "200"),
    ];
    for (method, uri, expected) in cases {
        assert_eq!(jane(&mut cluster, method, uri, &Value::Null), expected, "{method} {uri}");
    }
}

#[test]
fn a_role_gives_what_it_lists_and_where_it_is_bound() {
    let mut cluster = Cluster::new(1);
    let subject = json!({"kind": "User", "name": "jane"});
    cluster.ok("POST", BINDINGS, &binding("jane", "reader", &subject));
    assert_eq!(
        jane(&mut cluster, "GET", PODS, &Value::Null),
        "403 pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in \
         the namespace \"default\": RBAC: role.rbac.authorization.k8s.io \"reader\" not found"
    );
    cluster.ok("POST", ROLES, &role("reader", &["get", "list"], &["pods"]));
    assert_eq!(jane(&mut cluster, "GET", PODS, &Value::Null), "200");
    let elsewhere = "/api/v1/namespaces/kube-system/pods";
    assert!(jane(&mut cluster, "GET", elsewhere, &Value::Null).starts_with("403 pods is forb"));
    // What is bound cannot be pointed elsewhere.
    let (status, refused) =
        cluster.request("PUT", &format!("{BINDINGS}/jane"), &binding("jane", "other", &subject));
    assert_eq!(
        (status, refused["message"].as_str().unwrap()),
        (
            422,
            "RoleBinding.rbac.authorization.k8s.io \"jane\" is invalid: roleRef: Invalid value: \
             rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", Kind:\"Role\", Name:\"other\"}: \
             cannot change roleRef"
        )
    );
}

#[test]
fn kubernetes_own_roles_are_aggregated() {
    let mut cluster = Cluster::new(1);
    let bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
    let mut edit = binding("jane", "edit", &json!({"kind": "User", "name": "jane"}));
    edit["roleRef"]["kind"] = json!("ClusterRole");
    cluster.ok("POST", bindings, &edit);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "app", "image": "my-app:1.0"}]},
    });
    assert_eq!(jane(&mut cluster, "POST", PODS, &pod), "201");
    assert_eq!(
        jane(&mut cluster, "GET", "/api/v1/namespaces/default/secrets", &Value::Null),
        "200"
    );
    // Who may edit may not give rights away.
    let refused = jane(&mut cluster, "POST", ROLES, &role("any", &["*"], &["*"]));
    assert!(refused.starts_with("403 roles.rbac.authorization.k8s.io is forbidden"), "{refused}");
}

#[test]
fn nobody_gives_what_he_does_not_have() {
    let mut cluster = Cluster::new(1);
    let mut own = role("keeper", &["get"], &["pods"]);
    own["rules"].as_array_mut().unwrap().push(json!({
        "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"],
        "verbs": ["create", "update"],
    }));
    cluster.ok("POST", ROLES, &own);
    let subject = json!({"kind": "User", "name": "jane"});
    cluster.ok("POST", BINDINGS, &binding("jane", "keeper", &subject));
    assert_eq!(jane(&mut cluster, "POST", ROLES, &role("same", &["get"], &["pods"])), "201");
    assert_eq!(
        jane(&mut cluster, "POST", ROLES, &role("more", &["get", "list", "watch"], &["pods"])),
        "403 roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"jane\" \
         (groups=[\"system:authenticated\"]) is attempting to grant RBAC permissions not currently \
         held:\n{APIGroups:[\"\"], Resources:[\"pods\"], Verbs:[\"list\" \"watch\"]}"
    );
    assert!(cluster.get::<k8s_openapi::api::rbac::v1::Role>("default", "more").is_none());
}

#[test]
fn reviews_tell_what_would_be_answered() {
    let mut cluster = Cluster::new(1);
    let who = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let (status, me) = ask(&mut cluster, &[], ("POST", who), &json!({}));
    assert_eq!((status, &me["status"]["userInfo"]["username"]), (201, &json!("kubernetes-admin")));
    let as_account = [("impersonate-user", "system:serviceaccount:default:robot")];
    let (_, robot) = ask(&mut cluster, &as_account, ("POST", who), &json!({}));
    let groups =
        ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"];
    assert_eq!(robot["status"]["userInfo"]["groups"], json!(groups));
    let can = |verb: &str| {
        let of = json!({"namespace": "default", "verb": verb, "resource": "pods"});
        json!({"spec": {"resourceAttributes": of}})
    };
    cluster.ok("POST", ROLES, &role("reader", &["get", "list"], &["pods"]));
    let subject = json!({"kind": "User", "name": "jane"});
    cluster.ok("POST", BINDINGS, &binding("jane", "reader", &subject));
    let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let (_, yes) = ask(&mut cluster, JANE, ("POST", reviews), &can("list"));
    assert_eq!(
        yes["status"],
        json!({"allowed": true, "reason": "RBAC: allowed by RoleBinding \"jane/default\" of Role \
            \"reader\" to User \"jane\""})
    );
    let (_, no) = ask(&mut cluster, JANE, ("POST", reviews), &can("delete"));
    assert_eq!(no["status"], json!({"allowed": false}));
    let rules = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
    let (_, all) =
        ask(&mut cluster, JANE, ("POST", rules), &json!({"spec": {"namespace": "default"}}));
    let mine = json!({"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]});
    assert!(all["status"]["resourceRules"].as_array().unwrap().contains(&mine), "{all}");
}

#[test]
fn a_service_account_speaks_by_its_token() {
    let mut cluster = Cluster::new(1);
    let accounts = "/api/v1/namespaces/default/serviceaccounts";
    let robot =
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}});
    cluster.ok("POST", accounts, &robot);
    let made = cluster.ok("POST", &format!("{accounts}/robot/token"), &json!({"spec": {}}));
    let bearer = format!("Bearer {}", made["status"]["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let (status, refused) = ask(&mut cluster, &headers, ("GET", PODS), &Value::Null);
    let message = "pods is forbidden: User \"system:serviceaccount:default:robot\" cannot list \
                   resource \"pods\" in API group \"\" in the namespace \"default\"";
    assert_eq!((status, refused["message"].as_str().unwrap()), (403, message));
    cluster.ok("POST", ROLES, &role("reader", &["list"], &["pods"]));
    let subject = json!({"kind": "ServiceAccount", "name": "robot", "namespace": "default"});
    cluster.ok("POST", BINDINGS, &binding("robot", "reader", &subject));
    assert_eq!(ask(&mut cluster, &headers, ("GET", PODS), &Value::Null).0, 200);
    let forged = [("authorization", "Bearer a.b.c")];
    assert_eq!(ask(&mut cluster, &forged, ("GET", PODS), &Value::Null).0, 401);
    // It speaks no more once the hour is over.
    cluster.run_s(3601);
    assert_eq!(ask(&mut cluster, &headers, ("GET", PODS), &Value::Null).0, 401);
}
