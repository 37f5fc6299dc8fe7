//! The JSON Schema of `lesson.yaml`, for editors.

use schemars::generate::SchemaSettings;

use crate::lesson::Sheet;

/// The schema as it stands in `lessons/lesson.schema.json`.
pub fn schema() -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let schema = generator.into_root_schema_for::<Sheet>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_the_schema() {
        let file = include_str!("../lesson.schema.json");
        assert!(
            file == schema(),
            "write it anew: cargo run -p lessons -- schema > lessons/lesson.schema.json"
        );
    }
}
