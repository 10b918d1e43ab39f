/** The dashboard's pages: facts that are shown anew when they change, and buttons that ask coda for something. */
import { ask, build, isOver } from './page.js';

const state = document.getElementById('state');
const heading = document.querySelector('h1');

/** Shows facts in the place of those before; what had the focus, was open or was being typed is so again. */
function show(markup) {
  const before = document.getElementById('facts');
  const active = before.contains(document.activeElement) ? document.activeElement : undefined;
  const key = active?.dataset.key;
  const opened = [...before.querySelectorAll('details[open]')].map((each) => each.closest('[data-id]')?.dataset.id);
  const after = build(markup);
  for (const each of after.querySelectorAll('details'))
    each.open = opened.includes(each.closest('[data-id]')?.dataset.id);
  const keyed = (wanted) => [...after.querySelectorAll('[data-key]')].find((each) => each.dataset.key === wanted);
  for (const each of before.querySelectorAll('input')) {
    const field = keyed(each.dataset.key);
    if (field) field.value = each.value;
  }
  before.replaceWith(after);
  if (key === undefined) return;
  const again = keyed(key);
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

/** Asks for what `button` stands for; its `form` is empty again once that is done. */
async function act(button, { path, done, form, ...init }) {
  button.disabled = true;
  try {
    await ask(path, init);
    form?.reset();
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

const JSON_BODY = { headers: { 'Content-Type': 'application/json' } };

async function press(button) {
  const { method, path, body, confirm: question, done } = button.dataset;
  if (question !== undefined && !confirm(question)) return;
  await act(button, { path, done, method, ...(body === undefined ? {} : { ...JSON_BODY, body }) });
}

async function send(form) {
  const { path, done } = form.dataset;
  const filled = [...new FormData(form)].filter(([, value]) => value !== '');
  const body = JSON.stringify(Object.fromEntries(filled));
  await act(form.querySelector('button'), { path, done, form, method: 'POST', ...JSON_BODY, body });
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-path]');
  if (button && !button.disabled) void press(button);
});

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-path]');
  if (!form) return;
  event.preventDefault();
  if (!form.querySelector('button').disabled) void send(form);
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
