//! The catalogue of images: what a registry has, and what each image does when it runs.

use imbl::OrdMap;

/// All images that can be pulled, by full name.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    images: OrdMap<String, Image>,
}

/// One image.
#[derive(Clone, Debug)]
pub struct Image {
    /// Compressed size in bytes: how long its pull takes.
    pub size_bytes: i64,
}

impl Catalogue {
    /// The catalogue with what a scenario adds.
    pub fn with(_scenario: &crate::scenario::Scenario) -> Catalogue {
        Catalogue::default()
    }

    pub fn get(&self, image: &str) -> Option<&Image> {
        self.images.get(image)
    }
}
