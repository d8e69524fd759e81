// How the chosen device is read: what was learned about it, what is left out, and each request with
// its reason. Built anew only when the gateway tells another plan; the times run on their own.
import { ageText, icons, make, put } from './pieces.js';

const standings = {
  untried: ['off', 'not asked yet'],
  answering: ['good', 'answering'],
  suspect: ['warn', 'silent; one short request in each pause finds out when it is back'],
  lost: ['bad', 'counts as lost; it is still tried'],
  unknown: ['off', 'unknown'],
};

let plan = null;
let at = 0;
let essence = '';           // what was told, apart from its times: those change with every message
let built = '';
let clocks = [];            // [node, what to say with a time, where the plan has it]

const many = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

function spanText(ms) {
  if (ms < 1000) return `${ms} ms`;
  const s = ms / 1000;
  if (s < 120) return `${Number(s.toFixed(1))} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}

const leftText = (ms) => spanText(Math.ceil(ms / 1000) * 1000);

function placeText(place) {
  const last = place.count === 1 ? '' : `..${place.address + place.count - 1}`;
  return `${place.table} ${place.address}${last}`;
}

const isSlow = () => plan.rate_percent > 0 && plan.rate_percent < 100;

const unitOf = (table) => (table === 'coil' || table === 'discrete' ? 'bit' : 'word');

/// All names, or the first and the last of many.
function namesText(keys) {
  return keys.length > 3 ? `${keys[0]} … ${keys[keys.length - 1]}` : keys.join(', ');
}

const clock = (node, say, find) => clocks.push([node, say, find]);

function blockText(limits) {
  const { largest_block: found, configured_block: configured } = limits;
  if (found >= configured) return `${many(configured, 'word')}, as configured`;
  return `${many(found, 'word')}: longer ones were refused (configured ${configured})`;
}

function gapText(limits) {
  const { largest_gap: found, worthwhile_gap: worthwhile, configured_gap: configured } = limits;
  if (configured === 0) return 'none, as configured';
  const now = Math.min(found, worthwhile);
  if (now >= configured) return `up to ${many(configured, 'unused word')}, as configured`;
  const wider = now === 0 ? 'they' : 'wider ones';
  const why = found <= worthwhile ? `${wider} were refused` : 'a request of its own is quicker';
  return `${now === 0 ? 'none' : `up to ${many(now, 'unused word')}`}: ${why} (configured ${configured})`;
}

function rateText(percent) {
  if (percent === 0) return 'unknown';
  if (percent >= 100) return 'full, as configured';
  return `${percent} % of the configured: it was busy or did not answer in time`;
}

function addFact(list, name, text, look) {
  const value = make('dd', look ? `fact-${look}` : '', text);
  list.append(make('dt', '', name), value);
  return value;
}

function facts(old) {
  const list = make('dl', 'facts');
  const [look, word] = (old ? null : standings[plan.standing]) ?? standings.unknown;
  addFact(list, 'Device', `${icons[look]} ${word}`, look);
  addFact(list, 'Rate', rateText(plan.rate_percent), isSlow() ? 'warn' : '');
  addFact(list, 'Longest request', blockText(plan.limits));
  addFact(list, 'Gaps bridged', gapText(plan.limits));
  if (plan.limits.doubted_in_ms !== null) {
    const again = addFact(list, 'Learned limits', '');
    clock(again, (ms) => `tried again ${ms > 0 ? `in ${leftText(ms)}` : 'now'}`, () => plan.limits.doubted_in_ms);
  }
  return list;
}

/// Without the endpoint and the unit, which are those of the device.
const shortReason = (reason) => reason.replace(/^\S+:\/\/\S+ unit \d+: /, '');

function leftOut() {
  const part = make('div', 'part');
  part.append(make('h3', '', 'Left out'));
  const list = make('ul', 'lines');
  for (const [i, place] of plan.left_out.entries()) {
    const line = make('li', 'line');
    const what = make('span', 'what');
    what.append(make('span', '', placeText(place)), make('strong', '', place.keys.join(', ')));
    const why = make('span', '', shortReason(place.reason));
    why.title = place.reason;
    const times = place.refusals === 1 ? 'refused once' : `refused ${place.refusals} times`;
    const again = make('span', 'quiet');
    clock(again, (ms) => `${times}; asked again ${ms > 0 ? `in ${leftText(ms)}` : 'with the next poll'}`,
      () => plan.left_out[i].asked_again_in_ms);
    line.append(what, again, why);
    list.append(line);
  }
  part.append(list);
  if (plan.left_out_untold) part.append(make('p', 'quiet', `and ${many(plan.left_out_untold, 'more place')}`));
  return part;
}

function requestLine(request) {
  const line = make('li', 'line');
  const what = make('span', 'what');
  const names = make('span', 'quiet', namesText(request.keys));
  names.title = request.keys.join(', ');
  what.append(make('span', '', placeText(request)), names);
  const size = `${many(request.count, unitOf(request.table))}, ${many(request.registers, 'register')}`;
  line.append(what, make('span', 'quiet', size), make('span', '', request.reason));
  return line;
}

function periodText(group) {
  const period = `every ${spanText(group.period_ms)}`;
  return isSlow() ? `${period}, now ${spanText(Math.round(group.period_ms * 100 / plan.rate_percent))}` : period;
}

function groupPart(group) {
  const part = make('div', 'part');
  const title = make('h3', '', group.group);
  title.append(make('span', 'quiet', periodText(group)));
  const list = make('ul', 'lines');
  group.requests.forEach((request) => list.append(requestLine(request)));
  part.append(title, list);
  if (group.requests.length === 0 && !plan.requests_untold) part.append(make('p', 'quiet', 'Nothing is asked: all of it is left out.'));
  return part;
}

function build(body, old) {
  clocks = [];
  const parts = [facts(old)];
  if (plan.left_out.length) parts.push(leftOut());
  plan.groups.forEach((group) => parts.push(groupPart(group)));
  if (plan.requests_untold) parts.push(make('p', 'quiet', `and ${many(plan.requests_untold, 'more request')}`));
  body.replaceChildren(...parts);
}

function summary() {
  const requests = plan.groups.reduce((sum, group) => sum + group.requests.length, 0) + plan.requests_untold;
  const left = plan.left_out.length + plan.left_out_untold;
  const parts = [make('span', 'quiet', `${many(requests, 'request')} in ${many(plan.groups.length, 'group')}`)];
  if (left) parts.push(make('span', 'state warn', `${icons.warn} ${many(left, 'place')} left out`));
  if (isSlow()) parts.push(make('span', 'state warn', `${icons.warn} asked less often`));
  return parts;
}

export function forgetPlan() {
  plan = null;
  built = '';
}

export function takePlan(told) {
  plan = told;
  at = performance.now();
  essence = JSON.stringify(plan, (key, value) => (key.endsWith('_ms') && key !== 'period_ms' ? value === null : value));
}

/// Shows the plan as of now.
export function showPlan(root, lost) {
  const [note, body, brief] = ['.note', '.body', '.brief'].map((part) => root.querySelector(part));
  const told = plan !== null && plan.state !== 'untold';
  root.hidden = plan === null;
  body.hidden = !told;
  const passed = performance.now() - at;
  const old = told && (lost || plan.state !== 'in_force');
  const reason = lost ? 'no connection to the gateway' : plan?.reason ?? '';
  put(note, old ? `From ${ageText(plan.age_ms + passed)} ago: ${reason}.` : reason && `${reason[0].toUpperCase()}${reason.slice(1)}.`);
  note.hidden = note.textContent === '';
  root.classList.toggle('old', old);
  if (!told) {
    brief.replaceChildren();
    return;
  }
  const wanted = `${old} ${essence}`;
  if (wanted !== built) {
    built = wanted;
    brief.replaceChildren(...summary());
    build(body, old);
  }
  for (const [node, say, find] of clocks) put(node, say(Math.max(0, find() - passed)));
}
