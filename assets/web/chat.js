/**
 * The chat: the server says what each entry looks like, this puts it where it belongs. What is stored there is the truth;
 * events only make it faster, and after each loss of the connection everything is read again.
 */
import { ask, build, isOver, newId } from './page.js';

const log = document.getElementById('log');
const state = document.getElementById('state');
const earlier = document.getElementById('earlier');
const composer = document.getElementById('composer');
const field = document.getElementById('text');
const files = document.getElementById('files');

/** Milliseconds: how soon what is still unanswered is looked at again, and how often a page that is shown looks anyway. */
const [SOON, LATEST, NOW_AND_THEN] = [2_000, 15_000, 60_000];

/** Ids of what came while no page was open: marked until the next word is said here. */
const unread = new Set();
/** Until the log was read after a connection began: what is unread then came while this page was not there. */
let isCatchingUp = true;

/** @type {Map<string, HTMLElement>} */
const entries = new Map();
for (const element of log.children) entries.set(element.dataset.id, element);

const isAtEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 80;
const toEnd = () => scrollTo({ top: document.documentElement.scrollHeight });

/** Puts an entry in the place of the one with its id, else after `previous`, else at the end. */
function put({ id, markup, unread: isUnread = false }, previous = log.lastElementChild) {
  const text = JSON.stringify(markup);
  const known = entries.get(id);
  if (isUnread && isCatchingUp) unread.add(id);
  known?.classList.toggle('unread', unread.has(id));
  if (known?.codaMarkup === text) return known;
  const element = build(markup);
  element.classList.toggle('unread', unread.has(id));
  element.codaMarkup = text;
  if (known) {
    const active = known.contains(document.activeElement) ? document.activeElement : undefined;
    const form = known.querySelector('.fill');
    const asks = form && buttonIn(element, form.dataset.for);
    // What somebody is writing for a button stays while the button does.
    if (asks) asks.closest('.buttons').after(form);
    known.replaceWith(element);
    if (asks && form.contains(active)) active.focus();
    else if (active?.dataset.button) (buttonIn(element, active.dataset.button) ?? field).focus();
  } else if (previous) previous.after(element);
  else log.prepend(element);
  entries.set(id, element);
  return element;
}

const buttonIn = (card, id) => card.querySelector(`[data-button="${id}"]`);

function drop(id) {
  entries.get(id)?.remove();
  entries.delete(id);
}

/** The session is over: nothing more is read. */
let isOut = false;

/** Says what went wrong, and stops where that is for good. */
function failed(error) {
  if (isOver(error)) {
    isOut = true;
    clearTimeout(looking);
  } else say(error.message);
}

let isReading = false;
let readAgain = false;
/** Reads the newest entries. What is asked for while it reads makes it read once more. */
async function sync() {
  readAgain = true;
  if (isReading || isOut) return;
  isReading = true;
  try {
    while (readAgain) {
      readAgain = false;
      const { entries: newest, more } = await ask('/chat/log');
      show(newest, more);
      isCatchingUp = false;
    }
    say('');
  } catch (error) {
    failed(error);
  } finally {
    isReading = false;
  }
}

function show(newest, more) {
  const follow = isAtEnd();
  if (!newest.some(({ id }) => entries.has(id))) {
    // More was said meanwhile than is shown at once.
    for (const id of [...entries.keys()]) if (!entries.get(id).classList.contains('unsent')) drop(id);
    earlier.hidden = !more;
  }
  let previous = null;
  for (const entry of newest) {
    const element = put(entry, previous ?? undefined);
    // Events come in the order in which things were sent, the log is in that in which they were said.
    if (previous && previous.nextElementSibling !== element) previous.after(element);
    previous = element;
  }
  if (follow) toEnd();
  expect();
}

let looking;
let wait = SOON;
/** Looks again soon while something is unanswered: another process may answer it, of which no event comes here. */
function expect() {
  clearTimeout(looking);
  const isOpen = log.querySelector('[data-state="received"]') !== null;
  wait = isOpen ? Math.min(wait * 2, LATEST) : SOON;
  if (!document.hidden && !isOut) looking = setTimeout(sync, isOpen ? wait : NOW_AND_THEN);
}

function say(text) {
  state.textContent = text;
}

function listen() {
  const events = new EventSource('/chat/events');
  const on = (name, heard) => events.addEventListener(name, ({ data }) => heard(JSON.parse(data)));
  events.addEventListener('open', () => {
    isCatchingUp = true;
  });
  // Behind another window nobody sees it; it is read once the page is looked at.
  on('ready', () => {
    if (!document.hidden) void sync();
  });
  on('entry', (entry) => {
    const follow = isAtEnd();
    put(entry);
    say('');
    if (follow) toEnd();
    wait = SOON;
    if (!document.hidden && (entry.replyTo === undefined || !entries.has(entry.replyTo))) void sync();
    else expect();
  });
  on('delete', ({ id }) => drop(id));
  on('typing', () => say('coda is thinking …'));
  events.addEventListener('error', async () => {
    say('Not connected. Trying again …');
    // A browser tries again by itself, but not after an answer that is no stream; what it was, only a request tells.
    if (events.readyState !== EventSource.CLOSED) return;
    await sync();
    if (!isOut) setTimeout(listen, 5_000);
  });
}

