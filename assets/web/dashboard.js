/** The dashboard's pages: facts that are shown anew when they change, and buttons that ask coda for something. */
import { ask, build, isOver } from './page.js';

const state = document.getElementById('state');
const heading = document.querySelector('h1');

/** Shows facts in the place of those before; what had the focus, or was open, is so again. */
function show(markup) {
  const before = document.getElementById('facts');
  const active = before.contains(document.activeElement) ? document.activeElement : undefined;
  const key = active?.dataset.key;
  const opened = [...before.querySelectorAll('details[open]')].map((each) => each.closest('[data-id]')?.dataset.id);
  const after = build(markup);
  for (const each of after.querySelectorAll('details'))
    each.open = opened.includes(each.closest('[data-id]')?.dataset.id);
  before.replaceWith(after);
  if (key === undefined) return;
  const again = [...after.querySelectorAll('[data-key]')].find((each) => each.dataset.key === key);
  if (again) again.focus();
  else {
    // It has done its work and is gone.
    heading.tabIndex = -1;
    heading.focus();
  }
}

async function reload() {
  const { facts } = await ask(location.pathname + location.search, { headers: { Accept: 'application/json' } });
  show(facts);
}

async function press(button) {
  const { method, path, body, confirm: question, done } = button.dataset;
  if (question !== undefined && !confirm(question)) return;
  button.disabled = true;
  try {
    const sent = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body };
    await ask(path, { method, ...sent });
    state.textContent = done;
    button.disabled = false;
    button.focus();
    await reload();
  } catch (error) {
    if (!isOver(error)) state.textContent = error.message;
    button.disabled = false;
    button.focus();
  }
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-path]');
  if (button && !button.disabled) void press(button);
});

let events;
/** The session is over: nothing more is shown. */
let isOut = false;
/** Only while somebody looks. */
function watch() {
  events?.close();
  events = undefined;
  if (document.hidden || isOut) return;
  events = new EventSource(state.dataset.live);
  events.addEventListener('facts', ({ data }) => {
    show(JSON.parse(data));
    if (state.dataset.lost !== undefined) state.textContent = '';
    delete state.dataset.lost;
  });
  events.addEventListener('error', () => {
    state.textContent = 'Not connected. Trying again …';
    state.dataset.lost = '';
    // After an answer that is no stream a browser does not try again; what it was, only a request tells.
    if (events.readyState === EventSource.CLOSED) void again();
  });
}

async function again() {
  try {
    await reload();
  } catch (error) {
    isOut = isOver(error);
  }
  if (!isOut) setTimeout(watch, 5_000);
}

if (state.dataset.live) {
  watch();
  document.addEventListener('visibilitychange', watch);
}
