// Answering goes without this; it keeps what is filled in without a connection until it can be sent.
(() => {
  const post = (form, pairs) =>
    fetch(form.action, {
      method: "POST",
      headers: { "x-requested-by-script": "1", "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(pairs),
    });
  const pairsOf = (form, button) => {
    const pairs = [...new FormData(form).entries()].filter(([, value]) => typeof value === "string");
    if (button && button.name) pairs.push([button.name, button.value]);
    return pairs;
  };
  // Questions that are asked after some answers only are shown when they are.
  const valuesOf = (form, name) =>
    [...form.querySelectorAll(`[name="${name}"]`)]
      .filter((input) => !input.closest("[hidden]") && (!["radio", "checkbox"].includes(input.type) || input.checked))
      .map((input) => input.value.trim())
      .filter((value) => value !== "");
  const compare = {
    "=": (a, b) => a === b,
    "!=": (a, b) => a !== b,
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
  };
  const holds = (form, when) => {
    if (when.all) return when.all.every((part) => holds(form, part));
    if (when.any) return when.any.some((part) => holds(form, part));
    if (when.not) return !holds(form, when.not);
    const values = valuesOf(form, when.field);
    if ("has" in when) return values.includes(when.has);
    const given = values.length === 1 ? values[0] : "";
    if (typeof when.value === "number") {
      const number = given === "" ? NaN : Number(given);
      return Number.isNaN(number) ? when.by === "!=" : compare[when.by](number, when.value);
    }
    return when.by === "=" || when.by === "!=" ? compare[when.by](given, when.value) : false;
  };
  const ask = (form) => {
    for (const part of form.querySelectorAll("[data-when]")) part.hidden = !holds(form, JSON.parse(part.dataset.when));
  };
  for (const form of document.querySelectorAll("form.answering")) {
    if (!form.querySelector("[data-when]") || !form.dataset.field) continue;
    form.addEventListener("input", () => ask(form));
    ask(form);
  }
  const valueOf = (pairs, name) => (pairs.find(([held]) => held === name) || ["", ""])[1];
  // Somebody who answers by themselves: what could not be sent stays on this device until the server has it.
  const answers = (box) => {
    const own = document.querySelector("form.answering");
    const said = box.querySelector("[data-said]");
    const [showing, dropping] = ["[data-show-kept]", "[data-drop-kept]"].map((it) => box.querySelector(it));
    const prefix = `huitian-answers/${box.dataset.keptAnswers}/`;
    // A browser may keep nothing, or refuse to be asked.
    const quietly = (work, otherwise) => {
      try {
        return work();
      } catch {
        return otherwise;
      }
    };
    const kept = () =>
      quietly(
        () =>
          Object.keys(localStorage)
            .filter((key) => key.startsWith(prefix))
            .map((key) => JSON.parse(localStorage.getItem(key))),
        [],
      );
    const sheetOf = (pairs) => valueOf(pairs, "sheet");
    const keep = (pairs) =>
      quietly(() => {
        localStorage.setItem(prefix + sheetOf(pairs), JSON.stringify(pairs));
        return true;
      }, false);
    const drop = (pairs) => quietly(() => localStorage.removeItem(prefix + sheetOf(pairs)));
    const isOwn = (pairs) => own && own.elements.sheet && own.elements.sheet.value === sheetOf(pairs);
    // Where thanks are said, or the server's own page about this sheet. A server in trouble, or a network that shows a
    // page of its own, has taken nothing: what it shows must not stand in the place of the answers.
    const send = async (pairs) => {
      const answer = await post({ action: box.dataset.action }, pairs);
      if (answer.redirected && new URL(answer.url).searchParams.has("thanks")) return { thanks: answer.url };
      if (answer.redirected || answer.status >= 500) return {};
      const page = await answer.text();
      const read = new DOMParser().parseFromString(page, "text/html");
      const sheet = read.querySelector("form.answering [name=sheet]");
      if (!sheet || sheet.value !== sheetOf(pairs)) return {};
      const why = read.querySelector("main [data-why]") || read.querySelector("main [role=alert]");
      return { page, why: why ? why.textContent.trim() : "", again: answer.status === 429 };
    };
    let refused = null;
    const show = (text, pairs) => {
      refused = pairs || null;
      box.hidden = false;
      showing.hidden = !refused || isOwn(refused);
      dropping.hidden = !refused;
      said.textContent = text;
    };
    let busy = false;
    const sendKept = async () => {
      if (busy) return;
      busy = true;
      try {
        let [arrived, wrong] = [false, null];
        for (const pairs of kept()) {
          // What this page shows is sent from here, as it was put right.
          if (isOwn(pairs)) continue;
          const found = await send(pairs);
          if (found.thanks) {
            drop(pairs);
            arrived = true;
            // Its link is used up: what stands here cannot be sent with it.
            const link = valueOf(pairs, "invitation");
            if (own && link && own.elements.invitation && own.elements.invitation.value === link)
              return location.assign(found.thanks);
          } else if (found.page && !found.again) wrong = { pairs, why: found.why };
          else throw new Error("not taken");
        }
        if (wrong) show(`${box.dataset.refused} ${wrong.why}`, wrong.pairs);
        else if (arrived) show(box.dataset.arrived);
      } catch {
        show(box.dataset.waiting);
      } finally {
        busy = false;
      }
    };
    showing.addEventListener("click", () => {
      if (!refused) return;
      const form = document.createElement("form");
      form.method = "post";
      form.action = box.dataset.action;
      for (const [name, value] of refused) {
        const input = document.createElement("input");
        [input.type, input.name, input.value] = ["hidden", name, value];
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    });
    dropping.addEventListener("click", () => {
      if (refused) drop(refused);
      box.hidden = true;
    });
    window.addEventListener("online", sendKept);
    setInterval(() => navigator.onLine && kept().some((pairs) => !isOwn(pairs)) && !refused && sendKept(), 20000);
    const mine = kept().find(isOwn);
    if (mine && own.hasAttribute("data-untaken")) show(box.dataset.here, mine);
    else if (kept().length > 0) sendKept();
    // The last step: sent again as often as it takes.
    if (!own || !own.hasAttribute("data-send")) return;
    const told = own.querySelector("[data-said]");
    let waiting = null;
    let pending = null;
    const last = async (pairs) => {
      pending = null;
      told.textContent = own.dataset.sending;
      let text = own.dataset.waiting;
      try {
        const found = await send(pairs);
        if (found.thanks) {
          drop(pairs);
          return location.assign(found.thanks);
        }
        if (found.page) {
          document.open();
          document.write(found.page);
          document.close();
          return;
        }
        text = own.dataset.failed;
      } catch {
        // Without a connection.
      }
      told.textContent = keep(pairs) ? text : own.dataset.stay;
      pending = pairs;
      waiting = setTimeout(() => last(pairs), 15000);
    };
    window.addEventListener("online", () => {
      if (!pending) return;
      clearTimeout(waiting);
      last(pending);
    });
    own.addEventListener("submit", (event) => {
      const button = event.submitter;
      clearTimeout(waiting);
      if (!button || button.value !== "send") return;
      event.preventDefault();
      last(pairsOf(own, button));
    });
  };
  for (const box of document.querySelectorAll("[data-kept-answers]")) answers(box);
  // The field desk: sheets wait on this device, each until the server has said that it has it.
  const form = document.querySelector("form[data-field]");
  if (!form) return;
  const key = `huitian-sheets/${form.dataset.field}`;
  const box = document.querySelector("[data-waiting-sheets]");
  const said = box.querySelector("[data-said]");
  const again = document.querySelector("[data-open-refused]");
  const formSaid = form.querySelector("[data-form-said]");
  const read = () => JSON.parse(localStorage.getItem(key) || "[]");
  const write = (sheets) => localStorage.setItem(key, JSON.stringify(sheets));
  const newSheet = () => [...crypto.getRandomValues(new Uint8Array(16))].map((it) => it.toString(16).padStart(2, "0")).join("");
  const show = (text) => {
    const sheets = read();
    box.hidden = sheets.length === 0;
    again.hidden = !wrong;
    said.textContent = text || form.dataset.waiting.replace("#", sheets.length);
    return sheets;
  };
  const drop = (sheet) => write(read().filter((held) => valueOf(held, "sheet") !== sheet));
  // A page that was kept on the device is the same each time; its sheets are not.
  form.elements.sheet.value = newSheet();
  const now = new Date();
  const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((it) => String(it).padStart(2, "0")).join("-");
  const day = form.elements.day;
  if (day.value === form.dataset.today && today > day.value && today <= form.dataset.until) day.value = day.max = today;
  // The page opens without a connection the next time.
  if (navigator.serviceWorker) {
    const parts = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], img[src]")];
    const ours = parts.map((it) => new URL(it.src || it.href)).filter((it) => it.origin === location.origin);
    const keep = [location.pathname, ...new Set(ours.map((it) => it.pathname))];
    navigator.serviceWorker.addEventListener("message", (event) => {
      if (event.data && event.data.kept) form.querySelector("[data-desk-kept]").hidden = false;
    });
    navigator.serviceWorker
      .register(form.dataset.worker)
      .then(() => navigator.serviceWorker.ready)
      .then((ready) => ready.active.postMessage({ keep }))
      .catch(() => {
        // Without a connection, or where a browser keeps no worker, the page is as it is.
      });
  }
  // How full the groups are: what the server has, and what waits here.
  const quotas = [...document.querySelectorAll("[data-quota]")].map((part) => ({
    part,
    of: JSON.parse(part.dataset.quota),
    target: Number(part.dataset.target),
    filled: Number(part.dataset.filled),
  }));
  const fullSaid = form.querySelector("[data-quota-said]");
  const fill = (quota) =>
    quota.filled + read().filter((pairs) => quota.of.every(([name, value]) => valueOf(pairs, name) === value)).length;
  const count = (filled) => {
    quotas.forEach((quota, at) => {
      if (filled && filled[at] !== undefined) quota.filled = filled[at];
      const now = fill(quota);
      quota.part.querySelector("b").textContent = now;
      quota.part.querySelector(".tag").hidden = now < quota.target;
    });
    const counts = (quota) => quota.of.every(([name, value]) => valuesOf(form, name).includes(value));
    const full = quotas.find((quota) => fill(quota) >= quota.target && counts(quota));
    fullSaid.hidden = !full;
    const text = full ? fullSaid.dataset.quotaSaid.replace("#", full.part.dataset.name) : "";
    if (fullSaid.textContent !== text) fullSaid.textContent = text;
  };
  form.addEventListener("input", () => count());
  let busy = false;
  let wrong = null;
  // What an answer other than that of the desk says of a sheet: its number is all that can be told.
  const faultsOf = async (answer) => {
    try {
      const { faults } = await answer.json();
      if (Array.isArray(faults) && faults.length > 0) return faults;
    } catch {
      // Not the desk's own.
    }
    return [{ field: "", text: form.dataset.refusedStatus.replace("#", answer.status) }];
  };
  const isRefused = (status) => status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
  const sendAll = async () => {
    if (busy) return;
    busy = true;
    wrong = null;
    try {
      for (const pairs of read()) {
        // One that was opened to be put right waits for that.
        if (valueOf(pairs, "sheet") === form.elements.sheet.value) continue;
        // The secret of this page, not that of the one it was filled in on: sessions end, sheets do not.
        const fresh = pairs.filter(([name]) => name !== "csrf").concat([["csrf", form.elements.csrf.value]]);
        const answer = await post(form, fresh);
        if (answer.redirected || [401, 403].includes(answer.status)) return show(form.dataset.signIn);
        if (isRefused(answer.status)) {
          // It stays, and holds up no other.
          const faults = await faultsOf(answer);
          wrong = { pairs, text: `${form.dataset.refused} ${faults.map((fault) => fault.text).join(" ")}` };
          continue;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const { taken, filled } = await answer.json();
        drop(valueOf(pairs, "sheet"));
        count(filled);
        formSaid.textContent = taken === "late" ? form.dataset.late : form.dataset.kept;
      }
      show(wrong && wrong.text);
    } catch {
      show();
    } finally {
      busy = false;
    }
  };
  const clear = () => {
    for (const input of form.querySelectorAll(".question input, .question textarea")) {
      if (["radio", "checkbox"].includes(input.type)) input.checked = false;
      else input.value = "";
    }
    form.elements.sheet.value = newSheet();
    ask(form);
    const first = form.querySelector(".question");
    if (first) first.scrollIntoView({ block: "start" });
  };
  const refused = (faults) => {
    for (const old of form.querySelectorAll("[data-fault]")) old.remove();
    for (const fault of faults) {
      const place = fault.field && document.getElementById(fault.field);
      const where = place ? place.closest(".question") : null;
      const text = document.createElement("p");
      text.className = "error-text";
      text.dataset.fault = "1";
      text.textContent = fault.text;
      if (where) where.prepend(text);
      else formSaid.replaceChildren(fault.text);
    }
    const first = form.querySelector("[data-fault]");
    if (first) first.closest(".question").focus();
  };
  // Without a connection nobody but this page sees that something was left out.
  const leftOut = () =>
    [...form.querySelectorAll("[data-must]")]
      .filter((part) => !part.closest("[hidden]"))
      .filter((part) => [...part.querySelectorAll("[name]")].every((input) => valuesOf(form, input.name).length === 0))
      .map((part) => ({ field: part.id, text: form.dataset.unanswered }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    formSaid.textContent = "";
    const missing = leftOut();
    if (missing.length > 0) return refused(missing);
    // What is not asked is not sent.
    const hidden = new Set([...form.querySelectorAll("[data-when][hidden] [name]")].map((input) => input.name));
    const pairs = pairsOf(form).filter(([name]) => !hidden.has(name));
    try {
      const answer = await post(form, pairs);
      if (answer.status === 422) return refused(await faultsOf(answer));
      if (answer.redirected || !answer.ok) throw new Error(String(answer.status));
      const { taken, filled } = await answer.json();
      // One that waited here, was opened and put right, waits no more.
      drop(valueOf(pairs, "sheet"));
      refused([]);
      clear();
      count(filled);
      formSaid.textContent = taken === "late" ? form.dataset.late : form.dataset.kept;
      await sendAll();
    } catch {
      try {
        write(read().filter((held) => valueOf(held, "sheet") !== valueOf(pairs, "sheet")).concat([pairs]));
      } catch {
        formSaid.textContent = form.dataset.full;
        return;
      }
      refused([]);
      clear();
      count();
      show();
    }
  });
  again.addEventListener("click", () => {
    if (!wrong) return;
    const filled = [...form.querySelectorAll(".question input, .question textarea")].some((input) =>
      ["radio", "checkbox"].includes(input.type) ? input.checked : input.value.trim() !== "",
    );
    if (filled) {
      formSaid.textContent = form.dataset.busy;
      formSaid.scrollIntoView({ block: "center" });
      return;
    }
    formSaid.textContent = "";
    clear();
    for (const [name, value] of wrong.pairs) {
      for (const input of form.querySelectorAll(`[name="${name}"]`)) {
        if (name === "csrf") continue;
        if (["radio", "checkbox"].includes(input.type)) input.checked = input.checked || input.value === value;
        else input.value = value;
      }
    }
    // It stays on the device until it was taken.
    wrong = null;
    ask(form);
    show();
  });
  document.querySelector("[data-send-now]").addEventListener("click", sendAll);
  window.addEventListener("online", sendAll);
  setInterval(() => navigator.onLine && read().length > 0 && sendAll(), 20000);
  window.addEventListener("beforeunload", (event) => {
    if (read().length > 0 && !navigator.onLine) event.preventDefault();
  });
  count();
  if (show().length > 0) sendAll();
})();
