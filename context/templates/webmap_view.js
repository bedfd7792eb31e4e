/* One map: areas, lines, labels, points. A second one stands beside it when asked for. Nothing is
   drawn before ``draw``: the legend and the controls decide how large the map is, and thousands of
   areas are drawn once, where they stay. */
const views = [];
const bothMaps = (what) => views.forEach(what);

function makeView(map, layer) {
  const view = { map: map, layer: layer, node: map.getContainer(), polygons: [] };
  if (calm) {
    map._zoomAnimated = map._fadeAnimated = map.options.inertia = false;
    view.node.classList.remove("leaflet-zoom-anim", "leaflet-fade-anim");
  }
  view.node.classList.add("ic-map");
  view.node.setAttribute("role", "region");
  map.attributionControl.setPrefix(false);
  map.zoomControl._zoomInButton.setAttribute("aria-label", "Zoom in");
  map.zoomControl._zoomOutButton.setAttribute("aria-label", "Zoom out");
  L.control.scale({ position: "bottomleft" }).addTo(map);
  view.caption = view.node.appendChild(tag("div", null, "ic-caption"));
  map.createPane("icLabels").style.cssText = "z-index:640;pointer-events:none";

  const canvas = L.canvas({ padding: 0.3 });
  const line = (shape, style) => L.polygon(shape, Object.assign({ renderer: canvas, fill: false, interactive: false, smoothFactor: 0 }, style));
  const areas = L.featureGroup();
  view.polygons = shapes.areas.map((shape, i) => {
    /* small areas need no clipping: those outside the view are left out whole */
    const polygon = L.polygon(shape, { renderer: canvas, color: "#fff", weight: 0.5, opacity: 0.7, fillOpacity: 1, smoothFactor: 0, noClip: true });
    polygon.index = i;
    areas.addLayer(polygon);
    return polygon;
  });
  view.paint = () => {
    const paints = [hatch.paint].concat(view.layer.shades);
    for (let i = 0; i < view.polygons.length; i++) view.polygons[i].setStyle({ fillColor: paints[+view.layer.fifths[i]] });
    view.caption.textContent = "";
    view.caption.append(tag("span", view.layer.title + ", " + view.layer.period));
    view.node.setAttribute("aria-label", "Map of the small areas of " + data.system + ": " + view.layer.title + ". The same figures stand in the table; areas can be chosen with the search field.");
  };
  view.paint();
  view.bounds = areas.getBounds();
  view.lines = L.layerGroup(shapes.ltlas.map((shape) => line(shape, { color: "#fff", weight: 2.6, opacity: 0.75 }))
    .concat(shapes.ltlas.map((shape) => line(shape, { color: "#333", weight: 1.1 }))));
  view.hover = line([], { color: "#000", weight: 2 });
  view.choice = line([], { color: "#000", weight: 3.5 });
  view.draw = () => {
    areas.addTo(map);
    if (byId("lines").checked) view.lines.addTo(map);
    if (byId("ltlas").checked) view.names.addTo(map);
    if (shapes.focus) drawFocus(view, line);
    view.hover.addTo(map);
    view.choice.addTo(map);
  };
  view.tip = L.tooltip({ className: "ic-tip", opacity: 0.97 });
  view.canvas = canvas;

  const tipOf = (polygon) => {
    const i = polygon.index, box = tag("div"), text = valueText(view.layer, i);
    box.append(tag("b", data.names[i]), tag("span", ltlaName(i)), tag("span", view.layer.title + ": " + text));
    if (fifthText(view.layer, i)) box.append(tag("span", fifthText(view.layer, i)));
    return box;
  };
  view.point = (i) => {
    view.hover.setLatLngs(i < 0 ? [] : view.polygons[i].getLatLngs());
    if (i < 0) view.tip.remove();
    else view.tip.setLatLng(view.polygons[i].getBounds().getCenter()).setContent(tipOf(view.polygons[i])).addTo(map);
  };
  areas.bindTooltip(tipOf, { sticky: true, className: "ic-tip", opacity: 0.97 });
  areas.on("mouseover", (event) => hovered(view, event.propagatedFrom.index));
  areas.on("mouseout", () => hovered(view, -1));
  areas.on("click", (event) => choose(event.propagatedFrom.index));
  view.names = L.layerGroup(data.ltlaNames.map((name, i) => L.tooltip({ permanent: true, direction: "center", className: "ic-name", pane: "icLabels" })
    .setLatLng(data.ltlaPoints[i]).setContent(tag("span", name))).filter((label, i) => data.ltlaNames[i] !== data.focus));
  view.pins = data.points.map((point) => pin(view, point));
  map.on("moveend zoomend", () => unclutter(view));
  map.on("move", () => follow(view));
  map.on("dragstart", () => { touched = true; });
  ["wheel", "pointerdown", "keydown"].forEach((kind) => view.node.addEventListener(kind, () => { touched = true; }, { passive: true }));
  return view;
}

