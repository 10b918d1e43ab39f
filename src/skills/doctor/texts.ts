import type { Finding } from '../../chat/index.ts';

const MARKS = { ok: '✓', off: '–', notice: 'ℹ', warning: '⚠', error: '✗' } as const;

export function findings(found: readonly Finding[]): string {
  return found
    .flatMap(({ name, severity, says, remedy, ok }) => [
      `${MARKS[severity]} **${name}**: ${says}`,
      ...(remedy && !(ok && severity === 'ok') ? [`→ ${remedy}`] : []),
    ])
    .join('\n');
}

export function healthChanged(worse: readonly Finding[], better: readonly { name: string }[]): string {
  const mended = [...new Set(better.map(({ name }) => name))].filter(
    (name) => !worse.some((each) => each.name === name),
  );
  return [
    ...(worse.length > 0 ? [`Something is amiss:\n${findings(worse)}`] : []),
    ...(mended.length > 0 ? [mended.map((name) => `✓ **${name}** is in order again.`).join('\n')] : []),
  ].join('\n\n');
}

export const ownersOnly = () => 'Only an owner may see how I am.';

export const privateOnly = () => 'That is shown only where nobody else reads: ask me in a direct conversation.';

export const restsNot = (name: string, near: string | undefined) =>
  `Nothing called ${name} rests.${near ? ` Did you mean ${near}?` : ''} /doctor shows what does.`;

export const triedAgain = (name: string) => `${name} is tried again from now on.`;
