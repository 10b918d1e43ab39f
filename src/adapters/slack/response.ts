/** Addresses that answers to an interaction go to (docs.slack.dev/interactivity/handling-user-interaction#message_responses). */
import { messageOf, systemCode } from '../../base/errors.ts';
import { isSlackAddress } from './client.ts';
import { SlackUnclear } from './outcome.ts';

const WITHIN_MS = 8_000;

/**
 * `taken`, or `over` when the address takes no more. Throws `SlackUnclear`. Only Slack's own addresses are written to,
 * whatever a payload says.
 */
export async function postTo(url: string, body: object, api?: string): Promise<'taken' | 'over'> {
  if (!isSlackAddress(url, api)) return 'over';
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(WITHIN_MS),
    });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new SlackUnclear('response_url', messageOf(error), systemCode(cause ?? error) === 'ECONNREFUSED');
  }
  await answer.body?.cancel();
  if (answer.ok) return 'taken';
  if (answer.status >= 500 || answer.status === 429) throw new SlackUnclear('response_url', `status ${answer.status}`);
  return 'over';
}
