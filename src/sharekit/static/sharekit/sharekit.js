/*
 * sharekit.js: what the browser adds to widgets that already work without it.
 *
 * It counts (impression, click, share, visit), copies links, opens the system's share sheet, and gives every share
 * an id of its own. It sets no cookie, asks no other host, delays no click, and never throws into the page it is a
 * guest of. docs/script.md describes every event and attribute.
 */
(function () {
  const root = document.documentElement;
  const flag = Symbol.for("sharekit");
  if (window[flag]) return; // the tag stands twice on the page: counting twice would be wrong

  const script = document.currentScript;
  const SOON = 60; // ms after which something done is sent,
  const LATER = 2000; // and something only seen

  /* Helpers */

  // A fault of ours is ours alone: the page goes on.
  const guard = (work) => (...given) => {
    try {
      return work(...given);
    } catch {}
  };
  const all = (selector) => document.querySelectorAll(selector);
  const listen = (name, work) => addEventListener(name, guard(work), true);
  const denied = () => root.dataset.skConsent === "denied";

  // 6 bits a letter: 12 of them are a share id, and no percent-encoding changes any.
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const letters = (size) => {
    let text = "";
    for (const byte of crypto.getRandomValues(new Uint8Array(size))) text += LETTERS[byte & 63];
    return text;
  };

  /* The share somebody came by: remembered for as long as the tab lives */

  let arrivals = ""; // share ids, the latest last; also the memory where storage is forbidden
  guard(() => (arrivals = sessionStorage.getItem("sharekit") || ""))();
  const parent = () => (denied() ? "" : arrivals.slice(-12));

  const arrive = () => {
    const query = new URLSearchParams(location.search);
    const id = query.get("sk");
    if (denied() || !/^[\w-]{12}$/.test(id)) return;
    const known = arrivals.split(" ").slice(-20);
    arrivals = known.filter((other) => other !== id).concat(id).join(" ").trim();
    guard(() => sessionStorage.setItem("sharekit", arrivals))();
    scan();
    if (known.includes(id)) return;
    const products = new Set([...all("[data-sk-product]")].map((box) => box.dataset.skProduct));
    emit(document, "visit", {
      share_id: id,
      network: query.get("utm_source"),
      product_id: products.size === 1 ? [...products][0] : "",
      referrer: document.referrer,
    });
  };

  /* Events, and how they leave */

  let queue = [];
  let timer;
  let due = Infinity;

  const post = (target, events) => {
    const body = JSON.stringify(events);
    const half = events.length >> 1;
    // The collector takes 100 events and 64 KiB in one post; a UTF-16 unit is 3 bytes at most.
    if (half && (events.length > 100 || body.length > 20000)) {
      post(target, events.slice(0, half));
      post(target, events.slice(half));
    } else if (!navigator.sendBeacon?.(target, body)) {
      fetch(target, { method: "POST", body, keepalive: true }).catch(() => {});
    }
  };

  const flush = guard(() => {
    const events = queue;
    clearTimeout(timer);
    queue = [];
    due = Infinity;
    const place = script?.dataset.skMount ? script : document.querySelector("[data-sk-mount]");
    if (events[0] && place && !denied()) post(place.dataset.skMount + "/events", events);
  });

  // Queues an event, unless the page takes it back: a listener of "sharekit:event" may call preventDefault().
  const emit = guard((place, name, fields, wait = SOON) => {
    if (denied()) return;
    const event = { id: Date.now() + letters(12), name, url: location.href.split("#")[0].slice(0, 2048) };
    for (const key in fields) if (fields[key]) event[key] = fields[key];
    if (!place.dispatchEvent(new CustomEvent("sharekit:event", { bubbles: true, cancelable: true, detail: event }))) return;
    queue.push(event);
    const at = Date.now() + wait;
    if (at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  });

  window[flag] = emit; // for looks.js and reviews.js, which are loaded when they are needed

  const about = (box) => ({
    widget: box.dataset.skWidget,
    product_id: box.dataset.skProduct,
    placement: box.dataset.skPlacement,
  });

  /* Impressions: half of a widget (or half a screen of it) in sight for a second, once per page */

  const seen = new Set();
  const timers = new WeakMap();

  const impress = guard((box) => {
    if (document.visibilityState !== "visible") {
      watcher.unobserve(box); // looked at again as soon as the tab is
      watcher.observe(box);
      return;
    }
    watcher.unobserve(box);
    const key = location.pathname + JSON.stringify(box.dataset);
    if (seen.has(key)) return;
    seen.add(key);
    const networks = [...box.querySelectorAll("[data-sk-network]")].map((control) => control.dataset.skNetwork);
    const shown = networks.filter((network) => network !== "native" || navigator.share);
    emit(box, "impression", { ...about(box), props: { networks: [...new Set(shown)] } }, LATER);
  });

  const watcher = window.IntersectionObserver && new IntersectionObserver(guard((entries) => {
    for (const { target, intersectionRatio, intersectionRect } of entries) {
      const visible = intersectionRatio >= 0.5 || intersectionRect.height * 2 >= innerHeight;
      if (visible === timers.has(target)) continue;
      if (visible) timers.set(target, setTimeout(() => timers.delete(target) && impress(target), 1000));
      else {
        clearTimeout(timers.get(target));
        timers.delete(target);
      }
    }
  }), { threshold: [0.1, 0.2, 0.3, 0.4, 0.5] });

  /* Controls */

  // Direct links carry an id that every visitor of a cached page gets; this share gets one of its own.
  const renew = (control) => {
    const old = control.dataset.skShare;
    const fresh = letters(12);
    for (const name of ["href", "data-sk-url", "data-sk-share"]) {
      const value = control.getAttribute(name);
      if (value) control.setAttribute(name, value.split(old).join(fresh));
    }
  };

  const copyOldWay = (text, control) => {
    const field = document.createElement("textarea");
    const before = document.activeElement;
    field.value = text;
    field.className = "sk-hidden";
    control.after(field); // inside a modal dialog, nothing outside it can be selected
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    before.focus();
    if (!done) throw done;
  };

  const copy = async (text, control) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyOldWay(text, control); // plain http, or the permission is refused
    }
  };

  const say = (box, control) => {
    const status = box.querySelector("[role=status]");
    const use = control.querySelector("use");
    const icon = use?.getAttribute("href");
    if (control.classList.contains("sk-is-done")) return;
    control.classList.add("sk-is-done");
    if (icon) use.setAttribute("href", icon.replace(/#.*/, "#check"));
    if (status) status.textContent = control.dataset.skDone;
    setTimeout(guard(() => {
      control.classList.remove("sk-is-done");
      if (icon) use.setAttribute("href", icon);
      if (status) status.textContent = "";
    }), 3000);
  };

  const act = (control, box, event) => {
    const data = control.dataset;
    const network = data.skNetwork;
    if ("skGo" in data) {
      // The server counts this one; it only has to know by which share this visitor came.
      const address = new URL(control.href);
      if (parent()) address.searchParams.set("p", parent());
      control.href = address;
      return;
    }
    if (network === "qr" && control.parentNode.open) return; // closing it is no share
    if (network !== "qr") renew(control); // the picture of the code is drawn already
    const fields = { ...about(box), network, share_id: data.skShare, parent_share_id: parent() };
    const shared = () => emit(box, "share", fields);
    emit(box, "click", fields);
    if (network === "copy") {
      copy(data.skUrl, control).then(() => {
        shared();
        say(box, control);
      }).catch(() => prompt(control.textContent.trim(), data.skUrl));
    } else if (network === "native") {
      const text = data.skText || box.dataset.skText;
      navigator.share({ title: box.dataset.skTitle, text, url: data.skUrl }).then(shared).catch(() => {});
    } else {
      // After every listener of the page had its turn: one that cancels the link cancels the share.
      setTimeout(() => {
        if (event.defaultPrevented) return;
        shared();
        if (network === "print") guard(print)();
      });
    }
  };

  const onClick = (event) => {
    const control = event.target.closest("[data-sk-network]");
    const box = control && control.closest("[data-sk-widget]");
    if (!box || event.detail > 1) return; // the second half of a double click
    if (event.type === "click" || (event.button === 1 && control.href)) act(control, box, event);
  };

  // What a disclosure shows covers the page, so it closes when attention moves on, and by the Escape key.
  const onLeave = ({ target }) => {
    for (const open of all(".sk-share details[open]")) if (!open.contains(target)) open.open = false;
  };

  const onKey = ({ key, target }) => {
    const open = key === "Escape" && target.closest(".sk-share details[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  };

  /* Elements of the page, those that come later included */

  const known = new WeakSet();
  const kept = (form) => form.elements[form.dataset.skRemember];

  const scan = guard(() => {
    for (const field of all("input[data-sk-share-id]")) field.value = parent();
    for (const form of all("form[data-sk-remember]")) {
      const field = kept(form);
      if (!known.has(form)) field.value = field.value || localStorage.getItem("sharekit") || "";
      known.add(form);
    }
    for (const box of all("[data-sk-widget]")) {
      if (known.has(box)) continue;
      known.add(box);
      watcher?.observe(box);
      if (box.dataset.skTags) import("./looks.js").catch(() => {});
      if (box.dataset.skReviews) import("./reviews.js").catch(() => {});
    }
  });

  const onSubmit = ({ target }) => "skRemember" in target.dataset && localStorage.setItem("sharekit", kept(target).value);

  const start = guard(() => {
    root.classList.add("sk-js");
    if (navigator.share) root.classList.add("sk-native");
    scan();
    let waiting;
    new MutationObserver(guard((changes) => {
      if (changes.some((change) => change.target === root && change.attributeName)) arrive();
      waiting ||= setTimeout(() => {
        waiting = 0;
        scan();
      }, 50);
    })).observe(root, { childList: true, subtree: true, attributeFilter: ["data-sk-consent"] });
    // Not before: scripts of the page that want to hear of a visit are in place by then.
    if (document.readyState === "complete") arrive();
    listen("DOMContentLoaded", arrive);
    listen("load", arrive);
    listen("click", onClick);
    listen("click", onLeave);
    listen("focusin", onLeave);
    listen("auxclick", onClick);
    listen("keydown", onKey);
    listen("submit", onSubmit);
    listen("pagehide", flush);
    listen("visibilitychange", () => document.visibilityState === "hidden" && flush());
  });

  // A page that is only being prerendered has not been seen by anybody yet.
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
})();
