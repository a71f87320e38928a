// The field desk opens without a connection. The network always comes first; what is kept is the page of the desk and
// what it is made of, and nothing else. Signing out drops it.
const KEPT = "huitian-desk";
const isDesk = (address) => /^\/p\/[^/]+\/surveys\/[^/]+\/field$/.test(new URL(address).pathname);
// Without what was asked about the page before: there is one page of a desk.
const named = (address) => {
  const at = new URL(address);
  return at.origin + at.pathname;
};
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
// A page of the desk says what it is made of.
addEventListener("message", (event) => {
  const { keep } = event.data || {};
  if (!Array.isArray(keep)) return;
  const work = async () => {
    const kept = await caches.open(KEPT);
    // Assets of an older page are not needed any more.
    for (const request of await kept.keys()) {
      if (!isDesk(request.url) && !keep.includes(new URL(request.url).pathname)) await kept.delete(request);
    }
    for (const address of keep) {
      const answer = await fetch(address, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) await kept.put(named(answer.url), answer);
    }
    event.source.postMessage({ kept: true });
  };
  event.waitUntil(work());
});
const page = async (request) => {
  let answer;
  try {
    answer = await fetch(request);
  } catch (error) {
    const found = await (await caches.open(KEPT)).match(named(request.url));
    if (found) return found;
    throw error;
  }
  // Whoever is not signed in any more, or may not ask people, keeps no page of it.
  if (answer.ok && !answer.redirected && answer.type === "basic") {
    const kept = await caches.open(KEPT);
    await kept.put(named(request.url), answer.clone());
  } else if (answer.status < 500) await caches.delete(KEPT);
  return answer;
};
const part = async (request) => {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await (await caches.open(KEPT)).match(named(request.url));
    if (found) return found;
    throw error;
  }
};
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== location.origin) return;
  if (request.mode === "navigate" && isDesk(request.url)) event.respondWith(page(request));
  else if (new URL(request.url).pathname.startsWith("/assets/")) event.respondWith(part(request));
});
