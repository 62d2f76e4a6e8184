// The desk's own script: keys, the link between answers and boxes, the claim's heartbeat, and what happens when a
// call fails. Everything it does can also be done without it.
"use strict";
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const one = (what, where = document) => where.querySelector(what);
  const seen = (element) => element.getClientRects().length > 0 && !element.disabled;
  const typing = (element) => element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");

  // ------------------------------------------------------------------------------------------------- keys
  // A person may have put other keys in the place of the desk's own, or switched some off (an empty one).
  const own = JSON.parse(document.body.dataset.keys || "{}");
  const shownKey = (key) => key in own ? own[key] : key;
  const meant = (pressed) => Object.keys(own).find((key) => own[key] === pressed) || (pressed in own ? "" : pressed);

  const scopeOf = (element) => element && element.closest(".field, .check, tr");

  function liveKeys() {
    const live = new Map(), here = scopeOf(document.activeElement);
    for (const element of all("[data-key]")) {
      const scope = scopeOf(element);
      if (seen(element) && (!scope || scope === here) && !live.has(element.dataset.key)) live.set(element.dataset.key, element.dataset.does);
    }
    if (one("[data-trouble]")) live.set("n", "next trouble").set("p", "trouble before");
    if (one("a.row")) live.set("j", "next row").set("k", "row before");
    if (one("[data-editor]")) live.set("Ctrl+Enter", "save").set("Esc", "give up the edit");
    return live;
  }

  function press(key) {
    const scope = scopeOf(document.activeElement);
    const found = (scope && all(`[data-key="${CSS.escape(key)}"]`, scope).find(seen)) ||
      all(`[data-key="${CSS.escape(key)}"]`).find((each) => seen(each) && !scopeOf(each));
    if (!found) return false;
    if (found.matches("input, textarea")) found.focus(); else found.click();
    return true;
  }

  function step(list, by) {
    if (!list.length) return false;
    const here = list.findIndex((each) => each === document.activeElement || each.contains(document.activeElement));
    const next = list[(here + by + list.length) % list.length] || list[0];
    return here < 0 ? list[by > 0 ? 0 : list.length - 1] : next;
  }

  function troublePlaces() {
    return all("[data-trouble]").map((link) => document.getElementById(link.dataset.trouble)).filter(Boolean);
  }

  function stepTrouble(by) {
    const place = step(troublePlaces(), by);
    if (place) goTo(place.id);
    return Boolean(place);
  }

  function stepRow(by) {
    const row = step(all("a.row"), by);
    if (row) row.focus();
    return Boolean(row);
  }

  const steps = {
    n: () => stepTrouble(1), p: () => stepTrouble(-1),
    j: () => one("a.row") && stepRow(1), k: () => one("a.row") && stepRow(-1),
  };

  document.addEventListener("keydown", (event) => {
    const editor = event.target.closest && event.target.closest("[data-editor]");
    if (editor && event.key === "Enter" && event.ctrlKey) { event.preventDefault(); editor.requestSubmit(); return; }
    if (editor && event.key === "Escape") { event.preventDefault(); one("[data-cancel]", editor).click(); return; }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target) || one("dialog[open]")) return;
    const key = meant(event.key);
    if (key && ((steps[key] && steps[key]()) || press(key))) event.preventDefault();
  });

  function showKeys() {
    const list = one("#keys dl");
    list.replaceChildren();
    for (const [usual, does] of liveKeys()) {
      const key = shownKey(usual);
      if (!key) continue;
      const term = document.createElement("dt"), words = document.createElement("dd"), sign = document.createElement("kbd");
      sign.textContent = key;
      term.append(sign);
      words.textContent = does;
      list.append(term, words);
    }
    one("#keys").showModal();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#keys-button")) showKeys();
    if (event.target.closest("#keys-close")) one("#keys").close();
    const box = event.target.closest("[data-box], [data-label]");
    if (box && !region) goTo("field-" + (box.dataset.box || box.dataset.label), false);
    const link = event.target.closest("[data-trouble]");
    if (link) { event.preventDefault(); goTo(link.hash.slice(1)); }
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).value).then(() => { copy.textContent = "Copied"; });
    const tool = event.target.closest("[data-zoom-by], [data-turn-by]");
    if (tool) turn(tool);
  });

  function turn(tool) {
    const sheets = one("#sheets");
    const zoom = Number(sheets.dataset.zoom) + Number(tool.dataset.zoomBy || 0);
    sheets.dataset.zoom = Math.min(4, Math.max(1, zoom));
    sheets.dataset.turn = (Number(sheets.dataset.turn) + Number(tool.dataset.turnBy || 0)) % 360;
  }

  // ------------------------------------------------------------------------------- answers and their boxes
  function goTo(id, movePaper = true) {
    const place = document.getElementById(id);
    if (!place) return;
    for (let up = place.parentElement; up; up = up.parentElement) if (up.matches("details")) up.open = true;
    const first = all(".first, .actions button, button, input", place).find(seen);
    place.scrollIntoView({ block: "center" });
    (first || place).focus({ preventScroll: true });
    if (movePaper) light(place);
  }

  function light(place) {
    const key = place.closest && (place.closest("[data-field]") || { dataset: {} }).dataset.field;
    all(".lit").forEach((each) => each.classList.remove("lit"));
    if (!key) return;
    place.closest("[data-field]").classList.add("lit");
    // The label is there for a question left blank as well; the paper moves to the answer where there is one.
    const boxes = [...all(`[data-box="${key}"]`), ...all(`[data-label="${key}"]`)];
    boxes.forEach((each) => each.classList.add("lit"));
    const paper = one(".paper");
    if (!boxes.length || !paper) return;
    const inside = paper.getBoundingClientRect(), box = boxes[0].getBoundingClientRect();
    paper.scrollTop += box.top - inside.top - inside.height / 3;
    paper.scrollLeft += box.left - inside.left - inside.width / 4;
  }
  document.addEventListener("focusin", (event) => { if (event.target.closest("[data-field]")) light(event.target); });

  // Where pages are pictures, finding the labels takes a while: they come after the pages.
  async function addLabels() {
    const sheets = one("#sheets[data-labels]");
    if (!sheets) return;
    const address = sheets.dataset.labels;
    delete sheets.dataset.labels;
    const answer = await fetch(address).catch(() => null);
    for (const { key, page, box } of answer && answer.ok ? await answer.json() : []) {
      const svg = one(`#page-${page} svg`), rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const sides = { x: box[0] - 2, y: box[1] - 2, width: box[2] - box[0] + 4, height: box[3] - box[1] + 4 };
      for (const [name, value] of Object.entries(sides)) rect.setAttribute(name, value);
      rect.classList.add("label");
      rect.dataset.label = key;
      if (svg) one("image", svg).after(rect);
    }
  }
  document.addEventListener("htmx:afterSettle", addLabels);
  document.addEventListener("DOMContentLoaded", addLabels);

  // ------------------------------------------------------------------- reading a region of the page again
  let region = null;
  const pointOn = (svg, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const tellRegion = (words) => { region.button.parentElement.querySelector("[role=status]").textContent = words; };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-region]");
    if (!button) return;
    region = { button };
    one(".paper").classList.add("drawing");
    tellRegion("Draw a box round the words on the page.");
  });
  document.addEventListener("pointerdown", (event) => {
    const svg = region && event.target.closest(".sheet svg");
    if (!svg) return;
    event.preventDefault();
    region.svg = svg;
    region.start = pointOn(svg, event);
    region.rect = svg.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
    region.rect.classList.add("region");
  });
  document.addEventListener("pointermove", (event) => {
    if (!region || !region.rect) return;
    const here = pointOn(region.svg, event), from = region.start;
    const sides = { x: Math.min(here.x, from.x), y: Math.min(here.y, from.y), width: Math.abs(here.x - from.x), height: Math.abs(here.y - from.y) };
    for (const [name, value] of Object.entries(sides)) region.rect.setAttribute(name, value);
  });
  document.addEventListener("pointerup", async (event) => {
    if (!region || !region.rect) return;
    const here = pointOn(region.svg, event), { start, rect, svg, button } = region, form = button.closest("form");
    tellRegion("Reading …");
    const told = { csrf: form.elements.csrf.value, page: svg.closest(".sheet").id.slice(5), x0: start.x, top: start.y, x1: here.x, bottom: here.y };
    const answer = await fetch(button.dataset.region, { method: "POST", body: new URLSearchParams(told) }).catch(() => null);
    const text = answer && answer.ok ? await answer.text() : "";
    const field = one("[name=value]", form);
    if (text) field.value = field.matches("textarea") ? text : text.replace(/\s+/g, " ");
    tellRegion(text ? "Read; look it over before you save." : "Nothing could be read there.");
    rect.remove();
    one(".paper").classList.remove("drawing");
    region = null;
    field.focus();
  });

  // ---------------------------------------------------------------------------------------------- saving
  document.addEventListener("goto", (event) => { if (event.detail.place) goTo(event.detail.place); });

  const dirty = (form) => all("input:not([type=hidden]), textarea", form).some((each) =>
    each.type === "checkbox" || each.type === "radio" ? each.checked !== each.defaultChecked : each.value !== each.defaultValue);
  let sent = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    sent = event.target;
    one("#notice").replaceChildren();
  });
  // What somebody is typing elsewhere on the page is not replaced under their hands.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const forms = all("form", event.detail.target).filter((form) => form !== sent);
    if (event.detail.target.id !== "notice" && forms.some(dirty)) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "notice") {
      const first = one("button[autofocus], a, button", event.detail.target);
      event.detail.target.scrollIntoView({ block: "center" });
      if (first) first.focus();
    }
  });

  function say(words) {
    const line = document.createElement("p");
    line.className = "said boxed";
    line.textContent = words;
    one("#notice").replaceChildren(line);
    one("#notice").scrollIntoView({ block: "center" });
  }
  document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.responseText.slice(0, 400)));
  document.addEventListener("htmx:sendError", () =>
    say("The desk does not answer. Nothing was saved; what you typed is still here. Try again in a moment."));
  window.addEventListener("beforeunload", (event) => { if (all("[data-editor]").some(dirty)) event.preventDefault(); });

  // ------------------------------------------------------------------------------------- the claim's lease
  let active = Date.now(), claimed = null, until = 0, beaten = 0;
  for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, () => { active = Date.now(); }, { passive: true });

  function tend() {
    const claim = one("#claim[data-mine]");
    if (!claim) return;
    if (claim !== claimed) { claimed = claim; beaten = Date.now(); until = beaten + Number(claim.dataset.until) * 1000; }
    const beat = Number(claim.dataset.beat) * 1000, left = until - Date.now();
    if (active > beaten && Date.now() - beaten > beat && left > 0) { beaten = Date.now(); window.htmx.trigger(claim, "beat"); return; }
    const warning = one(".warning", claim);
    const words = left <= 0 ? "Your claim has run out; the next edit claims the request again." :
      left < Number(claim.dataset.warn) * 1000 ? "Your claim runs out soon: press any key to keep it." : "";
    if (warning && warning.textContent !== words) warning.textContent = words;
  }
  window.setInterval(tend, 1000);

  document.addEventListener("DOMContentLoaded", () => {
    if (location.hash.length > 1) goTo(decodeURIComponent(location.hash.slice(1)));
  });
})();
