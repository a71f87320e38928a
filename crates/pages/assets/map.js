// The map of places, drawn by MapLibre. The picture that the server drew is what is seen until this one is there, and
// where it cannot be; the form beside it, the address and the tables are the same for both.
const frame = document.querySelector("[data-places]");
const told = JSON.parse(frame.dataset.places);
const form = document.querySelector("form[data-layers]");
const tool = document.querySelector("form[data-tool]");
const said = frame.querySelector("[data-said]");
const root = document.documentElement;

const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
const say = (text) => (said.textContent = text);
const ticked = (name) => new FormData(form).getAll(name).filter((value) => value !== "");
const nothing = () => ({ type: "FeatureCollection", features: [] });

// Kinds have the colours of the marks in the list beside the map.
const kindColours = () => {
  const out = [];
  for (const mark of form.querySelectorAll("[data-kind-mark]")) {
    out.push(mark.dataset.kindMark, getComputedStyle(mark).fill);
  }
  return out.length === 0 ? colour("--calm") : ["match", ["get", "kind"], ...out, colour("--calm")];
};

// What is drawn of facilities: only the kinds that are ticked.
const OF_KINDS = ["plots", "plot-rims", "entrances", "facilities", "facility-names"];

// What is drawn, from the ground up: each entry belongs to a box of the form, or is always there.
const stack = () => {
  const paper = colour("--paper");
  const ink = colour("--ink");
  const label = { "text-color": ink, "text-halo-color": paper, "text-halo-width": 1.5 };
  const of = (kind) => ["==", ["get", "kind"], kind];
  const role = (name) => ["==", ["get", "role"], name];
  const open = ["==", ["get", "standing"], "open"];
  return [
    { id: "ground", type: "background", paint: { "background-color": colour("--sunk") } },
    { id: "areas", box: "areas", type: "fill", paint: { "fill-color": paper } },
    { id: "parks", box: "base", source: "base", type: "fill", filter: of("park"), paint: { "fill-color": colour("--map-park") } },
    { id: "water", box: "base", source: "base", type: "fill", filter: of("water"), paint: { "fill-color": colour("--map-water") } },
    { id: "waterways", box: "base", source: "base", type: "line", filter: of("waterway"), paint: { "line-color": colour("--map-water-line"), "line-width": 1.6 } },
    { id: "railways", box: "base", source: "base", type: "line", filter: ["all", ["in", ["get", "kind"], ["literal", ["railway", "metro"]]], ["!=", ["get", "tunnel"], true]], paint: { "line-color": colour("--line-strong"), "line-width": 1.6 } },
    { id: "tunnels", box: "base", source: "base", type: "line", filter: ["all", ["in", ["get", "kind"], ["literal", ["railway", "metro"]]], ["==", ["get", "tunnel"], true]], paint: { "line-color": colour("--line-strong"), "line-width": 1.2, "line-dasharray": [3, 3] } },
    { id: "shares", source: "overlay", type: "fill", filter: role("share"), paint: { "fill-color": colour("--map-gap"), "fill-opacity": ["*", 0.85, ["/", ["get", "missing"], 1000]] } },
    { id: "unknown", source: "overlay", type: "fill", filter: ["all", role("share"), ["get", "hatched"]], paint: { "fill-pattern": "hatch" } },
    { id: "reach", source: "overlay", type: "fill", filter: role("reach"), paint: { "fill-color": colour("--brand"), "fill-opacity": 0.16 } },
    { id: "reach-rim", source: "overlay", type: "line", filter: role("reach"), paint: { "line-color": colour("--brand"), "line-width": 1.4 } },
    { id: "rims", box: "areas", source: "areas", type: "line", paint: { "line-color": colour("--line-strong"), "line-width": ["match", ["get", "level"], "community", 0.8, 1.6] } },
    { id: "planned", source: "overlay", type: "line", filter: role("planned"), paint: { "line-color": colour("--brand"), "line-width": 4, "line-dasharray": [2, 1.5] } },
    { id: "built", source: "overlay", type: "line", filter: role("built"), layout: { "line-cap": "round" }, paint: { "line-color": colour("--brand"), "line-width": 5 } },
    { id: "candidates", source: "overlay", type: "line", filter: role("candidate"), layout: { "line-cap": "round" }, paint: { "line-color": colour("--bad"), "line-width": 4 } },
    { id: "link", source: "overlay", type: "line", filter: role("link"), layout: { "line-cap": "round" }, paint: { "line-color": colour("--bad"), "line-width": 5 } },
    { id: "plots", box: "facilities", source: "plots", type: "fill", paint: { "fill-color": kindColours(), "fill-opacity": ["case", open, 0.2, 0.06] } },
    { id: "plot-rims", box: "facilities", source: "plots", type: "line", paint: { "line-color": kindColours(), "line-width": 1.2 } },
    { id: "entrances", box: "facilities", source: "entrances", type: "circle", minzoom: 13, paint: { "circle-radius": 3.2, "circle-color": paper, "circle-stroke-color": kindColours(), "circle-stroke-width": 1.8 } },
    {
      id: "facilities", box: "facilities", source: "facilities", type: "circle",
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 3.2, 16, 8],
        "circle-color": ["case", open, kindColours(), paper],
        "circle-stroke-color": ["case", open, paper, kindColours()],
        "circle-stroke-width": ["case", open, 1, 2.4],
        "circle-opacity": ["match", ["get", "standing"], "closed", 0.35, 1],
      },
    },
    { id: "facility-names", box: "facilities", source: "facilities", type: "symbol", minzoom: 14.5, layout: { "text-field": ["get", "called"], "text-size": 12, "text-offset": [0, 1.1], "text-anchor": "top", "text-optional": true }, paint: label },
    ...marks("projects", "--brand", paper),
    ...marks("requests", "--seal", paper),
    { id: "parcels", source: "overlay", type: "circle", filter: role("parcel"), paint: { "circle-radius": 5, "circle-color": paper, "circle-stroke-color": colour("--ink-soft"), "circle-stroke-width": 1.6 } },
    { id: "sites", source: "overlay", type: "circle", filter: role("site"), paint: { "circle-radius": 9, "circle-color": colour("--bad"), "circle-stroke-color": paper, "circle-stroke-width": 2.5 } },
    { id: "point", source: "overlay", type: "circle", filter: role("point"), paint: { "circle-radius": 8, "circle-color": colour("--focus"), "circle-stroke-color": "#1b211d", "circle-stroke-width": 2.5 } },
    { id: "figures", source: "overlay", type: "symbol", filter: role("share"), layout: { "text-field": ["get", "figure"], "text-size": 15, "text-offset": [0, 1.3], "text-allow-overlap": true }, paint: label },
    { id: "area-names", box: "areas", source: "areas", type: "symbol", layout: { "text-field": ["get", "name"], "text-size": ["match", ["get", "level"], "community", 12, 14] }, paint: label },
  ].map(({ box, ...layer }) => ({
    ...(layer.type === "background" ? {} : { source: layer.source ?? box }),
    ...layer,
    layout: { ...layer.layout, visibility: !box || ticked("layer").includes(box) ? "visible" : "none" },
    ...(OF_KINDS.includes(layer.id) ? { filter: kindFilter() } : {}),
    metadata: { box },
  }));
};

