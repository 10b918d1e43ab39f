/** What the scripts of all pages use. */

/**
 * Makes elements of a value: `[tag, attributes, …children]`, or a text. Text becomes text nodes and nothing else, whatever
 * stands in it.
 *
 * @param {string | [string, Record<string, string>, ...unknown[]]} markup
 * @returns {Node}
 */
export function build(markup, inside = 'http://www.w3.org/1999/xhtml') {
  if (typeof markup === 'string') return document.createTextNode(markup);
  const [tag, attributes, ...children] = markup;
  const namespace = tag === 'svg' ? 'http://www.w3.org/2000/svg' : inside;
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.map((child) => build(child, namespace)));
  return element;
}

// On a narrow screen the links at the top are scrolled.
document.querySelector('nav [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });

/**
 * An id that nobody guesses; `crypto.randomUUID` is missing where a page comes over plain HTTP.
 */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The answer of coda as JSON. Throws an `Error` whose message is for people; `status` is that of the answer, if any came. */
export async function ask(path, init) {
  let answer;
  try {
    answer = await fetch(path, init);
  } catch {
    throw new Error('coda cannot be reached.');
  }
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  const text = [body.detail, body.remedy].filter(Boolean).join(' ') || `coda answered with ${answer.status}.`;
  throw Object.assign(new Error(text), { status: answer.status });
}

/**
 * Shows that this page's session is over, where `error` says so: what has followed it must end, since no later attempt
 * gets another answer.
 */
export function isOver({ status, message }) {
  if (status !== 401 && status !== 403) return false;
  const state = document.getElementById('state');
  if (status === 401) state.replaceChildren('You are signed out. ', build(['a', { href: '/open' }, 'Sign in again']));
  else state.textContent = message;
  return true;
}
