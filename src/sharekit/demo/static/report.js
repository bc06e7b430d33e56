// Keeps the numbers fresh while somebody looks at them. Without this script the "Refresh" link does it.
"use strict";
(() => {
  const place = document.querySelector("[data-live]");
  const link = document.querySelector("[data-refresh]");
  if (!place || !link || !window.fetch || !window.DOMParser) return;
  const PAUSE = 2000;
  let running = true;
  let shown = place.innerHTML;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "tabs__again";
  const name = () => {
    button.textContent = running ? "Live" : "Paused";
    button.setAttribute("aria-pressed", String(running));
    button.title = running ? "Numbers are fetched every two seconds. Press to pause." : "Press to go on.";
  };
  button.addEventListener("click", () => {
    running = !running;
    name();
  });
  name();
  link.replaceWith(button);

  const fresh = async () => {
    if (running && document.visibilityState === "visible" && !place.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const next = page.querySelector("[data-live]");
          // Replaced only when a number changed: a table that is being scrolled stays where it is.
          if (next && next.innerHTML !== shown) {
            shown = next.innerHTML;
            place.replaceChildren(...document.importNode(next, true).childNodes);
          }
        }
      } catch {
        // The server is away; the numbers on the page stay what they are.
      }
    }
    setTimeout(fresh, PAUSE);
  };
  setTimeout(fresh, PAUSE);
})();
