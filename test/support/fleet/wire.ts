import { Agent, request } from 'node:http';
import type { Content, Incoming } from '../../../src/delivery/index.ts';

/** What the scripted platform is asked, by daemons and by the test. */
export interface Requests {
  send: { key: string; channel: string; content: Content; again: boolean };
  edit: { id: string; content: Content };
  delete: { id: string };
  find: { key: string };
  /** An event was accepted: it is not delivered again. */
  ack: { event: string };
  /** Something was done outside, under a name that the test counts. */
  outside: { name: string };
  /** The test: somebody says something or presses a button. */
  hear: { events: Incoming[] };
  behave: Partial<Behaviour>;
  state: { channel?: string };
}

export interface Answers {
  send: { id: string };
  edit: { found: boolean };
  delete: Record<string, never>;
  find: { id?: string };
  ack: Record<string, never>;
  outside: Record<string, never>;
  hear: Record<string, never>;
  behave: Record<string, never>;
  state: PlatformState;
}

export interface Behaviour {
  /** For how long a repeated key gets the first message back; 0: never. */
  deduplicatesForMs: number;
  /** Which share of requests is carried out and then not answered. */
  dropAnswers: number;
  /** Which share of requests is answered late, by up to `delayMs`. */
  delays: number;
  delayMs: number;
}

/** A message as somebody on the platform sees it. */
export interface Seen {
  id: string;
  key: string;
  channel: string;
  text: string;
  kind: string;
  buttons: { id: string; label: string }[];
  edits: number;
  again: boolean;
  /** Milliseconds since the epoch at which it arrived. */
  at: number;
}

export interface PlatformState {
  messages: Seen[];
  /** Messages ever made under each key, when it was more than one. */
  copies: Record<string, number>;
  /** Events that no daemon has accepted yet. */
  unheard: number;
  /** How often something was done outside. */
  outside: Record<string, number>;
  requests: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

/** Asks the platform; rejects when the connection breaks before the answer. */
export function ask<K extends keyof Requests>(
  port: number,
  what: K,
  body: Requests[K],
  signal?: AbortSignal,
): Promise<Answers[K]> {
  return new Promise((resolve, reject) => {
    const payload = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const options = { host: '127.0.0.1', port, path: `/${what}`, method: 'POST', headers, agent };
    const sent = request({ ...options, ...(signal && { signal }) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.complete) resolve(JSON.parse(text) as Answers[K]);
        else reject(new Error('the answer broke off'));
      });
    });
    sent.once('error', reject);
    sent.end(payload);
  });
}
