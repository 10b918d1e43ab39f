/**
 * True if a dangerous text is only mentioned. Whoever wrote it wrote the words around it too, so that a label
 * ("example", "security", a heading, a quotation) counts for nothing. One thing counts: a prohibition or a search whose
 * grammatical object is exactly what was found, in the same sentence or in the sentence that introduces the list, table
 * or fence, and nothing that takes it back. A model that obeys such a text does not do what it shows.
 */

import type { Passage } from './finding.ts';

const ACT =
  '(?:run|ran|runs|use|uses|pipe|pipes|execute|executes|paste|type|allow|install|follow|obey|accept|trust|write|commit|copy|send)';
const NEGATED = String.raw`(?:never|do not|don['’]t|must not|should not|(?:nobody|no one)(?:\s(?:may|must|should))?)\s(?:ever\s)?${ACT}`;
const SUBJECT = String.raw`(?:^|\b(?:it|hook|rule|filter|guard|policy|scanner|linter|agent|must|should|will)\s)`;
const REFUSED = `${SUBJECT}(?:refuses?|rejects?|blocks?|denies|deny|forbids?|prohibits?|disallows?)`;
const SOUGHT = String.raw`(?:${SUBJECT}(?:detects?|flags?|reports?)|\b(?:look|search|scan|watch|hunt)(?:s|es|ing)?\sfor)`;
const KIND = '(?:such as|like|including|phrases?|patterns?|strings?|attempts?|payloads?)';
/** An order, or a condition under which the prohibition does not hold. */
const TAKES_BACK =
  /\b(?:run|execute|paste|install|type|use|apply|obey|follow|perform|start|do|try|enter|open|always|must|first|then|now|until|unless|except|without|before|after|but|instead|only|other|else|otherwise|anyway|again|with|using|via|by|as|when|if|because|skip|forget|fail|miss|stop|ignore)\b/i;
const WORDS = String.raw`(?:\s[\w'’-]{1,30}){0,8}`;
const LISTED = String.raw`(?:\s?[,¤]|\s(?:and|or)(?=\s|$))*\s?`;
const OBJECT = new RegExp(
  `^(.*?)(?:\\b${NEGATED}|${REFUSED})(${WORDS})${LISTED}$|^(.*?)${SOUGHT}(${WORDS}\\s${KIND})${LISTED}$`,
  'i',
);
/** An order that refers to what stands elsewhere: it makes a prohibition void wherever that stands. */
const REFERS =
  /\b(?:run|execute|paste|use|apply|perform|type|enter|start|do|follow|obey|carry out|try|act on|comply with)\b\s(?:it|this|that|them|these|those|anyway)\b|\b(?:run|execute|paste|use|apply|perform|type|enter|start|do|follow|obey|carry out|try|act on|comply with)\b[^.\n]{0,60}\b(?:above|below|marked|labell?ed|quoted|anti-?patterns?|(?:bad|wrong|unsafe|forbidden|first|second|last|previous|next)\s(?:\w{1,12}\s)?(?:examples?|commands?|blocks?|lines?|snippets?|phrases?|steps?))\b/i;
const NEGATED_ORDER = /\b(?:never|do not|don['’]t|must not|should not|nobody|no one)\s(?:ever\s)?\w{1,12}/gi;
const BAD_LABEL =
  /^\s{0,40}(?:#|\/\/|--)\s?(?:❌\s?)?(?:BAD|WRONG|INSECURE|UNSAFE|NEVER|DO NOT RUN|DON['’]T)\b[^a-z0-9]*$/i;
const QUOTED = /`[^`\n]{1,600}`|"[^"\n]{1,600}"|“[^”\n]{1,600}”/g;

/** True if a file orders what it shows elsewhere: then none of its prohibitions is believed. */
export function ordersByReference(text: string): boolean {
  return REFERS.test(text.replace(QUOTED, ' ').replace(NEGATED_ORDER, ' '));
}

/** True if what was found at `index` is no more than the object of a prohibition or search. */
export function isMentioned({ text, kind, intro, label, isScript }: Passage, index: number): boolean {
  if (isScript || kind === 'comment') return false;
  if (kind === 'code') return forbids(intro) && BAD_LABEL.test(label);
  return forbids(intro) ? isWholeItem(text, index) : isQuoted(text, index) && forbids(text);
}

/** True if every sentence of `text` forbids or seeks what it ends with, and says nothing else. */
function forbids(text: string): boolean {
  const bare = text.replace(QUOTED, '¤').replace(/[:.]\s*$/, '');
  return bare !== '' && bare.split(/[.!?]\s/).every(isGoverned);
}

function isGoverned(sentence: string): boolean {
  const [, before = '', words = '', beforeSought, sought] = OBJECT.exec(sentence.trim()) ?? ['', 'do'];
  return !TAKES_BACK.test(beforeSought ?? before) && !TAKES_BACK.test((sought ?? words).replace(/\b(?:such )?as$/, ''));
}

function isQuoted(text: string, index: number): boolean {
  return Array.from(text.matchAll(QUOTED)).some((one) => one.index <= index && index < one.index + one[0].length);
}

/** True if a list's item, or a table's cell, is what was found and nothing else. */
function isWholeItem(text: string, index: number): boolean {
  const start = text.startsWith('|') ? text.lastIndexOf('|', index) + 1 : 0;
  const end = text.startsWith('|') ? text.indexOf('|', index) : text.length;
  const item = text.slice(start, end < 0 ? text.length : end).replace(/^\s*(?:[-*+]|\d{1,3}[.)])\s/, '');
  const bare = item.replace(QUOTED, '¤').trim();
  if (bare.includes('¤')) return bare === '¤';
  return /^[\s*+-]*$/.test(text.slice(start, index)) && !/\b(?:unless|except|until|but|then)\b/i.test(bare);
}
