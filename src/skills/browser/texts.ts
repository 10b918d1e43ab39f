import { plural } from '../../base/text.ts';

export const texts = {
  openTitle: 'Browser',
  stillOpen: (id: string) =>
    `Session ${id} of this conversation is still open, at the page where you left it: browser_get_content shows it.`,
  opened: (id: string) => `A browser is open: session ${id}.`,
  read: (title: string, host: string, elements: number) =>
    `Read ${title === '' ? host : `“${title}” (${host})`}: ${plural(elements, 'element')}.`,
  clicked: (what: string) => `Clicked ${what}.`,
  typed: (what: string) => `Typed into ${what}.`,
  selected: (what: string) => `Selected in ${what}.`,
  shot: (host: string) => `A picture of ${host}.`,
  closed: 'The browser is closed.',
  noSession: 'There is no such browser session any more: it ends with the turn, and when nobody uses it.',
  noSessionRemedy: 'Open one with browser_open.',
  tooMany: (most: number) => `${plural(most, 'browser session is', 'browser sessions are')} open already.`,
  tooManyRemedy: 'Wait until one of them ends, or close yours with browser_close.',
  notStarted: (why: string) => `Chromium does not start (${why}).`,
  notStartedRemedy: 'Look at the block `browser` in config.yaml; `coda doctor` tries it.',
  noImageRemedy: 'Build it once with `coda browser image`, on the Docker that execution.docker_socket names.',
  unreached: (host: string, why: string) => `${host} could not be shown (${why}).`,
  unreachedRemedy: 'Try another address, or again later.',
  noElement: (selector: string) => `There is no ${selector} on the page as it is now.`,
  noElementRemedy: 'Take one from browser_get_content: what stands behind the arrow.',
  notDone: (selector: string, why: string) => `${selector} does not take that (${why}).`,
  notDoneRemedy: 'Read the page again with browser_get_content.',
  needsValue: 'What is to be typed or selected is missing.',
  unreadable: 'The page is too large, or too busy, to be read.',
  dialog: (type: string, message: string) => `[a dialog (${type}) was closed: ${message}]`,
  download: (name: string) => `[a download was stopped: ${name}]`,
  popup: '[a further page was opened and is shown now]',
  tooManyPages: '[a further page was closed: too many are open]',
  cut: (lines: number) => `[cut: ${plural(lines, 'more line')}]`,
  filled: '(filled in)',
  off: 'The browser is off.',
  works: (version: string, mode: 'docker' | 'host') =>
    `Chromium ${version} starts and shows a page ${
      mode === 'docker' ? 'in a container' : 'on this machine, which is for development (browser.mode: host)'
    }`,
  asksToOpen: 'Open {url} in a browser',
  asks: (action: 'click' | 'type' | 'select', isOpen: boolean) =>
    `${{ click: 'Click {what}', type: 'Type {value} into {what}', select: 'Choose {value} in {what}' }[action]} on the page ${isOpen ? '{page}' : 'that is open'}`,
  doing: (action: 'click' | 'type' | 'select') =>
    ({ click: 'clicking on a page', type: 'filling in a field of a page', select: 'choosing in a field of a page' })[
      action
    ],
};
