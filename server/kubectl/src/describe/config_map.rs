//! ConfigMaps, Secrets and ServiceAccounts.

use serde_json::Value;

use super::writer::Writer;
use crate::fields::{array, field, string_map, text};

pub(super) fn config_map(writer: &mut Writer, object: &Value) {
    writer.head(object);
    writer.line(0, "\nData\n====");
    for (key, value) in string_map(field(object, "data")) {
        writer.line(0, &format!("{key}:\n----\n{value}\n"));
    }
    writer.line(0, "\nBinaryData\n====");
    for (key, value) in string_map(field(object, "binaryData")) {
        writer.line(0, &format!("{key}: {} bytes", decoded_length(value)));
    }
    writer.line(0, "");
}

pub(super) fn secret(writer: &mut Writer, object: &Value) {
    writer.head(object);
    writer.line(0, &format!("\nType:\t{}", text(object, "type")));
    writer.line(0, "\nData\n====");
    for (key, value) in string_map(field(object, "data")) {
        writer.pair(0, key, format!("{} bytes", decoded_length(value)));
    }
}

pub(super) fn service_account(writer: &mut Writer, object: &Value) {
    writer.head(object);
    for (title, name) in [
        ("Image pull secrets", "imagePullSecrets"),
        ("Mountable secrets", "secrets"),
        ("Tokens", "tokens"),
    ] {
        let names: Vec<String> =
            array(object, name).iter().map(|secret| text(secret, "name").to_owned()).collect();
        writer.lines(title, &names);
    }
}

/// How many bytes base64 text stands for.
fn decoded_length(base64: &str) -> usize {
    let letters = base64.trim_end_matches('=').len();
    letters * 3 / 4
}
