import type { Finding } from '../../chat/index.ts';

const MARKS = { ok: '✓', notice: 'ℹ', warning: '⚠', error: '✗' } as const;

/** One line a check; below it what would help. */
export function findings(found: readonly Finding[]): string {
  return found
    .flatMap(({ name, severity, says, remedy, ok }) => [
      `${MARKS[severity]} **${name}**: ${says}`,
      ...(remedy && !(ok && severity === 'ok') ? [`→ ${remedy}`] : []),
    ])
    .join('\n');
}

export const ownersOnly = () => 'Only an owner may see how I am.';

export const privateOnly = () => 'That is shown only where nobody else reads: ask me in a direct conversation.';

export const restsNot = (name: string, near: string | undefined) =>
  `Nothing called ${name} rests.${near ? ` Did you mean ${near}?` : ''} /doctor shows what does.`;

export const triedAgain = (name: string) => `${name} is tried again from now on.`;
