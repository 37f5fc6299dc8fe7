//! Starts hydration of the page in the browser.
