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
  // The last step of somebody who answers by themselves: sent again as often as it takes.
  for (const form of document.querySelectorAll("form[data-send]")) {
    const said = form.querySelector("[data-said]");
    let sending = null;
    const send = async (pairs) => {
      said.textContent = form.dataset.sending;
      let text = form.dataset.waiting;
      try {
        const answer = await post(form, pairs);
        if (answer.redirected && new URL(answer.url).searchParams.has("thanks")) return location.assign(answer.url);
        // A server in trouble, or a network that shows a page of its own, has taken nothing: what it shows must not
        // stand in the place of the answers.
        if (answer.redirected || answer.status >= 500) {
          text = form.dataset.failed;
          throw new Error(String(answer.status));
        }
        const page = await answer.text();
        document.open();
        document.write(page);
        document.close();
      } catch {
        said.textContent = text;
        sending = setTimeout(() => send(pairs), 15000);
      }
    };
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button || button.value !== "send") return;
      event.preventDefault();
      clearTimeout(sending);
      send(pairsOf(form, button));
    });
  }
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
  const valueOf = (pairs, name) => (pairs.find(([held]) => held === name) || ["", ""])[1];
  const drop = (sheet) => write(read().filter((held) => valueOf(held, "sheet") !== sheet));
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
        const { taken } = await answer.json();
        drop(valueOf(pairs, "sheet"));
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
      const { taken } = await answer.json();
      // One that waited here, was opened and put right, waits no more.
      drop(valueOf(pairs, "sheet"));
      refused([]);
      clear();
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
  if (show().length > 0) sendAll();
})();