// Marks that would lie upon each other are one, with their number.
const marks = (name, ink, paper) => [
  {
    id: name, box: name, type: "circle",
    paint: {
      "circle-radius": ["case", ["has", "point_count"], ["min", 20, ["+", 9, ["*", 2.5, ["ln", ["get", "point_count"]]]]], 7],
      "circle-color": ["case", ["to-boolean", ["get", "near_by"]], paper, colour(ink)],
      "circle-stroke-color": ["case", ["to-boolean", ["get", "near_by"]], colour(ink), paper],
      "circle-stroke-width": 2,
    },
  },
  {
    id: `${name}-count`, box: name, type: "symbol", filter: ["has", "point_count"],
    layout: { "text-field": ["to-string", ["get", "point_count"]], "text-size": 13, "text-allow-overlap": true },
    paint: { "text-color": paper },
  },
];

// A list of nothing but boxes that are not ticked shows nothing; where there are no boxes, everything.
const kindFilter = () =>
  form.querySelector("[name=kind][type=checkbox]") ? ["in", ["get", "kind"], ["literal", ticked("kind")]] : ["has", "kind"];

// Stripes for what is not known: they are told from the other two states without colours as well.
const hatch = () => {
  const size = 8;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour("--ink-soft");
  pen.lineWidth = 1.6;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
    pen.stroke();
  }
  return pen.getImageData(0, 0, size, size);
};

const english = root.lang === "en";
const pick = (zh, en) => (english ? en || zh : zh) || "";
const withDay = (path) => told.home + path + (told.day ? (path.includes("?") ? "&" : "?") + told.day : "");

