import type { ModelMessage } from '../../model.ts';
import type { Call } from '../../tool.ts';
import type { Understanding, Understood } from './understand.ts';

/** Longer answers are no answers to "when?" or "what?". */
const LONGEST_ANSWER = 200;

/**
 * What `text` means as the answer to a question that a tool just asked: "at 5" after "remind me to call Bob". The
 * request is said again with the answer at its end, and counts only if that is the same request with more to it.
 */
export function asAnswer(text: string, messages: readonly ModelMessage[], understanding: Understanding): Understood {
  const unknown: Understood = { kind: 'unknown' };
  const asked = lastQuestion(messages);
  if (!asked || text.length > LONGEST_ANSWER) return unknown;
  for (const join of [' ', ' to ']) {
    const again = understanding.understand(`${asked.request}${join}${text}`);
    const [call, ...more] = again.kind === 'calls' ? again.calls : [];
    if (call && more.length === 0 && completes(call, asked.call)) return { kind: 'calls', calls: [call] };
  }
  return unknown;
}

/** The request before the last one and its only call, if the tool answered it with a question. */
function lastQuestion(messages: readonly ModelMessage[]): { request: string; call: Call } | undefined {
  const end = messages.findLastIndex((message) => message.role !== 'user');
  const start = messages.findLastIndex((message, index) => index < end && message.role === 'user');
  const request = messages[start];
  const turn = messages.slice(start + 1, end + 1);
  const calls = turn.flatMap((message) => (message.role === 'assistant' ? (message.calls ?? []) : []));
  const failures = turn.filter((message) => message.role === 'tool' && !message.ok);
  const [call] = calls;
  if (request?.role !== 'user' || !call || calls.length > 1 || failures.length !== 1) return undefined;
  const input = call.input as Record<string, unknown>;
  return { request: request.text.trim().replace(/[.!?\s]+$/, ''), call: { tool: call.name, input } };
}

/** The same request, all that was said before unchanged, and something besides. */
function completes(call: Call, before: Call): boolean {
  const told = Object.entries(before.input).filter(([, value]) => value !== '' && value !== undefined);
  const now = Object.entries(call.input).filter(([, value]) => value !== '' && value !== undefined);
  return (
    call.tool === before.tool && now.length > told.length && told.every(([key, value]) => call.input[key] === value)
  );
}