/** @param {{ id: string, text: string, files: File[] }} said */
async function send(said) {
  const names = said.files.map(({ name }) => name).join(', ');
  const words = [said.text, names && `📎 ${names}`].filter(Boolean).join('\n');
  const at = new Date().toISOString();
  const element = put({
    id: said.id,
    markup: [
      'li',
      { class: 'entry you unsent', 'data-id': said.id, 'data-at': at, 'data-state': 'received' },
      ['p', { class: 'who' }, ['b', {}, 'You']],
      ['p', { class: 'plain' }, words],
    ],
  });
  toEnd();
  const body = new FormData();
  body.set('text', said.text);
  body.set('wait', '0');
  for (const file of said.files) body.append('file', file);
  try {
    await ask('/v1/messages', { method: 'POST', headers: { 'Idempotency-Key': said.id }, body });
    await sync();
  } catch (error) {
    element.dataset.state = 'unsent';
    const again = build(['button', { type: 'button', class: 'quiet' }, 'Send again']);
    const note = build(['p', { class: 'error', role: 'alert' }, `${error.message} `]);
    note.append(again);
    again.addEventListener('click', () => {
      drop(said.id);
      void send(said);
    });
    element.append(note);
    toEnd();
  }
}

composer.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = field.value.trim();
  const chosen = [...files.files];
  if (text === '' && chosen.length === 0) return;
  if (chosen.length > Number(files.dataset.most)) {
    say(`At most ${files.dataset.most} files at once.`);
    return;
  }
  for (const id of unread) entries.get(id)?.classList.remove('unread');
  unread.clear();
  composer.reset();
  grow();
  field.focus();
  void send({ id: newId(), text, files: chosen });
});

field.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});

function grow() {
  field.rows = Math.min(8, Math.max(1, field.value.split('\n').length));
}
field.addEventListener('input', grow);

log.addEventListener('click', (event) => {
  const button = event.target.closest('[data-button]');
  if (!button || button.disabled) return;
  if (button.dataset.asks === undefined) void press(button, {});
  else void fill(button);
});

/** A press has a key of its own, so that one whose answer was lost is not made twice. */
async function press(button, values) {
  const card = button.closest('li[data-id]');
  const all = [...card.querySelectorAll('[data-button]')];
  for (const each of all) each.disabled = true;
  button.codaKey ??= newId();
  try {
    await ask(`/v1/buttons/${button.dataset.button}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': button.codaKey },
      body: JSON.stringify({ values }),
    });
    await sync();
    // The card itself changes a little later, and the event that tells it may be lost with a connection.
    clearTimeout(looking);
    if (!isOut) looking = setTimeout(sync, SOON);
  } catch (error) {
    failed(error);
  }
  for (const each of all) each.disabled = false;
}

/** Asks for the words that a button wants, in a line below it. */
async function fill(button) {
  try {
    const { field: name, label, placeholder } = await ask(`/chat/form/${button.dataset.button}`);
    const form = build([
      'form',
      { class: 'fill', autocomplete: 'off' },
      ['label', {}, label, ['input', { name, maxlength: '1000', ...(placeholder && { placeholder }) }]],
      ['button', {}, 'OK'],
    ]);
    form.dataset.for = button.dataset.button;
    button.closest('li[data-id]').querySelector('.fill')?.remove();
    button.closest('.buttons').after(form);
    form.querySelector('input').focus();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      // The card may have been drawn anew since.
      const now = buttonIn(form.closest('li[data-id]'), form.dataset.for);
      void press(now, { [name]: form.querySelector('input').value });
    });
  } catch (error) {
    say(error.message);
  }
}

earlier.addEventListener('click', async () => {
  const first = log.firstElementChild;
  try {
    const { entries: older, more } = await ask(`/chat/log?before=${encodeURIComponent(first.dataset.at)}`);
    const height = document.documentElement.scrollHeight;
    for (const entry of older) {
      if (entries.has(entry.id)) continue;
      const element = build(entry.markup);
      first.before(element);
      entries.set(entry.id, element);
    }
    earlier.hidden = !more;
    scrollBy(0, document.documentElement.scrollHeight - height);
  } catch (error) {
    say(error.message);
  }
});

document.addEventListener('visibilitychange', () => {
  isCatchingUp = true;
  if (document.hidden) clearTimeout(looking);
  else void sync();
});

toEnd();
listen();
