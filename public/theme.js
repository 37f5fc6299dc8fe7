// Takes the theme that was chosen in this browser, before anything is painted.
try {
  const chosen = localStorage.getItem("wheelhouse.theme");
  if (chosen === "dark" || chosen === "light") {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // Storage is switched off: the system's theme it is.
}
