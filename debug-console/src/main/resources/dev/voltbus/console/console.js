// The page of the console. Ages grow here by this browser's own monotonic clock; nothing is shown
// as live once the gateway has been silent for longer than three of its beats of one second.
import {
  addFigure, ageText, cards, createCard, createRow, figureNames, icons, looks, named, put, shortened,
  valueText,
} from './pieces.js';
import { forgetPlan, showPlan, takePlan } from './plan.js';

const SILENT_MS = 3000;
const GIVEN_UP_MS = 10000;
const el = (id) => document.getElementById(id);

let site = null;            // last state of the site
let siteAt = 0;             // when it came
let chosen = decodeURIComponent(location.hash.slice(1));
let values = new Map();     // key -> row of the chosen device, in the order of the gateway
let ages = {};              // poll group -> age when it came
let agesAt = 0;
let rows = new Map();       // key -> table row
let lastHeard = null;
let lost = true;
let closed = true;
let refused = false;        // the last connection ended before it brought anything
let pause = 500;
let socket = null;

function showState(node, word) {
  const shown = lost ? 'unknown' : word;
  const look = looks[shown] ?? 'off';
  node.className = `state ${look}`;
  put(node, `${icons[look]} ${shown}`);
}

const grown = (ms, since) => (ms === null || ms === undefined ? null : ms + performance.now() - since);

function createDeviceCard(device) {
  const card = createCard('button', device.device);
  card.type = 'button';
  card.addEventListener('click', () => choose(device.device));
  return card;
}

function fillLink(card, link) {
  showState(card.querySelector('.state'), link.state);
  put(card.querySelector('.about'), [link.url, link.reason].filter(Boolean).join(' · '));
}

function fillDevice(card, device) {
  card.setAttribute('aria-pressed', String(device.device === chosen));
  showState(card.querySelector('.state'), device.state);
  const age = grown(device.sample_age_ms, siteAt);
  const sample = age === null ? '' : `last sample ${ageText(age)} ago`;
  put(card.querySelector('.about'), [device.model, sample, device.reason].filter(Boolean).join(' · '));
  const figures = card.querySelector('.figures');
  for (const [name, row] of Object.entries(device.figures)) {
    const figure = named(figures, name) ?? addFigure(figures, name);
    const text = valueText(row);
    const old = row.quality !== 'good';
    figure.classList.toggle('old', old);
    put(figure.firstChild, `${figureNames[name] ?? name}${old ? ` · ${row.quality}` : ''}`);
    put(figure.lastChild, text === '' ? 'no value' : `${text} ${row.unit}`);
  }
}

function showSite() {
  if (!site) return;
  put(el('site'), site.site);
  document.title = `${site.site} · Voltbus console`;
  put(el('notice'), site.notice);
  el('notice').hidden = site.notice === '';
  put(el('mode'), lost ? 'unknown' : site.control.mode);
  cards(el('links'), site.links, (l) => l.link, (l) => createCard('div', l.link), fillLink);
  cards(el('devices'), site.devices, (d) => d.device, createDeviceCard, fillDevice);
  put(el('plan-title'), chosen ? `How ${chosen} is read` : 'How it is read');
  showPlan(el('plan'), lost);
  put(el('values-title'), chosen ? `Values of ${chosen}` : 'Values');
}

function fillRow(line, row) {
  put(line.cells[0], row.address === null ? '' : String(row.address));
  line.cells[0].title = row.table ?? 'derived';
  put(line.cells[2], shortened(row.raw_words.join(' ')));
  put(line.cells[3], valueText(row));
  put(line.cells[4], row.value === null ? '' : row.unit);
  put(line.cells[5], shortened(row.text ?? ''));
  showState(line.cells[6].firstChild, row.quality);
  put(line.cells[6].lastChild, !lost && row.reason ? ` ${row.reason}` : '');
}

function showRows(changed) {
  for (const row of changed) {
    let line = rows.get(row.key);
    if (!line) {
      line = createRow(row);
      rows.set(row.key, line);
      el('rows').append(line);
    }
    fillRow(line, row);
  }
  showAges();
  filter();
}

function showAges() {
  for (const [key, row] of values) {
    const line = rows.get(key);
    if (line) put(line.cells[7], ageText(row.group === null ? null : grown(ages[row.group], agesAt)));
  }
}

function filter() {
  const words = el('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [key, row] of values) {
    const text = `${row.key} ${row.label} ${row.unit} ${row.text ?? ''} ${row.address ?? ''}`.toLowerCase();
    const hit = words.every((word) => text.includes(word));
    rows.get(key).hidden = !hit;
    if (hit) shown++;
  }
  put(el('count'), values.size ? `${shown} of ${values.size}` : '');
  const device = site?.devices.find((d) => d.device === chosen);
  put(el('empty'), values.size ? 'No value matches the filter.' : device?.reason || 'No values yet.');
  el('empty').hidden = shown > 0;
  document.querySelector('.scroll').hidden = shown === 0;
}

function forget() {
  values = new Map();
  rows = new Map();
  el('rows').replaceChildren();
}

function take(message) {
  if (message.site) {
    site = message.site;
    siteAt = performance.now();
    const known = site.devices.some((d) => d.device === chosen);
    if (!known && site.devices.length > 0) return choose(site.devices[0].device);
  }
  const device = message.devices.find((d) => d.device === chosen);
  if (device) {
    if (message.type === 'full') forget();
    if (device.plan) takePlan(device.plan);
    ages = device.ages_ms;
    agesAt = performance.now();
    for (const row of device.values) values.set(row.key, row);
    showRows(device.values);
  }
  showSite();
}

function choose(name) {
  chosen = name;
  history.replaceState(null, '', name ? `#${encodeURIComponent(name)}` : '#');
  forget();
  forgetPlan();
  showSite();
  filter();
  connect();
}

function connect() {
  clearTimeout(connect.timer);
  if (socket) {
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
  }
  const known = !refused && site?.devices.some((d) => d.device === chosen);
  const query = known ? `?device=${encodeURIComponent(chosen)}` : '';
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${scheme}://${location.host}/api/v1/live${query}`);
  refused = true;
  socket.onmessage = (event) => {
    lastHeard = performance.now();
    closed = false;
    refused = false;
    pause = 500;
    judge();
    take(JSON.parse(event.data));
  };
  socket.onclose = () => {
    closed = true;
    judge();
    connect.timer = setTimeout(connect, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, 5000);
  };
}

function judge() {
  const silence = lastHeard === null ? Infinity : performance.now() - lastHeard;
  const now = closed || silence > SILENT_MS;
  if (now !== lost) {
    lost = now;
    document.body.classList.toggle('lost', lost);
    el('banner').classList.toggle('live', !lost);
    showSite();
    showRows([...values.values()]);
  }
  if (!lost) {
    put(el('status'), 'Connected to the gateway');
  } else if (lastHeard !== null) {
    put(el('status'), 'Connection to the gateway lost.');
  } else if (socket.readyState === WebSocket.CLOSED) {
    put(el('status'), 'The gateway does not answer.');
  }
  const old = lost && lastHeard !== null;
  put(el('banner-age'), old ? `Nothing heard for ${ageText(silence)}; all values are from before.` : '');
  if (!closed && silence > GIVEN_UP_MS && socket.readyState === WebSocket.OPEN) connect();
}

el('filter').addEventListener('input', filter);
setInterval(() => { judge(); showSite(); showAges(); }, 500);
connect();
