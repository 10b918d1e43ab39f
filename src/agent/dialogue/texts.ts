import { shorten } from '../../base/text.ts';

/** What coda says where words are not understood. */

const quoted = (text: string) => `“${shorten(text.replace(/\s+/g, ' ').trim(), 60)}”`;

export const partNotUnderstood = (text: string) => `I did not understand ${quoted(text)}.`;

export function notUnderstood(near: readonly string[], nameModel: boolean): string {
  const [example = 'help', ...others] = near.map(quoted);
  const examples = [example, ...others.slice(0, 1)].join(' or ');
  return [
    `I did not understand that. I understand requests such as ${examples}; "help" shows more.`,
    ...(nameModel ? ['For free conversation, give me a model: `models:` in config/config.yaml (docs/models.md).'] : []),
  ].join('\n');
}

/** Below a card whose question was answered in words. */
export const closed = () => 'No longer open.';

export const dropped = () => 'All right.';
