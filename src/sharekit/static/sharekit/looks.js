/*
 * looks.js: what the browser adds to product tags. Cards, lists, links and forms work without it.
 *
 * It counts (tag_open, product_click, add_to_cart), puts products into the cart without leaving the page, shows a
 * video's tags when their time has come, and opens quick views where the browser does not do that by itself.
 * sharekit.js imports it on pages that have tags, and sends what it counts. docs/script.md describes every event.
 */
const emit = window[Symbol.for("sharekit")];
const LOOK = "[data-sk-tags]";

const listen = (name, work, capture = true) => addEventListener(name, (event) => {
  try {
    work(event, event.target);
  } catch {} // a fault of ours is ours alone: the page goes on
}, capture);

const about = ({ skPicture: picture, skVariant: variant, skDisclosure: disclosure }) => ({ picture, variant, disclosure });

// Says what has happened at a place in a look: to which product, by which tag.
const tell = (place, name) => {
  // What is done with all pictures of a look counts for the first.
  const look = place.closest(LOOK) || place.closest(".sk-look-set").querySelector(LOOK);
  const tag = place.closest("[data-sk-tag]");
  const { skProduct, skPosition = 1 } = place.closest("[data-sk-product]")?.dataset || {};
  const { skWidget: widget, skPlacement: placement } = look.dataset;
  const props = about(look.dataset);
  if (tag) {
    const { skTag, skDisclosure = props.disclosure } = tag.dataset;
    Object.assign(props, { tag: +skTag, position: +skPosition, disclosure: skDisclosure });
  }
  emit(look, name, { widget, placement, product_id: skProduct, props });
};

listen("sharekit:event", ({ detail }, { dataset }) => {
  if (detail.name === "impression" && dataset.skTags) detail.props = { ...about(dataset), tags: +dataset.skTags };
});

listen("toggle", ({ newState }, card) => {
  if (newState !== "open" || !card.matches(".sk-card")) return;
  card.closest(LOOK).querySelector("video")?.pause(); // or the tag would go while its card is read
  tell(card, "tag_open");
});

const onClick = (event, target) => {
  const link = target.closest(`${LOOK} a[href]`);
  const view = target.closest("[commandfor]");
  if (link && "skSeek" in link.dataset) {
    const video = link.closest(LOOK).querySelector("video");
    video.currentTime = link.dataset.skSeek;
    video.play().catch(() => {});
    video.focus(); // which brings it into sight
    event.preventDefault();
  } else if (link && link.closest("[data-sk-tag]") && !("skGo" in link.dataset)) {
    if (event.detail < 2) tell(link, "product_click"); // a link that leads through the server is counted there
  } else if (view && !("command" in view)) {
    document.getElementById(view.getAttribute("commandfor")).showModal();
  }
};
listen("click", onClick);
listen("auxclick", (event, target) => event.button === 1 && onClick(event, target));

// Posts the form as the browser would. After a failure the next try is the browser's own, with the shop's own answer.
const state = new WeakMap();

listen("submit", (event, form) => {
  const address = new URL(form.getAttribute("action"), document.baseURI);
  if (!("skCart" in form.dataset) || event.defaultPrevented || address.origin !== location.origin) return;
  if (state.get(form) === "failed") return;
  const body = new URLSearchParams(new FormData(form, event.submitter));
  event.preventDefault();
  if (state.get(form)) return;
  const status = form.querySelector("[role=status]");
  const say = (next, text) => {
    state.set(form, next);
    status.textContent = text;
  };
  say("busy", "");
  const headers = { "X-Requested-With": "sharekit" }; // so that the shop does not count it again
  fetch(address, { method: "POST", body, headers }).then(({ ok }) => ok, () => false).then((done) => {
    say(done ? "" : "failed", done ? form.dataset.skAdded : form.dataset.skFailed);
    if (done) tell(form, "add_to_cart");
  }).catch(() => {});
}, false);

// Which of a video's tags are to be seen, the cues of its metadata tracks say ({"tag": 2}); where none does, the tags'
// own times.
const tagOf = ({ text }) => {
  try {
    return JSON.parse(text).tag;
  } catch {} // a cue for somebody else
};

const follow = (event, target) => {
  const video = target.closest("video");
  const time = video.currentTime;
  const told = [];
  for (const track of video.textTracks) {
    if (track.kind !== "metadata") continue;
    track.mode = "hidden"; // which loads it
    told.push(...[...track.cues || []].filter(tagOf));
  }
  const within = (start, end) => time >= start && time < end;
  for (const pin of video.closest(LOOK).querySelectorAll("[data-start]")) {
    const { start, end = Infinity, skTag } = pin.dataset;
    const seen = told[0] // not activeCues: Firefox leaves old ones there after a jump
      ? told.some((cue) => tagOf(cue) == skTag && within(cue.startTime, cue.endTime))
      : within(start, end);
    pin.hidden = !seen && !pin.contains(document.activeElement);
  }
};
listen("timeupdate", follow);
listen("cuechange", follow);
