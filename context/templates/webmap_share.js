/* A link that reopens the view, and a picture of it. */
const outer = () => {
  /* inside the dashboard the address is the dashboard's; some frames may not read it */
  try { if (parent !== window && parent.location.href.startsWith("http")) return parent.location; } catch (error) { /* a frame of another site */ }
  return location;
};

function viewAsText() {
  const asked = new URLSearchParams({ map: data.systemCode, measure: views[0].layer.measure });
  if (two()) asked.set("second", views[1].layer.measure);
  if (touched) {
    const centre = views[0].map.getCenter();
    asked.set("at", [centre.lat.toFixed(4), centre.lng.toFixed(4), views[0].map.getZoom()].join(","));
  }
  if (state.chosen) asked.set("area", state.chosen);
  if (byId("ltlas").checked) asked.set("names", "1");
  return asked.toString();
}

function reopen() {
  const asked = new URLSearchParams(outer().hash.slice(1));
  if (asked.get("map") !== data.systemCode) return;
  const first = layerOf(asked.get("measure")), second = layerOf(asked.get("second"));
  if (first) show(0, first);
  if (second) sideBySide(true, second);
  const at = (asked.get("at") || "").split(",").map(Number);
  if (at.length === 3 && at.every(Number.isFinite) && views[0].bounds.pad(1).contains([at[0], at[1]])) {
    touched = true;
    views[0].map.setView([at[0], at[1]], Math.min(18, Math.max(4, at[2])), { animate: false });
  }
  const i = data.codes.indexOf(asked.get("area"));
  if (i >= 0) choose(i);
  if (asked.get("names") === "1" && !byId("ltlas").checked) byId("ltlas").click();
}

function copyLink() {
  const place = outer(), field = byId("address"), address = place.href.split("#")[0] + "#" + viewAsText();
  if (place === location) try { history.replaceState(null, "", address); } catch (error) { /* a page without an address of its own */ }
  field.value = address;
  byId("shared").hidden = false;
  field.focus();
  field.select();
  const byHand = () => say("Copy the link from the field: it is selected.");
  if (!navigator.clipboard) { byHand(); return; }
  navigator.clipboard.writeText(address).then(() => say("The link is copied." + (data.points.length ? " It does not hold your points." : "")), byHand);
}

/* text in lines of a width; returns the height used */
function write(pen, text, x, y, width, size, bold) {
  pen.font = (bold ? "600 " : "") + size + "px \"Open Sans\", \"Segoe UI\", Arial, sans-serif";
  const lines = [""];
  text.split(" ").forEach((word) => {
    const longer = lines[lines.length - 1] ? lines[lines.length - 1] + " " + word : word;
    if (pen.measureText(longer).width > width && lines[lines.length - 1]) lines.push(word);
    else lines[lines.length - 1] = longer;
  });
  lines.forEach((line, k) => pen.fillText(line, x, y + size + k * size * 1.35, width));
  return lines.length * size * 1.35;
}

function drawMap(pen, view) {
  const frame = view.node.getBoundingClientRect();
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, frame.width, frame.height);
  pen.clip();
  pen.fillStyle = "#f4f5f6";
  pen.fillRect(0, 0, frame.width, frame.height);
  view.node.querySelectorAll(".leaflet-tile-loaded, canvas").forEach((part) => {
    const box = part.getBoundingClientRect();
    pen.drawImage(part, box.left - frame.left, box.top - frame.top, box.width, box.height);
  });
  view.pins.forEach((marker, k) => {
    const at = view.map.latLngToContainerPoint(marker.getLatLng()), path = new Path2D(symbolOf(data.points[k].kind));
    pen.save();
    pen.translate(at.x - 10, at.y - 10);
    pen.fillStyle = data.colours.point;
    pen.strokeStyle = "#fff";
    pen.lineWidth = 2;
    pen.fill(path);
    pen.stroke(path);
    pen.restore();
  });
  view.node.querySelectorAll(".ic-name, .ic-focus, .ic-point").forEach((label) => {
    if (label.classList.contains("ic-crowded")) return;
    const box = label.getBoundingClientRect(), x = box.left - frame.left, y = box.top - frame.top;
    pen.fillStyle = "rgba(255, 255, 255, 0.9)";
    pen.fillRect(x, y, box.width, box.height);
    if (label.classList.contains("ic-focus")) { pen.strokeStyle = "#b8440c"; pen.lineWidth = 2; pen.strokeRect(x, y, box.width, box.height); }
    pen.fillStyle = "#1a1a1a";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.font = getComputedStyle(label).font;
    pen.fillText(label.textContent, x + box.width / 2, y + box.height / 2, box.width);
  });
  pen.restore();
}

