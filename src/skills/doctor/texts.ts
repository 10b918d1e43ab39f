import { formOf, listOf, plural } from '../../base/text.ts';
import type { Finding } from '../../chat/index.ts';

const MARKS = { ok: '✓', off: '–', notice: 'ℹ', warning: '⚠', error: '✗' } as const;

export function findings(list: readonly Finding[]): string {
  return list
    .flatMap(({ name, severity, says, remedy, ok }) => [
      `${MARKS[severity]} **${name}**: ${says}`,
      ...(remedy && !(ok && severity === 'ok') ? [`→ ${remedy}`] : []),
    ])
    .join('\n');
}

/** A few lines for a chat: what wants something of somebody, and what is off by its names alone. */
export function shortFindings(list: readonly Finding[]): string {
  const off = list.filter(({ severity }) => severity === 'off');
  const amiss = list.filter(({ severity }) => severity !== 'off' && severity !== 'ok');
  const names = listOf(off.map(({ name }) => name));
  const offWords =
    off.length === 0 ? '' : `${plural(off.length, 'thing')} ${formOf(off.length, 'is', 'are')} off: ${names}`;
  const well = list.length - off.length - amiss.length;
  const head =
    amiss.length === 0
      ? ['All is well', offWords]
      : [`${plural(well, 'thing')} ${formOf(well, 'is', 'are')} in order`, offWords];
  return [
    ...(amiss.length > 0 ? [findings(amiss)] : []),
    `${head.filter(Boolean).join('; ')}. \`/doctor all\` shows each.`,
  ].join('\n');
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

export const asksToReset = 'Try {name} again at once: it rests because it failed again and again';
