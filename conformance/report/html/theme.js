// Light and dark: what the system wants, until somebody chooses.
"use strict";

kitfox.theme = (() => {
  const button = document.getElementById("theme-toggle");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const KEY = "kitfox-theme";
  // A page from a file may be denied a memory.
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      /* it is chosen for this view alone */
    }
  };

  const current = () => document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
  const label = () => {
    button.textContent = current() === "dark" ? "Light" : "Dark";
  };
  const choose = (theme) => {
    document.documentElement.dataset.theme = theme;
    label();
  };
  const toggle = () => {
    choose(current() === "dark" ? "light" : "dark");
    remember(current());
  };

  const before = remembered();
  if (before === "light" || before === "dark") choose(before);
  label();
  system.addEventListener("change", label);
  button.addEventListener("click", toggle);
  return {toggle, current};
})();
