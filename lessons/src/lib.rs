//! The lessons: their format, goals, checker and content.
