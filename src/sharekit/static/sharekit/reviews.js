/*
 * reviews.js: what the browser adds to reviews. Sorting, filters, pages, votes and reports work without it, by links and
 * forms that load a page.
 *
 * It loads the list alone, keeps the focus where it was, says what has changed, and counts (review_expand, review_filter,
 * helpful, review_report, photo_open, write_start). sharekit.js imports it on pages that have reviews, and sends what it
 * counts. docs/script.md describes every event.
 */
const emit = window[Symbol.for("sharekit")];
const BOX = "[data-sk-reviews]";

const listen = (name, work, capture = true) => addEventListener(name, (event) => {
  try {
    work(event, event.target);
  } catch {} // a fault of ours is ours alone: the page goes on
}, capture);

const idOf = (place) => place.closest(".sk-review").querySelector("[name=up]")?.value;

const tell = (place, name, props) => {
  const box = place.closest(BOX);
  emit(box, name, { widget: box.dataset.skWidget, product_id: box.dataset.skProduct, props });
};

// A live region must be there before its text is: it stays while the list around it changes.
const say = (box, text) => {
  let live = box.lastElementChild;
  if (live.role !== "status") {
    live = document.createElement("p");
    live.role = "status";
    live.className = "sk-hidden";
    box.append(live);
  }
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 100);
};

/* The list */

const list = () => document.getElementById("sk-reviews");
let shown = location.search;
let turn = 0;

const load = (address, place, fail = () => location.assign(address), done) => {
  const box = list();
  const mine = ++turn;
  const index = tools(box).indexOf(place);
  const request = new XMLHttpRequest(); // which makes a document of what comes, also under Trusted Types
  request.responseType = "document";
  const [path, own] = box.dataset.skReviews.split("?");
  request.open("GET", `${path}?${address.search.slice(1)}&${own}`);
  request.onloadend = () => {
    if (mine !== turn) return;
    const fresh = request.status === 200 && request.response?.getElementById("sk-reviews");
    const count = fresh && fresh.querySelector("[data-sk-count]");
    if (!count) return fail();
    done?.();
    say(box, count.firstElementChild.textContent);
    while (box.childElementCount > 1) box.firstElementChild.remove();
    box.prepend(...fresh.children);
    box.removeAttribute("aria-busy");
    if (place) (box.querySelector("#sk-report select") || tools(box)[index] || count).focus();
  };
  say(box, "");
  box.setAttribute("aria-busy", "true");
  request.send();
};

const tools = (box) => [...box.querySelectorAll("[data-sk-tools] a")];

const ask = (event, address, place) => {
  const props = {};
  for (const [name, value] of address.searchParams) if (/^sk-(sort|stars|with|lang)$/.test(name)) props[name.slice(3)] = value;
  event.preventDefault();
  if (place.closest("[data-sk-tools]")) tell(place, "review_filter", props);
  load(address, place, undefined, () => {
    shown = address.search;
    history.pushState(null, "", address);
  });
};

listen("popstate", () => {
  if (location.search === shown) return; // another place of the same page
  shown = location.search;
  load(location, undefined, () => location.reload());
});

listen("click", (event, target) => {
  const link = target.closest(`${BOX} a[href]`);
  if (!link) return;
  if ("skPhoto" in link.dataset) tell(link, "photo_open", { review: idOf(link) });
  const plain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (plain && !event.defaultPrevented && link.closest("#sk-reviews") && /^\?/.test(link.getAttribute("href"))) {
    ask(event, new URL(link.href), link);
  }
}, false);

/* Votes and reports */

const post = (form, body) => fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } })
  .then((answer) => (answer.ok ? answer.json() : Promise.reject()));

const vote = (form, button) => {
  const box = list();
  const value = button.getAttribute("aria-pressed") === "true" ? 0 : button.name === "up" ? 1 : -1;
  post(form, new URLSearchParams({ review: button.value, value })).then((counts) => {
    for (const [name, count, mine] of [["up", counts.helpful, 1], ["down", counts.unhelpful, -1]]) {
      const other = button.parentNode.querySelector(`[name=${name}]`);
      const number = other.querySelector("b") || document.createElement("b");
      number.textContent = count || "";
      other.append(" ", number);
      other.setAttribute("aria-pressed", value === mine);
    }
    say(box, form.dataset.skDone);
    if (value > 0) tell(button, "helpful", { review: button.value });
  }).catch(() => say(box, box.dataset.skFailed));
};

const report = (form) => {
  const box = list();
  const data = new FormData(form);
  post(form, new URLSearchParams(data)).then(() => {
    const place = document.getElementById("sk-report");
    tell(place, "review_report", { review: data.get("review"), reason: data.get("reason") });
    place.textContent = form.dataset.skDone;
    say(box, form.dataset.skDone);
  }).catch(() => say(box, box.dataset.skFailed));
};

listen("submit", (event, form) => {
  if (event.defaultPrevented || !form.closest("#sk-reviews")) return;
  const button = event.submitter;
  if ("skVotes" in form.dataset) vote(form, button);
  else if ("skReport" in form.dataset) report(form);
  else if (form.id === "sk-ask") {
    const address = new URL(location.href);
    address.search = new URLSearchParams(new FormData(form, button));
    load(address, button);
  } else return;
  event.preventDefault();
}, false);

/* What is only counted */

listen("toggle", (event, details) => {
  if (details.open && details.matches(`${BOX} .sk-review__more`)) tell(details, "review_expand", { review: idOf(details) });
});

const begun = new WeakSet();

listen("input", (event, target) => {
  const box = target.closest("[data-sk-widget=review_form]");
  if (!box || begun.has(box)) return;
  begun.add(box);
  tell(box, "write_start");
});
