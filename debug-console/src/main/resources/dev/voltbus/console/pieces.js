// Words, icons and small pieces of the page that know nothing of the gateway.
export const icons = { good: '✓', warn: '!', bad: '✕', off: '?' };
export const looks = {
  connected: 'good', live: 'good', good: 'good',
  silent: 'warn', stale: 'warn', waiting: 'warn',
  disconnected: 'bad', unavailable: 'bad', unreadable: 'bad', bad: 'bad',
};
export const figureNames = { soc: 'SOC', voltage: 'Voltage', current: 'Current', power: 'Power' };

export function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function ageText(ms) {
  if (ms === null) return '';
  const s = ms / 1000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 120) return `${Math.floor(s)} s`;
  return s < 7200 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
}

export function valueText(row) {
  if (row.value === null) return '';
  if (row.precision > 0) return row.value.toFixed(row.precision);
  return Number.isInteger(row.value) ? String(row.value) : String(Number(row.value.toFixed(3)));
}

export const named = (list, name) => [...list.children].find((child) => child.dataset.name === name);

export function addFigure(list, name) {
  const figure = make('span', 'figure');
  figure.dataset.name = name;
  figure.append(make('span', 'quiet'), make('span', 'number'));
  list.append(figure);
  return figure;
}

// Cards are made once for each name and then only filled, so that the focus stays where it is.
export function cards(list, items, nameOf, create, fill) {
  const wanted = new Set(items.map(nameOf));
  for (const item of [...list.children]) if (!wanted.has(item.dataset.name)) item.remove();
  for (const item of items) {
    let entry = named(list, nameOf(item));
    if (!entry) {
      entry = make('li');
      entry.dataset.name = nameOf(item);
      entry.append(create(item));
      list.append(entry);
    }
    fill(entry.firstChild, item);
  }
}

/// A table cell has room for the beginning of a long list; the REST interface has the whole.
export function shortened(text) {
  return text.length > 80 ? text.slice(0, 79) + '…' : text;
}

export function createCard(tag, name) {
  const card = make(tag, 'card');
  const head = make('span', 'head');
  head.append(make('span', 'name', name), make('span', 'state'));
  card.append(head, make('span', 'about quiet'), make('span', 'figures'));
  return card;
}

export function createRow(row) {
  const line = make('tr');
  line.setAttribute('role', 'row');
  for (const name of ['address number', 'key', 'raw', 'value number', 'unit', 'text', 'quality', 'age number']) {
    const cell = make('td', name);
    cell.setAttribute('role', 'cell');
    line.append(cell);
  }
  line.cells[1].append(make('span', '', row.key), make('small', '', row.label));
  line.cells[6].append(make('span', 'state'), make('small', 'quiet'));
  return line;
}
