"use strict";
/* What the page was given, and how numbers, words and outlines are read from it. */
const data = JSON.parse(document.getElementById("ic-data").textContent);
const byId = (id) => document.getElementById("ic-" + id);
const tag = (name, text, cls) => {
  const node = document.createElement(name);
  if (text !== undefined && text !== null) node.textContent = text;
  if (cls) node.className = cls;
  return node;
};
const say = (text) => { byId("said").textContent = text; };
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const wide = matchMedia("(min-width: 761px)");

const whole = new Intl.NumberFormat("en-GB");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
data.layers.forEach((layer) => {
  layer.format = new Intl.NumberFormat("en-GB", { minimumFractionDigits: layer.decimals, maximumFractionDigits: layer.decimals });
});
const layerOf = (measure) => data.layers.find((one) => one.measure === measure);
const bare = (layer, value) => layer.format.format(value).replace("-", "\u2212");
const shown = (layer, value) => {
  const number = bare(layer, value);
  if (layer.unit === "%" || layer.unit === "percent") return number + "%";
  if (!layer.unit || layer.title.toLowerCase().includes(layer.unit.toLowerCase())) return number;
  return number + " " + layer.unit;
};
const reason = (layer, i) => {
  const k = layer.reasonOf[i];
  return k === undefined ? "" : layer.reasons[k];
};
const fifthText = (layer, i) => {
  const fifth = layer.fifths[i];
  return fifth === "0" ? "" : capital(layer.words[fifth] || "Fifth " + fifth) + (layer.national ? " in England" : "");
};
const fifthHead = (layer) => {
  const unit = layer.unit === "percent" ? "%" : layer.unit;
  return (layer.national ? "Fifth of small areas in England" : "Fifth of the areas given") + (unit ? " (" + unit + ")" : "");
};
const valueText = (layer, i) => {
  if (layer.values[i] !== null) return shown(layer, layer.values[i]);
  const why = reason(layer, i);
  return why ? "No value: " + why : "No value";
};
const ltlaName = (i) => data.ltlaOf[i] < 0 ? "" : data.ltlaNames[data.ltlaOf[i]];
const sources = (layers) => Array.from(new Set(layers.map((one) => one.source))).concat(data.notes)
  .filter(Boolean).map((note) => /[.!?]$/.test(note) ? note : note + ".").join(" ");
const fifthRows = (layer) => layer.darkFirst.map((fifth) => {
  const ends = layer.limits[fifth];
  return {
    fifth: fifth, words: capital(layer.words[fifth] || "Fifth " + fifth), people: layer.people[fifth],
    range: ends && ends[0] !== null && ends[1] !== null ? bare(layer, ends[0]) + " to " + bare(layer, ends[1]) : "",
  };
});
const missingRow = (layer) => {
  const counts = new Map();
  for (let i = 0; i < data.codes.length; i++) {
    if (layer.fifths[i] !== "0") continue;
    const why = reason(layer, i) || "no reason given";
    counts.set(why, (counts.get(why) || 0) + 1);
  }
  if (!counts.size) return null;
  const why = Array.from(counts, ([text, n]) => text + " (" + whole.format(n) + (n === 1 ? " area)" : " areas)")).join("; ");
  return { fifth: 0, words: "No value", range: capital(why), people: layer.people[0] };
};
const legendRows = (layer) => fifthRows(layer).concat(missingRow(layer) || []);
const restName = "the rest of " + (data.system.length > 16 ? "the system" : data.system);

/* outlines: differences of whole numbers, hundred thousandths of a degree */
const unpack = (packed) => {
  let at = 0, x = 0, y = 0;
  return packed.rings.map((polygons) => polygons.map((rings) => rings.map((count) => {
    const ring = new Array(count);
    for (let k = 0; k < count; k++) {
      x += packed.steps[at++];
      y += packed.steps[at++];
      ring[k] = L.latLng(y / 1e5, x / 1e5);
    }
    return ring;
  })));
};
const shapes = { areas: unpack(data.areas), ltlas: unpack(data.ltlas), focus: data.focusOutline ? unpack(data.focusOutline)[0] : null };
const hatch = (() => {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const pen = tile.getContext("2d");
  pen.fillStyle = data.colours.missing;
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = data.colours.hatch;
  pen.beginPath();
  for (let d = -6; d <= 6; d += 6) { pen.moveTo(d, 6); pen.lineTo(d + 6, 0); }
  pen.stroke();
  return { paint: pen.createPattern(tile, "repeat"), image: "url(" + tile.toDataURL() + ")" };
})();

/* points: a shape for each kind, since colour alone tells nothing to some readers */
const SYMBOLS = ["M10 0 20 10 10 20 0 10Z", "M2 2H18V18H2Z", "M10 1 20 19H0Z", "M7 1H13V7H19V13H13V19H7V13H1V7H7Z", "M10 1A9 9 0 1 0 10 19A9 9 0 1 0 10 1Z"];
const kinds = Array.from(new Set(data.points.map((point) => point.kind)));
const symbolOf = (kind) => SYMBOLS[Math.min(kinds.indexOf(kind), SYMBOLS.length - 1)];
const symbol = (kind) => {
  const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  for (const [key, value] of Object.entries({ d: symbolOf(kind), fill: data.colours.point, stroke: "#fff", "stroke-width": "2" })) path.setAttribute(key, value);
  svg.append(path);
  return svg;
};
