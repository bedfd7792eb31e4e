/* The controls, and the start. */
const state = window.inContext = { drawn: 0, measure: data.measure, second: null, chosen: null, changeMs: null };

function addOption(select, value, text) {
  const option = tag("option", text);
  option.value = value;
  select.append(option);
}

function fillMeasures(k, layer) {
  const indicator = byId("indicator" + (k + 1)), measure = byId("measure" + (k + 1));
  indicator.value = layer.indicator;
  const all = data.layers.filter((one) => one.indicator === layer.indicator);
  if (measure.dataset.of !== layer.indicator) {
    measure.dataset.of = layer.indicator;
    measure.textContent = "";
    all.forEach((one) => addOption(measure, one.measure, one.title));
  }
  measure.value = layer.measure;
  measure.parentNode.hidden = data.layers.length > data.indicators.length ? false : all.length < 2;
}

function show(k, layer) {
  fillMeasures(k, layer);
  state[k ? "second" : "measure"] = layer.measure;
  if (!views[k]) return;
  views[k].layer = layer;
  views[k].paint();
  legend();
  if (!byId("table").hidden) fillTable();
}

function changed(k, layer) {
  const start = performance.now();
  show(k, layer);
  requestAnimationFrame(() => setTimeout(() => { state.changeMs = performance.now() - start; }));
}

[0, 1].forEach((k) => {
  const indicator = byId("indicator" + (k + 1)), measure = byId("measure" + (k + 1));
  data.indicators.forEach((one) => addOption(indicator, one.id, one.title));
  indicator.addEventListener("change", () => changed(k, data.layers.find((one) => one.indicator === indicator.value)));
  measure.addEventListener("change", () => changed(k, layerOf(measure.value)));
});

function sideBySide(on, layer) {
  document.body.classList.toggle("ic-two", on);
  byId("two").setAttribute("aria-pressed", String(on));
  byId("pick2").hidden = !on;
  if (on && views.length < 2) {
    const node = byId("maps").insertBefore(tag("div"), byId("table"));
    node.id = "ic-second";
    node.classList.add("ic-map");
    const map = L.map(node, { preferCanvas: true, zoomSnap: 0.25, zoomDelta: 0.5, zoomAnimation: !calm });
    map.setView(views[0].map.getCenter(), views[0].map.getZoom(), { animate: false });
    const other = data.layers.find((one) => one.indicator !== views[0].layer.indicator) || data.layers[data.layers.length - 1];
    views.push(makeView(map, layer || other));
    base();
    const i = data.codes.indexOf(state.chosen);
    if (i >= 0) views[1].choice.setLatLngs(views[1].polygons[i].getLatLngs());
  }
  if (views[1]) views[1].node.hidden = !on;
  bothMaps((view) => { view.caption.hidden = !on; view.map.invalidateSize({ animate: false }); });
  if (on) show(1, layer || views[1].layer);
  else { state.second = null; legend(); }
  touched ? follow(views[0]) : seeWhole();
  if (views[1] && !views[1].drawn) drawFirst(views[1]);
  if (!byId("table").hidden) fillTable();
}

function drawFirst(view) {
  view.drawn = true;
  view.draw();
  labelPoints();
  watch(view);
}

/* search: small areas, local authorities and points among those shown */
const lookup = new Map(), names = byId("names");
const findable = (name, target) => {
  lookup.set(name.toLowerCase(), target);
};
data.names.forEach((name, i) => { findable(name, { area: i }); lookup.set(data.codes[i].toLowerCase(), { area: i }); });
data.ltlaNames.forEach((name, i) => findable(name, { ltla: i }));
data.points.forEach((point) => findable(point.name, { point: point }));
/* thousands of suggestions are made when they are first wanted: the map opens sooner */
byId("search").addEventListener("focus", () => [].concat(data.ltlaNames, data.points.map((point) => point.name), data.names)
  .forEach((name) => addOption(names, name, "")), { once: true });
