// @ts-check
// Light, dark, projector: kept in this browser, set before the first paint, changed by the two buttons or F8 and F9.
// (Function keys, not letters: a letter alone would be pressed by speech input and by those who type to search.)
{
  const root = document.documentElement;
  /** @param {string} key */
  const stored = (key) => { try { return localStorage.getItem(`valgbord.${key}`); } catch { return null; } };
  /** @param {string} key @param {string} value */
  const store = (key, value) => { try { localStorage.setItem(`valgbord.${key}`, value); } catch { /* this page only, then */ } };
  const dark = () => root.dataset.theme === "dark";
  const projector = () => root.dataset.size === "projector";

  /** @param {"theme" | "size"} key @param {string} value */
  const set = (key, value) => {
    root.dataset[key] = value;
    store(key, value);
    show();
    dispatchEvent(new Event("modechange"));
  };
  const show = () => {
    document.getElementById("theme")?.setAttribute("aria-pressed", String(dark()));
    document.getElementById("size")?.setAttribute("aria-pressed", String(projector()));
  };
  const changeTheme = () => set("theme", dark() ? "light" : "dark");
  const changeSize = () => set("size", projector() ? "normal" : "projector");

  root.dataset.theme = stored("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.size = stored("size") ?? "normal";
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme")?.addEventListener("click", changeTheme);
    document.getElementById("size")?.addEventListener("click", changeSize);
    show();
  });
  addEventListener("keydown", (event) => {
    const act = event.key === "F8" ? changeTheme : event.key === "F9" && document.getElementById("size") ? changeSize : null;
    if (act && !event.repeat) {
      event.preventDefault();
      act();
    }
  });
}
