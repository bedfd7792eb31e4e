/* The legend, the panel of one area, and the table of all. */
function legend() {
  const box = byId("legend");
  box.textContent = "";
  const seen = two() ? views : views.slice(0, 1);
  seen.forEach((view, i) => box.append(legendOf(view.layer, two() ? ["First map", "Second map"][i] : "")));
  byId("foot").textContent = sources(seen.map((view) => view.layer));
}

function legendOf(layer, which) {
  const part = tag("div");
  if (which) part.append(tag("p", which, "ic-which"));
  part.append(tag("h2", layer.message || layer.title));
  part.append(tag("p", (layer.message ? layer.title + ", " : "") + data.system + ", " + layer.period));
  const table = tag("table"), head = tag("thead"), body = tag("tbody"), top = tag("tr");
  const column = (text, cls, span) => {
    const cell = tag("th", text, cls);
    cell.scope = "col";
    if (span) cell.colSpan = span;
    top.append(cell);
  };
  column(fifthHead(layer), "", 2);
  if (data.focus) column("People in " + data.focus, "ic-n");
  column(data.focus ? "People in " + restName : "People", "ic-n");
  head.append(top);
  legendRows(layer).forEach((one) => {
    const row = tag("tr"), first = tag("td"), name = tag("th", one.words), square = tag("span", null, "ic-swatch");
    row.dataset.fifth = one.fifth;
    square.style.background = one.fifth ? layer.shades[one.fifth - 1] : hatch.image;
    first.append(square);
    name.scope = "row";
    if (one.range) name.append(tag("small", one.range));
    row.append(first, name);
    if (data.focus) row.append(tag("td", whole.format(one.people[0]), "ic-n"));
    row.append(tag("td", whole.format(one.people[1]), "ic-n"));
    body.append(row);
  });
  table.append(head, body);
  part.append(table, keys());
  if (layer.caveat) part.append(tag("p", layer.caveat));
  return part;
}

function keys() {
  const box = tag("div", null, "ic-keys");
  const key = (text, mark) => {
    const item = tag("span");
    item.append(mark, text);
    box.append(item);
  };
  const stroke = (style) => {
    const mark = tag("i");
    mark.style.borderTop = style;
    return mark;
  };
  if (data.focus) key("Outline of " + data.focus, stroke("4px solid " + data.colours.focus));
  if (byId("lines").checked) key("Local authority", stroke("1px solid #333"));
  kinds.forEach((kind) => key(kind || "Point", symbol(kind)));
  return box;
}

function choose(i) {
  state.chosen = i < 0 ? null : data.codes[i];
  const panel = byId("panel");
  panel.textContent = "";
  panel.hidden = i < 0;
  bothMaps((view) => view.choice.setLatLngs(i < 0 ? [] : view.polygons[i].getLatLngs()));
  if (i < 0) return;
  const head = tag("div", null, "ic-head"), close = tag("button", "Close");
  close.type = "button";
  close.addEventListener("click", () => { choose(-1); byId("more").open = true; byId("search").focus(); });
  head.append(tag("h2", data.names[i]), close);
  const where = [ltlaName(i), data.codes[i]];
  if (data.people[i] !== null) where.push(whole.format(data.people[i]) + " people");
  panel.append(head, tag("p", where.filter(Boolean).join(" \u00b7 ")));
  const inside = data.points.filter((point) => point.area === i).map((point) => point.name);
  if (inside.length) panel.append(tag("p", "Points here: " + inside.join("; ")));
  const seen = views.map((view) => view.layer), first = [], rest = [];
  data.indicators.forEach((indicator) => data.layers.filter((one) => one.indicator === indicator.id)
    .forEach((one, k) => (k === 0 || seen.includes(one) ? first : rest).push(one)));
  panel.append(figures(first, i));
  if (rest.length) {
    const more = tag("details");
    more.append(tag("summary", rest.length === 1 ? "One more measure" : rest.length + " more measures"), figures(rest, i));
    panel.append(more);
  }
  byId("side").scrollTop = 0;
}

