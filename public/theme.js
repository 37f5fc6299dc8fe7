// Takes the theme that the address asks for, or that was chosen in this browser, before anything is
// painted.
try {
  const asked = new URLSearchParams(location.search).get("theme");
  const chosen = asked ?? localStorage.getItem("wheelhouse.theme");
  if (chosen === "dark" || chosen === "light") {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // Storage is switched off: the system's theme it is.
}
