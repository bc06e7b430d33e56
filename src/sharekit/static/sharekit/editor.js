/*
 * editor.js: places product tags on a picture. For admin pages and "sharekit-web tag"; shoppers never load it.
 *
 * The picture lives in `picture`, as Picture.to_dict() writes it; every change goes through change(), which keeps the
 * history and draws everything anew. What the server has to say (Picture.lint()) is asked for after each change.
 * Positions are written through the CSSOM: a policy of default-src 'self' forbids style attributes, not this.
 */
(function () {
  "use strict";

  const STEP = 0.005; // of the picture's side: one step of the class grid in sharekit.css
  const LEAP = 0.05;
  const MERGE = 800; // ms within which changes of the same thing are one step back
  const QUIET = 500; // ms after the last change before the server is asked
  const SHOWN = 20; // products offered at once

  const clamp = (value) => Math.min(1, Math.max(0, value));
  const snap = (value) => Math.round(clamp(value) / STEP) * STEP;
  const round = (value) => Math.round(clamp(value) * 1e4) / 1e4;
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const make = (name, className, ...inside) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...inside);
    return element;
  };

  const button = (className, sign, name, work) => {
    const element = make("button", className, make("span", "", sign));
    element.type = "button";
    if (name) {
      element.firstChild.setAttribute("aria-hidden", "true");
      element.setAttribute("aria-label", name);
    }
    element.addEventListener("click", work);
    return element;
  };

  // As many children as there are things; those that stay keep the focus and a pointer that drags them.
  const sync = (list, count, child) => {
    while (list.children.length > count) list.lastElementChild.remove();
    while (list.children.length < count) list.append(child(list.children.length));
    return [...list.children];
  };

  function edit(form) {
    const part = (name) => form.querySelector(`[data-sk-part="${name}"]`);
    const given = JSON.parse(part("data").textContent);
    const { words, products } = given;
    const digits = new Intl.NumberFormat(form.lang || undefined, { maximumFractionDigits: 2 });
    const percent = (value) => digits.format(value * 100) + " %";
    const say = (text, values = {}) => (part("status").textContent = fill(text, values));

    const image = part("image");
    const stage = part("stage");
    const detail = part("detail");
    const field = Object.fromEntries(
      [...form.querySelectorAll("[data-sk-field]")].map((input) => [input.dataset.skField, input])
    );

    // As Picture.to_dict() writes it, except that a tag's products are always a list.
    let picture = { focal: [0.5, 0.5], ...given.picture };
    picture.tags = (picture.tags || []).map(({ product, ...tag }) => ({ ...tag, products: [product].flat() }));
    let chosen = -1;
    let past = [JSON.stringify(picture)];
    let place = 0; // in `past`
    let saved = past[0];
    let last = { what: "", at: 0 };

    /* Changes and their history */

    const change = (what, work) => {
      work();
      const now = JSON.stringify(picture);
      if (now === past[place]) return;
      const merged = what && what === last.what && Date.now() - last.at < MERGE && place === past.length - 1;
      past = past.slice(0, merged ? place : place + 1).concat(now).slice(-200);
      place = past.length - 1;
      last = { what, at: Date.now() };
      draw();
      ask();
    };

    const travel = (by) => {
      if (!past[place + by]) return;
      place += by;
      last.what = "";
      picture = JSON.parse(past[place]);
      chosen = Math.min(chosen, picture.tags.length - 1);
      draw();
      ask();
      say(by < 0 ? words.undone : words.redone);
    };

    /* Tags */

    const titleOf = (tag) =>
      tag.label || tag.products.map((id) => products[id]?.title || id).join(", ") || words.noProduct;
    const spoken = (tag, number) =>
      fill(words.pin, { n: number + 1, name: titleOf(tag), x: percent(tag.x), y: percent(tag.y) });
    const pinButton = (number) => part("pins").children[number]?.firstElementChild;

    const choose = (number) => {
      chosen = number;
      draw();
    };

    const add = (x, y) => {
      change("", () => picture.tags.push({ products: [], x: round(snap(x)), y: round(snap(y)) }));
      choose(picture.tags.length - 1);
      say(words.added, { n: chosen + 1 });
    };

    // A new tag must not hide under an old one.
    const addSomewhere = () => {
      let x = 0.5;
      let y = 0.5;
      const taken = () => picture.tags.some((tag) => Math.abs(tag.x - x) < LEAP && Math.abs(tag.y - y) < LEAP);
      for (let tries = 0; taken() && tries < 80; tries += 1) {
        x = (x + 2 * LEAP) % 1;
        if (tries % 10 === 9) y = (y + 2 * LEAP) % 1;
      }
      add(x, y);
      pinButton(chosen).focus();
    };

    const move = (number, x, y, what) => {
      const tag = picture.tags[number];
      change(what + number, () => {
        tag.x = round(x);
        tag.y = round(y);
      });
      say(spoken(tag, number));
    };

    const remove = (number) => {
      const name = titleOf(picture.tags[number]);
      chosen = Math.min(number, picture.tags.length - 2);
      change("", () => picture.tags.splice(number, 1));
      say(words.deleted, { n: number + 1, name });
      (pinButton(chosen) || part("add")).focus();
    };

    const reorder = (number, by) => {
      const to = number + by;
      if (to < 0 || to >= picture.tags.length) return;
      chosen = to;
      change("", () => picture.tags.splice(to, 0, ...picture.tags.splice(number, 1)));
      say(words.moved, { name: titleOf(picture.tags[to]), n: to + 1 });
      const buttons = [...part("tags").children[to].querySelectorAll("button")];
      const again = buttons[by < 0 ? 1 : 2];
      (again.disabled ? buttons[0] : again).focus();
    };

    const onArrow = (event, number) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (way && !event.ctrlKey && !event.altKey && !event.metaKey) {
        const step = event.shiftKey ? LEAP : STEP;
        const tag = picture.tags[number];
        move(number, tag.x + way[0] * step, tag.y + way[1] * step, "nudge");
      } else if (event.key === "Delete" || event.key === "Backspace") {
        remove(number);
      } else {
        return;
      }
      event.preventDefault();
    };

    const pointAt = (event) => {
      const box = image.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };

    let moved = false; // by the pointer: a drag is no click
    const onGrab = (event, pin, number) => {
      if (event.button) return;
      const from = [event.clientX, event.clientY];
      moved = false;
      pin.setPointerCapture(event.pointerId);
      const drag = (now) => {
        moved ||= Math.hypot(now.clientX - from[0], now.clientY - from[1]) > 3;
        if (moved) move(number, ...pointAt(now).map(snap), "drag");
      };
      const drop = () => {
        pin.removeEventListener("pointermove", drag);
        last.what = "";
      };
      choose(number);
      pin.addEventListener("pointermove", drag);
      pin.addEventListener("lostpointercapture", drop, { once: true });
    };

    const newPin = (number) => {
      const pin = button("sk-editor__pin", "", "", () => {
        choose(number);
        if (!moved) field.product.focus({ preventScroll: true });
        moved = false;
      });
      pin.setAttribute("aria-describedby", part("help").id);
      pin.addEventListener("keydown", (event) => onArrow(event, number));
      pin.addEventListener("pointerdown", (event) => onGrab(event, pin, number));
      pin.addEventListener("focus", () => chosen !== number && choose(number));
      return make("li", "sk-editor__place", pin);
    };

    const newRow = (number) => {
      const pick = button("sk-editor__pick", "", "", () => choose(number));
      pick.prepend(make("span", "sk-editor__number", String(number + 1)));
      const small = (sign, work) => button("sk-editor__small", sign, " ", work);
      return make(
        "li",
        "sk-editor__row",
        pick,
        small("↑", () => reorder(number, -1)),
        small("↓", () => reorder(number, 1)),
        small("×", () => remove(number))
      );
    };

    /* Drawing */

    const draw = () => {
      const { tags } = picture;
      sync(part("pins"), tags.length, newPin).forEach((item, number) => {
        const tag = tags[number];
        item.style.left = tag.x * 100 + "%";
        item.style.top = tag.y * 100 + "%";
        const pin = item.firstElementChild;
        pin.firstElementChild.textContent = number + 1;
        pin.setAttribute("aria-label", spoken(tag, number));
        pin.setAttribute("aria-current", String(number === chosen));
      });
      sync(part("tags"), tags.length, newRow).forEach((row, number) => {
        const name = titleOf(tags[number]);
        const [pick, up, down, gone] = row.children;
        pick.lastElementChild.textContent = name;
        pick.setAttribute("aria-current", String(number === chosen));
        up.setAttribute("aria-label", fill(words.up, { n: number + 1, name }));
        down.setAttribute("aria-label", fill(words.down, { n: number + 1, name }));
        gone.setAttribute("aria-label", fill(words.remove, { n: number + 1, name }));
        up.disabled = number === 0;
        down.disabled = number === tags.length - 1;
      });
      part("none").hidden = tags.length > 0;
      part("undo").disabled = place === 0;
      part("redo").disabled = place === past.length - 1;
      part("json").value = JSON.stringify(outgoing(), null, 1);
      part("unsaved").hidden = past[place] === saved;
      set(field.alt, picture.alt || "");
      set(field.focalX, show(picture.focal[0]));
      set(field.focalY, show(picture.focal[1]));
      drawDetail();
      drawPreview();
    };

    // A field in which somebody types is left alone: "37." is on its way to 37.5.
    const set = (input, value) => {
      if (input !== document.activeElement || input.dataset.skTyped !== "1") input.value = value;
    };
    const show = (value) => String(Math.round(value * 1e4) / 100);

    const drawDetail = () => {
      const tag = picture.tags[chosen];
      detail.hidden = !tag;
      if (!tag) return;
      part("legend").textContent = fill(words.tag, { n: chosen + 1 });
      set(field.x, show(tag.x));
      set(field.y, show(tag.y));
      set(field.label, tag.label || "");
      set(field.kind, tag.disclosure?.kind || "");
      set(field.by, tag.disclosure?.by || "");
      field.by.disabled = !tag.disclosure;
      part("products").replaceChildren(
        ...tag.products.map((id) => {
          const product = products[id] || { title: id };
          const gone = button("sk-editor__small", "×", fill(words.takeOff, { name: product.title }), () => {
            change("", () => (tag.products = tag.products.filter((other) => other !== id)));
            field.product.focus();
          });
          return make("li", "sk-editor__product", ...face(product), gone);
        })
      );
    };

    const face = (product) => {
      const name = make("span", "sk-editor__name", make("span", "", product.title));
      if (product.note) name.append(make("span", "sk-editor__note", product.note));
      const parts = [name];
      if (product.image) {
        const thumb = make("img", "sk-editor__thumb");
        Object.assign(thumb, { src: product.image, alt: "", width: 40, height: 40, loading: "lazy" });
        parts.unshift(thumb);
      }
      return parts;
    };

    /* Preview: the picture as wide as on a phone, a tablet, a desk; whole and in crops (object-fit: cover) */

    const selected = (name) => form.querySelector(`[data-sk-choice="${name}"]:checked`).value;

    const drawPreview = () => {
      const width = Number(selected("width"));
      const [w, h] = selected("crop").split(":").map(Number);
      const own = picture.width / picture.height || 1.5;
      const ratio = h ? w / h : own;
      const frame = part("frame");
      const room = part("view").clientWidth;
      const scale = room ? Math.min(1, room / width) : 1;
      frame.style.width = width + "px";
      frame.style.height = width / ratio + "px";
      frame.style.transform = `scale(${scale})`;
      part("view").style.height = (width / ratio) * scale + "px";
      const shot = part("shot");
      shot.style.objectPosition = picture.focal.map((value) => value * 100 + "%").join(" ");
      const across = Math.min(1, ratio / own); // the part of the picture that is seen
      const along = Math.min(1, own / ratio);
      const outside = [];
      sync(part("marks"), picture.tags.length, (number) =>
        make("li", "sk-editor__mark", make("span", "", String(number + 1)))
      ).forEach((mark, number) => {
        const tag = picture.tags[number];
        const x = (tag.x - (1 - across) * picture.focal[0]) / across;
        const y = (tag.y - (1 - along) * picture.focal[1]) / along;
        mark.hidden = x < 0 || x > 1 || y < 0 || y > 1;
        if (mark.hidden) outside.push(number + 1);
        mark.style.setProperty("--x", x);
        mark.style.setProperty("--y", y);
      });
      const values = { width, numbers: outside.join(", ") };
      part("caption").textContent = fill(outside.length ? words.outside : words.allInside, values);
    };

    /* The server */

    // What Picture.from_dict reads. Products that the server cannot know go with it in full.
    const outgoing = () => {
      const used = new Set(picture.tags.flatMap((tag) => [...tag.products, tag.cta?.alternative]));
      return {
        ...picture,
        tags: picture.tags.map(({ products: ids, ...tag }) => ({ product: ids.length === 1 ? ids[0] : ids, ...tag })),
        products: [...used].map((id) => products[id]?.data).filter(Boolean),
      };
    };

    const post = async (name) => {
      const body = new URLSearchParams();
      for (const input of form.querySelectorAll("input[type=hidden]")) body.append(input.name, input.value);
      body.set(name, JSON.stringify(outgoing()));
      const headers = { Accept: "application/json" };
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers });
      return answer.json();
    };

    let timer;
    let asked = 0;
    const ask = () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const turn = (asked += 1);
        const answer = await post("check").catch(() => null);
        if (turn === asked) drawProblems(answer);
      }, QUIET);
    };

    const drawProblems = (answer) => {
      const problems = [];
      if (answer?.error) problems.push({ severity: "error", ...answer.error });
      if (answer?.problems) problems.push(...answer.problems);
      const list = part("problems");
      list.replaceChildren(
        ...problems.map(({ severity, where, problem }) => {
          const severe = severity === "error";
          const item = make("li", "sk-editor__problem" + (severe ? " sk-editor__problem--error" : ""));
          item.append(make("strong", "", severe ? words.error : words.warning), " ");
          const number = Number(/tags\[(\d+)\]/.exec(where || "")?.[1] ?? NaN) - 1;
          if (picture.tags[number]) {
            const link = button("sk-editor__link", fill(words.tag, { n: number + 1 }), "", () => {
              choose(number);
              pinButton(number).focus();
            });
            item.append(link, " ");
          }
          item.append(problem);
          return item;
        })
      );
      part("fine").textContent = answer === null ? words.unchecked : problems.length ? "" : words.fine;
    };

    const save = async () => {
      const now = past[place];
      clearTimeout(timer);
      asked += 1;
      say(words.saving);
      let answer;
      try {
        answer = await post("picture");
      } catch {
        return say(words.notSaved, { reason: words.noAnswer });
      }
      drawProblems(answer);
      if (answer.saved) {
        saved = now;
        draw();
        say(answer.where ? words.savedTo : words.saved, { where: answer.where });
      } else {
        say(words.notSaved, { reason: answer.error?.problem || answer.reason || words.noAnswer });
        if (!picture.alt && picture.tags.length) field.alt.focus();
      }
    };

    /* Product search: a combobox with a list (ARIA Authoring Practices, "Editable Combobox With List Autocomplete") */

    const list = part("options");
    let offered = [];
    let active = -1;
    let searches = 0;
    let answered = ""; // what `offered` was found by

    const find = async (text) => {
      if (given.search) {
        const address = given.search + (given.search.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(text);
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        const found = await answer.json();
        for (const product of found) products[product.id] ??= product;
        return found.map((product) => product.id);
      }
      const wanted = fold(text).split(/\s+/).filter(Boolean);
      return given.order.filter((id) => {
        const hay = fold(`${id} ${products[id].title} ${products[id].note || ""}`);
        return wanted.every((word) => hay.includes(word));
      });
    };

    const close = () => {
      searches += 1;
      list.hidden = true;
      list.replaceChildren();
      offered = [];
      active = -1;
      field.product.setAttribute("aria-expanded", "false");
      field.product.removeAttribute("aria-activedescendant");
    };

    const offer = async () => {
      const turn = (searches += 1);
      const text = field.product.value;
      const found = await find(text).catch(() => []);
      if (turn !== searches) return;
      answered = text;
      offered = found.slice(0, SHOWN);
      list.replaceChildren(
        ...offered.map((id, number) => {
          const option = make("li", "sk-editor__option", ...face(products[id]));
          option.id = `${list.id}-${number}`;
          option.setAttribute("role", "option");
          option.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
          option.addEventListener("click", () => take(id));
          return option;
        })
      );
      list.hidden = !offered.length;
      field.product.setAttribute("aria-expanded", String(!list.hidden));
      mark(offered.length && field.product.value ? 0 : -1);
      say(words.found, { n: found.length });
    };

    const mark = (number) => {
      active = number;
      [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === number)));
      const option = list.children[number];
      if (option) {
        field.product.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      } else field.product.removeAttribute("aria-activedescendant");
    };

    const take = (id) => {
      const tag = picture.tags[chosen];
      close();
      field.product.value = "";
      if (!tag || tag.products.includes(id)) return;
      change("", () => tag.products.push(id));
      say(words.taken, { name: products[id].title, n: chosen + 1 });
    };

    const onSearchKey = (event) => {
      const { key } = event;
      if (key === "ArrowDown" || key === "ArrowUp") {
        if (list.hidden) offer();
        else mark((active + (key === "ArrowDown" ? 1 : offered.length - 1 + (active < 0))) % offered.length);
      } else if (key === "Enter" && field.product.value !== answered) {
        offer().then(() => offered[active] && take(offered[active])); // typed faster than the server answers
      } else if (key === "Enter" && offered[active]) take(offered[active]);
      else if (key === "Escape" && !list.hidden) close();
      else return;
      event.preventDefault();
    };

    /* A product that stands in no catalogue */

    const typeIn = () => {
      const value = (name) => field[name].value.trim();
      const data = { id: value("newId"), title: value("newTitle"), url: value("newUrl") };
      for (const name of ["newId", "newTitle", "newUrl"]) field[name].toggleAttribute("aria-invalid", !value(name));
      const missing = ["newId", "newTitle", "newUrl"].find((name) => !value(name));
      if (missing) {
        say(words.incomplete);
        field[missing].focus();
        return;
      }
      if (value("newPrice")) {
        data.price = value("newPrice");
        data.currency = value("newCurrency").toUpperCase();
      }
      products[data.id] = { id: data.id, title: data.title, note: [data.price, data.currency].join(" ").trim(), data };
      if (!given.order.includes(data.id)) given.order.push(data.id);
      for (const name of ["newId", "newTitle", "newUrl", "newPrice"]) field[name].value = "";
      take(data.id);
      field.product.focus();
    };

    /* Wiring */

    const number = (input, work) => {
      input.addEventListener("input", () => {
        const value = parseFloat(input.value.replace(",", "."));
        input.dataset.skTyped = "1";
        const wrong = !(value >= 0 && value <= 100);
        input.toggleAttribute("aria-invalid", wrong);
        if (!wrong) work(value / 100);
      });
      input.addEventListener("change", () => {
        delete input.dataset.skTyped;
        input.removeAttribute("aria-invalid");
        draw();
      });
    };
    const text = (input, what, work) => input.addEventListener("input", () => change(what + chosen, () => work(input.value)));
    const tag = () => picture.tags[chosen];

    number(field.x, (value) => move(chosen, value, tag().y, "x"));
    number(field.y, (value) => move(chosen, tag().x, value, "y"));
    number(field.focalX, (value) => change("fx", () => (picture.focal = [round(value), picture.focal[1]])));
    number(field.focalY, (value) => change("fy", () => (picture.focal = [picture.focal[0], round(value)])));
    text(field.alt, "alt", (value) => (picture.alt = value));
    text(field.label, "label", (value) => (tag().label = value || undefined));
    text(field.by, "by", (value) => (tag().disclosure = { kind: tag().disclosure.kind, by: value }));
    field.kind.addEventListener("change", () =>
      change("", () => (tag().disclosure = field.kind.value ? { kind: field.kind.value, by: field.by.value } : undefined))
    );

    const click = (name, work) => part(name)?.addEventListener("click", work);
    click("add", addSomewhere);
    click("undo", () => travel(-1));
    click("redo", () => travel(1));
    click("remove", () => remove(chosen));
    click("typed", typeIn);
    image.addEventListener("click", (event) => {
      add(...pointAt(event));
      field.product.focus({ preventScroll: true });
    });

    field.product.addEventListener("input", offer);
    field.product.addEventListener("click", () => list.hidden && offer());
    field.product.addEventListener("keydown", onSearchKey);
    field.product.addEventListener("blur", close);
    form.addEventListener("change", (event) => event.target.dataset.skChoice && drawPreview());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save();
    });
    form.addEventListener("keydown", (event) => {
      const { key, target } = event;
      const command = event.ctrlKey || event.metaKey;
      const typing = target.matches("input:not([type=radio]), textarea, select");
      if (command && key.toLowerCase() === "s") save();
      else if (command && !typing && key.toLowerCase() === "z") travel(event.shiftKey ? 1 : -1);
      else if (command && !typing && key.toLowerCase() === "y") travel(1);
      else if (key !== "Enter" || !target.matches("input")) return; // Enter in a field must not save half a thing
      event.preventDefault();
    });
    addEventListener("beforeunload", (event) => past[place] !== saved && event.preventDefault());
    addEventListener("resize", drawPreview);

    // Files that do not tell their size (or tell it before the camera's rotation) are measured here.
    const measure = () => {
      const { naturalWidth: w, naturalHeight: h } = image;
      if (!w || !h || image.srcset) return;
      if (picture.width && Math.abs(picture.width / picture.height / (w / h) - 1) < 0.01) return;
      picture.width = w;
      picture.height = h;
      past = past.map((state) => JSON.stringify({ ...JSON.parse(state), width: w, height: h }));
      saved = JSON.stringify({ ...JSON.parse(saved), width: w, height: h });
      image.width = w;
      image.height = h;
      draw();
      ask();
    };
    if (image.complete) measure();
    else image.addEventListener("load", measure);
    image.addEventListener("error", () => say(words.noPicture));

    form.classList.add("sk-is-ready");
    if (picture.tags.length) chosen = 0;
    past = [JSON.stringify(picture)];
    saved = past[0];
    draw();
    ask();
  }

  const start = () => {
    for (const form of document.querySelectorAll("form[data-sk-editor]:not(.sk-is-ready)")) edit(form);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
