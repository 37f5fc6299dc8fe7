//! Tokens of service accounts: made on request, and recognised again.
//! <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/>

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::ServiceAccount;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::identity::Identity;
use super::status::Status;
use crate::object::{Key, Object};
use crate::store::Objects;
use crate::time::{Clock, Time};

const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
/// The model has no secrets of its own: what a cluster would sign with its key is hashed with this.
const KEY: &str = "the model's own key";
const SECONDS: i64 = 3600;
const SECONDS_MIN: i64 = 600;
const SECONDS_MAX: i64 = 1 << 32;

/// Answers a `TokenRequest`.
///
/// # Errors
/// 422 for too short a life.
pub(super) fn issue(account: &Object, asked: &Value, clock: Clock) -> Result<Value, Status> {
    let seconds = asked["spec"]["expirationSeconds"].as_i64().unwrap_or(SECONDS);
    check_life(account, seconds)?;
    let audiences = match asked["spec"]["audiences"].as_array() {
        Some(list) if !list.is_empty() => list.clone(),
        _ => vec![Value::from(ISSUER)],
    };
    let now_s = clock.epoch_s + clock.now.0.div_euclid(1000);
    let claims = json!({
        "aud": audiences,
        "exp": now_s + seconds,
        "iat": now_s,
        "iss": ISSUER,
        "kubernetes.io": {
            "namespace": account.namespace(),
            "serviceaccount": {"name": account.name(), "uid": account.uid()},
        },
        "nbf": now_s,
        "sub": format!("system:serviceaccount:{}:{}", account.namespace(), account.name()),
    });
    let expires = clock.time_at(Time(clock.now.0.saturating_add(seconds.saturating_mul(1000))));
    let mut spec = json!({
        "audiences": audiences, "expirationSeconds": seconds, "boundObjectRef": Value::Null,
    });
    if !asked["spec"]["boundObjectRef"].is_null() {
        spec["boundObjectRef"] = asked["spec"]["boundObjectRef"].clone();
    }
    Ok(json!({
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {
            "name": account.name(),
            "namespace": account.namespace(),
            "creationTimestamp": clock.time(),
        },
        "spec": spec,
        "status": {"token": sign(&claims), "expirationTimestamp": expires},
    }))
}

fn check_life(account: &Object, seconds: i64) -> Result<(), Status> {
    let detail = match seconds {
        ..SECONDS_MIN => "may not specify a duration less than 10 minutes",
        SECONDS_MIN..=SECONDS_MAX => return Ok(()),
        _ => "may not specify a duration larger than 2^32 seconds",
    };
    let name = account.name();
    let cause = format!("Invalid value: {seconds}: {detail}");
    let message = format!(
        "TokenRequest.authentication.k8s.io \"{name}\" is invalid: spec.expirationSeconds: {cause}"
    );
    let status = Status { code: 422, reason: "Invalid", message, details: None };
    Err(status.because("FieldValueInvalid", cause, "spec.expirationSeconds"))
}

/// In base64url without padding, as RFC 7515 has it.
fn encode(bytes: impl AsRef<[u8]>) -> String {
    let json = serde_json::to_value(ByteString(bytes.as_ref().to_vec())).unwrap_or_default();
    let text = json.as_str().unwrap_or_default();
    text.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    let text = format!("{}{padding}", text.replace('-', "+").replace('_', "/"));
    serde_json::from_value::<ByteString>(text.into()).ok().map(|bytes| bytes.0)
}

fn sign(claims: &Value) -> String {
    let header = json!({"alg": "RS256", "kid": "wheelhouse"});
    let body = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = signature(&body);
    format!("{body}.{signature}")
}

fn signature(body: &str) -> String {
    encode(Sha256::digest(format!("{KEY}.{body}")))
}

/// Whose token it is, if it is one of ours, has not run out, and its account is still there.
pub(super) fn authenticate(token: &str, objects: &Objects, clock: Clock) -> Option<Identity> {
    let (body, signed) = token.rsplit_once('.')?;
    if signature(body) != signed {
        return None;
    }
    let (_, claims) = body.split_once('.')?;
    let claims: Value = serde_json::from_slice(&decode(claims)?).ok()?;
    let now_s = clock.epoch_s + clock.now.0.div_euclid(1000);
    if claims["exp"].as_i64()? <= now_s {
        return None;
    }
    let of = &claims["kubernetes.io"];
    let (namespace, account) = (of["namespace"].as_str()?, &of["serviceaccount"]);
    let key = Key::new(crate::object::Kind::ServiceAccount, namespace, account["name"].as_str()?);
    let found = objects.get(&key)?.as_typed::<ServiceAccount>()?;
    (found.metadata.uid.as_deref() == account["uid"].as_str()).then(|| Identity {
        uid: found.metadata.uid.clone().unwrap_or_default(),
        ..Identity::account(namespace, key.name())
    })
}
