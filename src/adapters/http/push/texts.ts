import type { ContentKind } from '../../../delivery/index.ts';

/** Kinds of what waits, as a locked screen may show them: none of its words. */
export const KINDS: Readonly<Record<ContentKind, string>> = {
  answer: 'A message',
  reminder: 'A reminder',
  approval: 'An approval waits for you',
  notice: 'A notice',
  error: 'Something went wrong',
};

export const texts = {
  needsUrl: 'Notifications need http.url: the https address at which people reach coda.',
  needsUrlRemedy: 'Set http.url in config.yaml (docs/dashboard.md).',
  needsSession: 'Notifications need the own address of coda: here Home Assistant signs you in.',
  needsSessionRemedy: 'Open the page at http.url, sign in there, and turn them on.',
  noPerson: 'Nobody has been met by this name yet.',
  noPersonRemedy: 'Say something to coda first.',
  badKeys: 'These are no keys of a device.',
  badKeysRemedy: 'Send those that the browser gives with its subscription.',
  badEndpoint: 'The address of a push service begins with https://.',
  badEndpointRemedy: 'Send the endpoint that the browser gives with its subscription.',
  anothers: 'This device is notified for somebody else.',
  anothersRemedy: 'Have the browser subscribe anew, or end it there first.',
  away: (status: number) => `The push service answered with ${status}.`,
  awayRemedy: 'It is tried again a few times.',
};