// What a feature is called, where its record is, and what else is said of it.
const telling = {
  facilities: (it) => ({
    name: it.called,
    to: withDay(`/place/facilities/${it.code}`),
    more: [it.kind_name, told.words.standing[it.standing], it.grade === "illustrative" ? told.words.illustrative : ""],
  }),
  projects: (it) => ({ name: it.name, to: withDay(`/projects/${it.code}`), more: [told.words.project, it.near_by ? told.words.near : ""] }),
  requests: (it) => ({ name: it.title, to: `${told.home}/voices/${it.code}`, more: [told.words.request, it.near_by ? told.words.near : ""] }),
  plots: (it) => telling.facilities(it),
  areas: (it) => ({ name: it.name, to: withDay(`/areas/${it.code}`), more: [] }),
  shares: (it) => ({ name: it.name, to: it.to, more: [it.said] }),
  planned: (it) => ({ name: it.name, to: it.to, more: [it.said] }),
  built: (it) => ({ name: it.name, to: it.to, more: [it.said] }),
  candidates: (it) => ({ name: it.name, to: it.to, more: [it.said] }),
  sites: (it) => ({ name: it.name, to: it.to, more: [it.said] }),
  parcels: (it) => ({ name: it.name, to: it.to, more: [it.said] }),
};

const card = (entries, more) => {
  const out = document.createElement("ul");
  out.className = "map-card-list";
  for (const { name, to, more } of entries) {
    const line = document.createElement("li");
    const title = document.createElement(to ? "a" : "b");
    if (to) title.href = to;
    title.textContent = name;
    if (english && /[\u4e00-\u9fff]/.test(name)) title.lang = "zh-CN";
    line.append(title);
    const rest = more.filter(Boolean).join(" · ");
    if (rest) {
      const small = document.createElement("span");
      small.className = "under small";
      small.textContent = rest;
      line.append(small);
    }
    out.append(line);
  }
  if (more > 0) {
    const line = document.createElement("li");
    line.className = "small";
    line.textContent = told.words.more.replace("#", more);
    out.append(line);
  }
  return out;
};

// Each layer is fetched when it is first shown; those that are shown at once while the library is on its way.
const answers = new Map();
const answer = (name) => {
  if (!answers.has(name)) {
    const reading = fetch(told.sources[name]).then((it) => {
      if (!it.ok || it.redirected) throw new Error(it.statusText);
      return it.json();
    });
    answers.set(name, reading);
    reading.catch(() => answers.delete(name));
  }
  return answers.get(name);
};
const offered = (name) => Boolean(told.sources[name]);

// What a layer's answer comes to, by the sources that it is drawn from.
const named = (name, read) => {
  for (const { properties: it } of read.features) {
    if (name === "requests") Object.assign(it, { code: it.service_request_id, near_by: it.place_shown === "blurred" });
    if (name === "facilities") it.called = pick(it.name_zh, it.name_en) || `${it.kind_name ?? ""} ${it.code}`.trim();
  }
  return name === "facilities" ? apart(read) : { [name]: read };
};
// One that takes up ground is drawn as an area, and at its point like the others.
const apart = (read) => {
  const spots = (it, places) => places.map((at) => ({ ...it, geometry: { type: "Point", coordinates: at } }));
  const split = (pick) => ({ type: "FeatureCollection", features: read.features.flatMap(pick) });
  return {
    plots: split((it) => (it.geometry.type === "Point" ? [] : [it])),
    entrances: split((it) => spots(it, it.properties.entrances)),
    facilities: split((it) => spots(it, [it.properties.point])),
  };
};