function drawFocus(view, line) {
  const casing = line(shapes.focus, { color: "#fff", weight: 6 }).addTo(view.map);
  const stroke = line(shapes.focus, { color: data.colours.focus, weight: 3.5 }).addTo(view.map);
  const bounds = view.focusBounds = stroke.getBounds();
  /* a small place must not vanish under its own outline */
  const thin = () => {
    const pixels = view.map.project(bounds.getSouthEast()).distanceTo(view.map.project(bounds.getNorthWest()));
    casing.setStyle({ weight: pixels < 160 ? 4 : 6 });
    stroke.setStyle({ weight: pixels < 160 ? 2.2 : 3.5 });
  };
  view.map.on("zoomend", thin);
  thin();
  L.tooltip({ permanent: true, direction: "top", className: "ic-focus", pane: "icLabels", opacity: 0.95 })
    .setLatLng([bounds.getNorth(), bounds.getCenter().lng]).setContent(tag("span", data.focus)).addTo(view.map);
}

function pin(view, point) {
  const marker = L.marker([point.lat, point.lon], {
    icon: L.divIcon({ className: "ic-pin", html: symbol(point.kind), iconSize: [20, 20] }), alt: point.name,
  }).addTo(view.map);
  const node = marker.getElement();
  node.setAttribute("role", "button");
  node.setAttribute("aria-label", point.name + (point.kind ? ", " + point.kind : ""));
  const open = () => {
    choose(point.area);
    say(point.name + (point.area < 0 ? " lies outside the areas shown." : " lies in " + data.names[point.area] + "."));
  };
  marker.on("click", open);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    open();
  });
  marker.label = (always) => {
    marker.unbindTooltip();
    marker.bindTooltip(tag("span", point.name), { permanent: always, direction: "auto", offset: [8, 0], className: "ic-point", pane: "icLabels" });
  };
  return marker;
}

/* names that would lie on another name wait until there is room */
function unclutter(view) {
  const taken = [];
  view.node.querySelectorAll(".ic-focus, .ic-point, .ic-name").forEach((label) => {
    const box = label.getBoundingClientRect();
    const hit = taken.some((one) => box.left < one.right && box.right > one.left && box.top < one.bottom && box.bottom > one.top);
    label.classList.toggle("ic-crowded", hit);
    if (!hit) taken.push(box);
  });
}

let touched = false, following = false;
const two = () => document.body.classList.contains("ic-two");
function follow(view) {
  if (following || !two() || views.length < 2) return;
  following = true;
  const other = views[view === views[0] ? 1 : 0];
  other.map.setView(view.map.getCenter(), view.map.getZoom(), { animate: false });
  following = false;
}
function hovered(view, i) {
  view.hover.setLatLngs(i < 0 ? [] : view.polygons[i].getLatLngs());
  if (two()) views.filter((other) => other !== view).forEach((other) => other.point(i));
}
const fit = (to, padding, maxZoom) => {
  /* in a frame that is hidden or not yet laid out there is no zoom that fits */
  const size = views[0].map.getSize();
  if (Math.min(size.x, size.y) > 2 * padding) views[0].map.fitBounds(to, { padding: [padding, padding], maxZoom: maxZoom, animate: false });
};
let seenAt = "";
const sizeOf = () => views[0].map.getSize().toString() + two();
const seeWhole = () => {
  seenAt = sizeOf();
  bothMaps((view) => view.map.setMinZoom(0));
  fit(views[0].bounds, 16);
  bothMaps((view) => view.map.setMinZoom(Math.max(0, views[0].map.getZoom() - 1)));
};