let found = "";
function find(asked) {
  const text = byId("search").value.trim().toLowerCase();
  byId("found").textContent = "";
  if (!text) return;
  let target = lookup.get(text);
  if (!target && asked) for (const [name, one] of lookup) if (name.startsWith(text)) { target = one; break; }
  if (!target) {
    if (asked) byId("found").textContent = "No area of that name here";
    return;
  }
  found = text;
  touched = true;
  if (target.ltla !== undefined) { fit(L.polygon(shapes.ltlas[target.ltla]).getBounds(), 30, 14); return; }
  if (target.area !== undefined) { choose(target.area); fit(views[0].polygons[target.area].getBounds(), 40, 14); return; }
  choose(target.point.area);
  views[0].map.setView([target.point.lat, target.point.lon], 13, { animate: false });
}
byId("search").addEventListener("input", () => find(false));
byId("search").addEventListener("change", () => {
  /* leaving the field must not take the map back to an area found before */
  if (byId("search").value.trim().toLowerCase() !== found) find(true);
});
byId("bar").addEventListener("submit", (event) => { event.preventDefault(); find(true); });

const labelPoints = () => bothMaps((view) => {
  view.pins.forEach((marker) => marker.label(byId("labels").checked));
  unclutter(view);
});
byId("labels").addEventListener("change", labelPoints);
byId("labels").parentNode.hidden = !data.points.length;
byId("labels").checked = data.points.length <= 15;
const toggle = (id, group) => byId(id).addEventListener("change", (event) => {
  bothMaps((view) => { event.target.checked ? view[group].addTo(view.map) : view[group].remove(); unclutter(view); });
  legend();
});
toggle("lines", "lines");
toggle("ltlas", "names");

/* nothing is asked of the tile server before the box is ticked */
byId("sent").textContent = "";
function base() {
  const on = byId("base").checked;
  byId("sent").textContent = on ? data.tiles.sends : "";
  bothMaps((view) => {
    if (on && !view.tiles) {
      view.tiles = L.tileLayer(data.tiles.url, { maxZoom: 19, crossOrigin: "anonymous", attribution: data.tiles.attribution });
      view.tiles.on("tileerror", () => say("The street map cannot be reached from here; everything else works without it."));
    }
    if (view.tiles) on ? view.tiles.addTo(view.map) : view.tiles.remove();
    view.polygons.forEach((polygon) => polygon.setStyle({ fillOpacity: on ? 0.65 : 1 }));
  });
}
byId("base").addEventListener("change", () => { say(""); base(); });

byId("two").addEventListener("click", () => sideBySide(!two()));
byId("tabled").addEventListener("click", () => {
  const open = byId("table").hidden;
  byId("table").hidden = !open;
  byId("tabled").setAttribute("aria-pressed", String(open));
  if (open) { fillTable(); byId("table").focus(); }
});
byId("whole").addEventListener("click", () => { touched = false; seeWhole(); });
byId("image").addEventListener("click", saveImage);
byId("link").addEventListener("click", copyLink);

const watch = (view) => new ResizeObserver(() => {
  view.map.invalidateSize({ animate: false });
  if (!touched) { if (sizeOf() !== seenAt) seeWhole(); }
  else if (view !== views[0]) follow(views[0]);
}).observe(view.node);

document.documentElement.lang = "en-GB";
byId("heading").textContent = "Map of " + (data.focus ? data.focus + " in " : "") + data.system;
byId("maps").insertBefore(firstMap.getContainer(), byId("table"));
firstMap.getContainer().classList.add("ic-map");
views.push(makeView(firstMap, layerOf(data.measure)));
if (shapes.focus) {
  byId("focus").textContent = "Zoom to " + data.focus;
  byId("focus").hidden = false;
  byId("focus").addEventListener("click", () => { touched = true; fit(views[0].focusBounds, 48); });
}
const unfold = () => { byId("more").open = wide.matches; };
wide.addEventListener("change", unfold);
unfold();
views[0].caption.hidden = true;
byId("two").hidden = data.layers.length < 2;
show(0, views[0].layer);
firstMap.invalidateSize({ animate: false });
seeWhole();
drawFirst(views[0]);
reopen();
window.addEventListener("hashchange", reopen);
views[0].polygons.forEach((polygon) => { if (views[0].canvas._layers[L.stamp(polygon)]) state.drawn += 1; });