const start = async () => {
  ticked("layer").filter(offered).forEach(answer);
  const { Map: Chart, NavigationControl, ScaleControl, Popup, prewarm, setWorkerUrl } = await import(told.library);
  setWorkerUrl(told.worker);
  // What works beside the page gets ready while the browser still makes its canvas.
  prewarm();
  // What is shown at once is drawn once: a map that begins empty is drawn again with each answer.
  const held = new Set();
  const first = { overlay: told.overlay };
  const begin = async (name) => {
    Object.assign(first, named(name, await answer(name)));
    held.add(name);
  };
  await Promise.allSettled(ticked("layer").filter(offered).map(begin));
  const place = frame.querySelector("[data-canvas]");
  const [west, south, east, north] = told.whole;
  const wide = east - west;
  const high = north - south;
  const source = (name, rest) => ({ type: "geojson", data: first[name] ?? nothing(), ...rest });
  // The map measures its place: it has to be seen by then.
  place.hidden = false;
  frame.classList.add("live");
  const chart = new Chart({
    container: place,
    style: {
      version: 8,
      sources: {
        areas: source("areas"),
        base: source("base"),
        facilities: source("facilities"),
        plots: source("plots"),
        entrances: source("entrances"),
        projects: source("projects", { cluster: true, clusterRadius: 36, clusterMaxZoom: 17 }),
        requests: source("requests", { cluster: true, clusterRadius: 36, clusterMaxZoom: 17 }),
        overlay: source("overlay"),
      },
      layers: stack(),
    },
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 16 },
    maxBounds: [[west - wide, south - high], [east + wide, north + high]],
    maxZoom: 18,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    // One place is shown, by a style of our own.
    renderWorldCopies: false,
    validateStyle: false,
    locale: told.locale,
  });
  // Steps in the address are counted from where the whole is seen.
  const whole = chart.getZoom();
  const begun = chart.getCenter();
  if (told.step > 0) chart.jumpTo({ center: told.at, zoom: whole + told.step });
  chart.touchZoomRotate.disableRotation();
  chart.keyboard.disableRotation();
  chart.addControl(new NavigationControl({ showCompass: false }), "top-right");
  chart.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  for (const button of form.querySelectorAll("[data-apply]")) button.hidden = true;
  frame.chart = chart;

  const load = async (name) => {
    if (held.has(name)) return;
    held.add(name);
    try {
      const sources = named(name, await answer(name));
      for (const [source, read] of Object.entries(sources)) chart.getSource(source).setData(read);
    } catch {
      held.delete(name);
      say(told.words.failed);
    }
  };
  const show = async () => {
    for (const layer of stack()) {
      chart.setLayoutProperty(layer.id, "visibility", layer.layout.visibility);
      if (OF_KINDS.includes(layer.id)) chart.setFilter(layer.id, layer.filter);
    }
    await Promise.all(ticked("layer").filter(offered).map(load));
  };
  // The address is the whole state: it can be passed on, and the language can be changed without losing it.
  const remember = () => {
    const state = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value && !["at", "zoom"].includes(name)) state.append(name, value);
    }
    // That nothing is ticked is said; where no kind is named, all of them are meant.
    if (!state.has("layer")) state.append("layer", "");
    const kinds = form.querySelectorAll("[name=kind][type=checkbox]").length;
    if (ticked("kind").length === kinds) state.delete("kind");
    else if (!state.has("kind")) state.append("kind", "");
    const step = chart.getZoom() - whole;
    if (Math.abs(step) > 0.05 || chart.getCenter().distanceTo(begun) > 200) {
      const { lat, lng } = chart.getCenter();
      state.set("at", `${lat.toFixed(5)},${lng.toFixed(5)}`);
      state.set("zoom", Math.max(0.1, step).toFixed(1));
    }
    for (const field of tool?.elements ?? []) {
      if (!field.name || field.type === "hidden") continue;
      if (field.value) state.set(field.name, field.value);
      else state.delete(field.name);
    }
    const here = `${location.pathname}?${state}`;
    history.replaceState(null, "", here);
    for (const link of document.querySelectorAll("a[href*='?back=']")) {
      link.href = `${link.getAttribute("href").split("?back=")[0]}?back=${encodeURIComponent(here)}`;
    }
  };
  form.addEventListener("change", (event) => {
    if (event.target.type === "date") return form.requestSubmit();
    show();
    remember();
  });
  chart.on("moveend", remember);

  // What is at a place: what lies above is told first, areas only where there is nothing else.
  const asked = ["sites", "parcels", "candidates", "built", "planned", "requests", "projects", "facilities"];
  const at = (point, reach) => {
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    const layers = asked.filter((id) => chart.getLayer(id));
    const found = chart.queryRenderedFeatures(box, { layers });
    const seen = new Set();
    return found.filter((it) => {
      const key = `${it.layer.id} ${it.properties.code ?? it.properties.cluster_id ?? it.properties.name}`;
      return !seen.has(key) && seen.add(key);
    });
  };
  const below = (point) => {
    const layers = ["plots", "shares", "areas"].filter((id) => chart.getLayer(id));
    return chart.queryRenderedFeatures(point, { layers }).slice(0, 1);
  };
  const popup = new Popup({ maxWidth: "20rem" });
  const choose = async (point, reach) => {
    const found = at(point, reach);
    const group = found.find((it) => it.properties.cluster);
    if (group) {
      const zoom = await chart.getSource(group.layer.source).getClusterExpansionZoom(group.properties.cluster_id);
      return chart.easeTo({ center: group.geometry.coordinates, zoom: Math.min(zoom + 0.2, 18) });
    }
    const all = found.length > 0 ? found : below(point);
    if (all.length === 0) return popup.remove();
    const entries = all.slice(0, 6).map((it) => telling[it.layer.id](it.properties));
    popup.setLngLat(chart.unproject(point)).setDOMContent(card(entries, all.length - 6)).addTo(chart);
  };
  // Points of a tool are put down one after the other; the last one asks.
  let next = 0;
  const put = (spot) => {
    const fields = [...tool.querySelectorAll("[data-point]")];
    if (next === 0) for (const field of fields) field.value = "";
    fields[next].value = `${spot.lat.toFixed(6)},${spot.lng.toFixed(6)}`;
    next = (next + 1) % fields.length;
    const set = fields.map((field) => field.value).filter(Boolean);
    chart.getSource("overlay").setData({
      type: "FeatureCollection",
      features: set.map((value) => ({
        type: "Feature",
        properties: { role: "point" },
        geometry: { type: "Point", coordinates: value.split(",").map(Number).reverse() },
      })),
    });
    if (next === 0) ask();
    else say(told.words.nextPoint);
  };
  // The answer is the page itself: its tables and what it draws take the place of those that stand.
  let asking = 0;
  const ask = async () => {
    const number = ++asking;
    say(told.words.reckoning);
    remember();
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (number !== asking) return;
      const fresh = page.querySelector("[data-places]");
      const result = page.querySelector("[data-result]");
      if (!fresh || !result) throw new Error("no answer");
      document.querySelector("[data-result]").replaceWith(document.importNode(result, true));
      frame.querySelector("[data-still]").replaceWith(document.importNode(fresh.querySelector("[data-still]"), true));
      told.overlay = JSON.parse(fresh.dataset.places).overlay;
      chart.getSource("overlay").setData(told.overlay ?? nothing());
      say(document.querySelector("[data-result]").dataset.result);
    } catch {
      say(told.words.failed);
    }
  };
  if (tool) {
    // A day that is slid to is said while it moves, and asked for when it stands.
    tool.addEventListener("input", (event) => {
      const { days } = event.target.dataset;
      if (!days) return;
      const day = JSON.parse(days)[event.target.value];
      event.target.setAttribute("aria-valuetext", day);
      tool.querySelector("[data-day]").textContent = day;
    });
    tool.addEventListener("change", (event) => "ask" in event.target.dataset && ask());
    tool.addEventListener("submit", (event) => {
      event.preventDefault();
      next = 0;
      ask();
    });
  }
  const act = (point, reach) => (tool?.querySelector("[data-point]") ? put(chart.unproject(point)) : choose(point, reach));
  chart.on("click", (event) => act(event.point, 5));
  chart.on("mousemove", (event) => {
    chart.getCanvas().style.cursor = tool?.querySelector("[data-point]") ? "crosshair" : at(event.point, 3).length > 0 ? "pointer" : "";
  });
  // With the keyboard, what is asked for is what lies under the cross in the middle.
  const canvas = chart.getCanvas();
  canvas.setAttribute("aria-describedby", "map-keys");
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    act(chart.project(chart.getCenter()), 24);
  });

  await chart.once("style.load");
  chart.addImage("hatch", hatch());
  // Light and dark.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const layer of stack()) {
      for (const [name, value] of Object.entries(layer.paint)) chart.setPaintProperty(layer.id, name, value);
    }
    chart.updateImage("hatch", hatch());
  });

  // Boxes may have been ticked meanwhile, and what failed is asked for once more.
  await show();
  chart.once("idle", () => {
    performance.mark("map-idle");
    frame.dataset.idle = "";
  });
  chart.triggerRepaint();
};

// Without WebGL2 the picture stays.
start().catch(() => {
  frame.classList.remove("live");
  frame.querySelector("[data-canvas]").replaceChildren();
  frame.querySelector("[data-canvas]").hidden = true;
  for (const button of form.querySelectorAll("[data-apply]")) button.hidden = false;
  say(told.words.still);
});
