import type { ModelMessage } from '../../model.ts';
import type { Call } from '../../tool.ts';
import type { Understanding, Understood } from './understand.ts';

/** Longer answers are no answers to "when?" or "what?". */
const LONGEST_ANSWER = 200;

/**
 * What `text` means as the answer to a question that was just asked: "at 5" after "remind me to call Bob". The request
 * is said again with the answer at its end, and counts only if that is the same request with more to it.
 */
export function asAnswer(text: string, messages: readonly ModelMessage[], understanding: Understanding): Understood {
  const unknown: Understood = { kind: 'unknown' };
  const request = requestAskedAbout(messages);
  if (request === undefined || text.length > LONGEST_ANSWER) return unknown;
  const before = only(understanding.understand(request));
  if (!before) return unknown;
  for (const join of [' ', ' to ']) {
    const call = only(understanding.understand(`${request}${join}${text}`));
    if (call && completes(call, before)) return { kind: 'calls', calls: [call] };
  }
  return unknown;
}

function only(understood: Understood): Call | undefined {
  const calls = understood.kind === 'calls' ? understood.calls : [];
  return calls.length === 1 ? calls[0] : undefined;
}

/** What the person said before the last message, if the answer began with a question. */
function requestAskedAbout(messages: readonly ModelMessage[]): string | undefined {
  const end = messages.findLastIndex((message) => message.role !== 'user');
  const answer = messages[end];
  const request = messages[end - 1];
  if (answer?.role !== 'assistant' || request?.role !== 'user') return undefined;
  return /^[^?\n]*[?](?:\s|$)/.test(answer.text) ? request.text.trim().replace(/[.!?\s]+$/, '') : undefined;
}

/** The same request, all that was said before unchanged, and something besides. */
function completes(call: Call, before: Call): boolean {
  const told = Object.entries(before.input).filter(([, value]) => value !== '');
  const now = Object.entries(call.input).filter(([, value]) => value !== '');
  return (
    call.tool === before.tool && now.length > told.length && told.every(([key, value]) => call.input[key] === value)
  );
}
