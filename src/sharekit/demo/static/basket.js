// Keeps the number beside "Basket" right when a card puts something into it without leaving the page.
"use strict";
(() => {
  const basket = document.querySelector("[data-basket]");
  document.addEventListener("sharekit:event", async (event) => {
    if (event.detail.name !== "add_to_cart" || !basket) return;
    const answer = await fetch(`${basket.pathname}/count`).catch(() => null);
    if (!answer || !answer.ok) return;
    const count = await answer.text();
    let shown = basket.querySelector(".count");
    if (!shown) {
      shown = document.createElement("span");
      shown.className = "count";
      basket.append(" ", shown);
    }
    const words = document.createElement("span");
    words.className = "hidden";
    words.textContent = count === "1" ? " thing" : " things";
    shown.replaceChildren(count, words);
  });
})();