function drawLegend(pen, layer, x, top, width) {
  let y = top + write(pen, layer.message || layer.title, x, top, width, 16, true);
  y += write(pen, (layer.message ? layer.title + ", " : "") + data.system + ", " + layer.period, x, y, width, 12) + 4;
  const heads = data.focus ? ["People in " + data.focus, "in " + restName] : ["People"], wideness = 96;
  const column = (k) => x + width - (heads.length - 1 - k) * wideness;
  write(pen, fifthHead(layer), x, y, width - heads.length * wideness - 8, 11, true);
  pen.textAlign = "right";
  heads.forEach((head, k) => write(pen, head, column(k), y, wideness - 8, 11, true));
  y += 32;
  legendRows(layer).forEach((row) => {
    pen.textAlign = "left";
    pen.fillStyle = row.fifth ? layer.shades[row.fifth - 1] : hatch.paint;
    pen.fillRect(x, y, 22, 22);
    pen.strokeStyle = "#5a6068";
    pen.lineWidth = 1;
    pen.strokeRect(x, y, 22, 22);
    pen.fillStyle = "#1a1a1a";
    const room = width - 36 - heads.length * wideness;
    let used = write(pen, row.words, x + 30, y - 2, room, 13);
    if (row.range) used += write(pen, row.range, x + 30, y - 2 + used, room, 11);
    pen.textAlign = "right";
    row.people.slice(data.focus ? 0 : 1).forEach((people, k) => write(pen, whole.format(people), column(k), y, wideness, 13));
    y += Math.max(34, used + 4);
  });
  pen.textAlign = "left";
  if (data.focus) {
    pen.fillStyle = data.colours.focus;
    pen.fillRect(x, y + 8, 26, 4);
    pen.fillStyle = "#1a1a1a";
    write(pen, "Outline of " + data.focus, x + 32, y, width - 32, 12);
    y += 20;
  }
  kinds.forEach((kind) => {
    pen.save();
    pen.translate(x, y);
    pen.fillStyle = data.colours.point;
    pen.fill(new Path2D(symbolOf(kind)));
    pen.restore();
    write(pen, kind || "Point", x + 32, y, width - 32, 12);
    y += 24;
  });
  if (layer.caveat) y += write(pen, layer.caveat, x, y, width, 12);
  return y - top;
}

function saveImage() {
  const seen = two() ? views : views.slice(0, 1), layers = seen.map((view) => view.layer), edge = 20, gap = 24;
  const boxes = seen.map((view) => view.node.getBoundingClientRect());
  const wideMap = seen.length === 1 && boxes[0].width > 700;
  const mapWidth = boxes[0].width, legendWidth = wideMap ? 400 : Math.max(350, mapWidth);
  const width = 2 * edge + (wideMap ? mapWidth + gap + legendWidth : seen.length * Math.max(mapWidth, legendWidth) + (seen.length - 1) * gap);
  const picture = document.createElement("canvas"), pen = picture.getContext("2d");
  const draw = () => {
    let lowest = 0;
    pen.fillStyle = "#1a1a1a";
    seen.forEach((view, k) => {
      const x = edge + k * (Math.max(mapWidth, legendWidth) + gap);
      pen.save();
      pen.translate(x, edge);
      drawMap(pen, view);
      pen.restore();
      pen.fillStyle = "#1a1a1a";
      const y = wideMap ? edge : edge + boxes[k].height + 14;
      lowest = Math.max(lowest, edge + boxes[k].height, y + drawLegend(pen, view.layer, wideMap ? x + mapWidth + gap : x, y, legendWidth));
    });
    const credit = byId("base").checked ? " Street map: " + data.tiles.credit + "." : "";
    return lowest + 10 + write(pen, sources(layers) + credit, edge, lowest + 8, width - 2 * edge, 11);
  };
  /* once to learn the height, once to keep */
  picture.width = width;
  const height = draw() + edge, sharp = 2;
  picture.width = width * sharp;
  picture.height = height * sharp;
  pen.scale(sharp, sharp);
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  draw();
  const failed = () => say("The picture could not be made. Take the street map away and try again.");
  try {
    picture.toBlob((blob) => {
      if (!blob) { failed(); return; }
      const link = tag("a");
      link.href = URL.createObjectURL(blob);
      link.download = [data.systemCode].concat(layers.map((layer) => layer.measure)).join("_") + ".png";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      say("The picture is saved as " + link.download + ".");
    }, "image/png");
  } catch (error) { failed(); }
}