function figures(layers, i) {
  const table = tag("table"), body = tag("tbody");
  layers.forEach((one) => {
    const row = tag("tr"), name = tag("th", one.title), value = tag("td");
    name.scope = "row";
    name.append(tag("small", one.period));
    value.append(tag("b", valueText(one, i)), tag("small", fifthText(one, i)));
    row.append(name, value);
    body.append(row);
  });
  table.append(body);
  return table;
}

/* the table is made when it is first asked for, and again when what it shows has changed */
const order = { column: 3, down: true };
function fillTable() {
  const box = byId("table");
  box.textContent = "";
  const layers = (two() ? views : views.slice(0, 1)).map((view) => view.layer);
  const columns = [
    { title: "Small area", text: (i) => data.names[i] },
    { title: "Local authority", text: ltlaName },
    { title: "People", text: (i) => data.people[i] === null ? "" : whole.format(data.people[i]), number: (i) => data.people[i] },
  ];
  layers.forEach((layer) => columns.push(
    { title: layer.title + ", " + layer.period, text: (i) => valueText(layer, i), number: (i) => layer.values[i] },
    { title: (layer.national ? "Place in England: " : "Place among the areas given: ") + layer.title, text: (i) => fifthText(layer, i), number: (i) => +layer.fifths[i] || null, words: true },
  ));
  if (data.points.length) box.append(pointTable(layers));
  box.append(grid("Small areas of " + data.system, columns, sorted(columns)));
}

function sorted(columns) {
  const by = columns[order.column] || columns[0], sign = order.down ? -1 : 1;
  const rows = data.codes.map((code, i) => i);
  if (!by.number) return rows.sort((a, b) => sign * by.text(a).localeCompare(by.text(b), "en-GB", { numeric: true }));
  const gone = (i) => by.number(i) === null;
  return rows.sort((a, b) => gone(a) || gone(b) ? gone(a) - gone(b) : sign * (by.number(a) - by.number(b)));
}

function grid(title, columns, rows) {
  const table = tag("table"), head = tag("thead"), body = tag("tbody"), top = tag("tr");
  table.append(tag("caption", title));
  columns.forEach((column, k) => {
    const cell = tag("th", null, column.number && !column.words ? "ic-n" : ""), button = tag("button", column.title);
    cell.scope = "col";
    cell.setAttribute("aria-sort", k !== order.column ? "none" : order.down ? "descending" : "ascending");
    if (k === order.column) button.append(order.down ? " \u25bc" : " \u25b2");
    button.type = "button";
    button.addEventListener("click", () => {
      order.down = k === order.column ? !order.down : Boolean(column.number);
      order.column = k;
      fillTable();
      byId("table").querySelectorAll("thead button")[k].focus();
    });
    cell.append(button);
    top.append(cell);
  });
  head.append(top);
  rows.forEach((i) => {
    const row = tag("tr");
    columns.forEach((column, k) => {
      const cell = tag(k ? "td" : "th", column.text(i), column.number && !column.words ? "ic-n" : "");
      if (!k) cell.scope = "row";
      row.append(cell);
    });
    body.append(row);
  });
  table.append(head, body);
  return table;
}

function pointTable(layers) {
  const table = tag("table"), head = tag("thead"), body = tag("tbody"), top = tag("tr");
  table.append(tag("caption", "Points"));
  ["Name", "Small area", "Local authority"].concat(layers.map((layer) => layer.title)).forEach((text) => {
    const cell = tag("th", text);
    cell.scope = "col";
    top.append(cell);
  });
  head.append(top);
  data.points.forEach((point) => {
    const i = point.area, row = tag("tr"), name = tag("th", point.name);
    name.scope = "row";
    const cells = i < 0 ? ["outside the areas shown", ""].concat(layers.map(() => ""))
      : [data.names[i], ltlaName(i)].concat(layers.map((layer) => fifthText(layer, i) || valueText(layer, i)));
    row.append(name, ...cells.map((text) => tag("td", text)));
    body.append(row);
  });
  table.append(head, body);
  return table;
}
