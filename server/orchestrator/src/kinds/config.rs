//! ConfigMaps and Secrets.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use serde_json::Value;

use super::{AGE, Column, FieldErrors, NAME, Particulars, age, names};
use crate::time::Clock;

const BYTES_MAX: usize = 1024 * 1024;
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

pub(super) const CONFIG_MAP_COLUMNS: &[Column] =
    &[NAME, Column::field("Data", "io.k8s.api.core.v1.ConfigMap", "data"), AGE];

impl Particulars for ConfigMap {
    fn validate(&self, errors: &mut FieldErrors) {
        let mut bytes = 0;
        for (key, value) in self.data.iter().flatten() {
            errors.check(format!("data[{key}]"), key, names::config_key);
            if self.binary_data.as_ref().is_some_and(|binary| binary.contains_key(key)) {
                let detail = format!("duplicate of key present in binaryData: {key:?}");
                errors.invalid(format!("data[{key}]"), super::quoted(key), detail);
            }
            bytes += value.len();
        }
        for (key, value) in self.binary_data.iter().flatten() {
            errors.check(format!("binaryData[{key}]"), key, names::config_key);
            bytes += value.0.len();
        }
        if bytes > BYTES_MAX {
            errors.too_long("", BYTES_MAX);
        }
    }

    fn validate_update(&self, old: &ConfigMap, errors: &mut FieldErrors) {
        if old.immutable != Some(true) {
            return;
        }
        if self.immutable != Some(true) {
            errors.forbidden("immutable", IMMUTABLE);
        }
        if self.data != old.data {
            errors.forbidden("data", IMMUTABLE);
        }
        if self.binary_data != old.binary_data {
            errors.forbidden("binaryData", IMMUTABLE);
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let name = self.metadata.name.clone().unwrap_or_default();
        let keys = self.data.iter().flatten().count() + self.binary_data.iter().flatten().count();
        let age = age::since(self.metadata.creation_timestamp.as_ref(), clock);
        vec![name.into(), keys.into(), age.into()]
    }
}

pub(super) const SECRET_COLUMNS: &[Column] = &[
    NAME,
    Column::field("Type", "io.k8s.api.core.v1.Secret", "type"),
    Column::field("Data", "io.k8s.api.core.v1.Secret", "data"),
    AGE,
];

impl Particulars for Secret {
    fn default_fields(&mut self) {
        if self.type_.as_deref().unwrap_or_default().is_empty() {
            self.type_ = Some("Opaque".to_owned());
        }
        // What is written as text is kept as data.
        for (key, text) in self.string_data.take().into_iter().flatten() {
            self.data.get_or_insert_default().insert(key, ByteString(text.into_bytes()));
        }
    }

    fn validate(&self, errors: &mut FieldErrors) {
        let mut bytes = 0;
        for (key, value) in self.data.iter().flatten() {
            errors.check(format!("data[{key}]"), key, names::config_key);
            bytes += value.0.len();
        }
        if bytes > BYTES_MAX {
            errors.too_long("data", BYTES_MAX);
        }
        let type_ = self.type_.as_deref().unwrap_or_default();
        for key in required_keys(type_) {
            if !self.data.as_ref().is_some_and(|data| data.contains_key(*key)) {
                errors.required(format!("data[{key}]"), "");
            }
        }
        if type_ == "kubernetes.io/dockerconfigjson" {
            validate_docker_config(self.data.as_ref(), errors);
        }
    }

    fn validate_update(&self, old: &Secret, errors: &mut FieldErrors) {
        if self.type_ != old.type_ {
            let type_ = super::quoted(self.type_.as_deref().unwrap_or_default());
            errors.invalid("type", type_, "field is immutable");
        }
        if old.immutable != Some(true) {
            return;
        }
        if self.immutable != Some(true) {
            errors.forbidden("immutable", IMMUTABLE);
        }
        if self.data != old.data {
            errors.forbidden("data", IMMUTABLE);
        }
    }

    fn field(&self, name: &str) -> String {
        match name {
            "type" => self.type_.clone().unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn cells(&self, clock: Clock) -> Vec<Value> {
        let name = self.metadata.name.clone().unwrap_or_default();
        let keys: BTreeSet<&String> = self.data.iter().flatten().map(|(key, _)| key).collect();
        let age = age::since(self.metadata.creation_timestamp.as_ref(), clock);
        vec![
            name.into(),
            self.type_.clone().unwrap_or_default().into(),
            keys.len().into(),
            age.into(),
        ]
    }
}

fn required_keys(type_: &str) -> &'static [&'static str] {
    match type_ {
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    }
}

fn validate_docker_config(data: Option<&BTreeMap<String, ByteString>>, errors: &mut FieldErrors) {
    let Some(config) = data.and_then(|data| data.get(".dockerconfigjson")) else { return };
    if let Err(error) = serde_json::from_slice::<serde_json::Map<String, Value>>(&config.0) {
        errors.invalid("data[.dockerconfigjson]", "\"<secret contents redacted>\"", error);
    }
}
