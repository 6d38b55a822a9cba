// Before the first paint: the theme somebody chose, so that nothing flashes.
try {
  const chosen = localStorage.getItem("postroad.theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* Storage may be forbidden; then the system's theme it is. */ }
