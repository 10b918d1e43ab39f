import { capabilities } from './frames/index.ts';
import type { Frame } from './matcher.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const listVerbs = (words: string | undefined): string => (words ?? '').split('|').filter(Boolean).join(', ');

function row({ does, example, verbs, changes, setting }: Frame): string {
  const needs = setting === undefined ? '' : ` (with \`${setting}: true\`)`;
  return `| ${does}${changes ? ' ✎' : ''}${needs} | ${cell(example)} | ${listVerbs(verbs)} |`;
}

/** Sections with a table each. ✎ marks what changes or ends a thing that is there. */
export function offlineTables(): string {
  return capabilities
    .map(({ title, frames }) =>
      [
        `### ${title}`,
        '',
        '| what | say, for example | it begins with one of |',
        '| --- | --- | --- |',
        ...frames.map(row),
        '',
      ].join('\n'),
    )
    .join('\n');
}

const [BEGIN, END] = ['<!-- frames: npm run generate -->', '<!-- /frames -->'];

export function withFrames(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page lacks ${BEGIN} or ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${offlineTables()}\n${page.slice(to)}`;
}
