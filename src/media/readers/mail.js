/** Mails (eml): who wrote to whom, the words, and each attachment by the reader of its kind. */
import { decodeBytes, repairWestern } from './encoding.js';
import { Unreadable } from './limits.js';

const MOST_ATTACHMENTS = 100;
const LONGEST_HEAD = 64 * 1024;

export async function* readMail(bytes, about, { readHtmlBlocks, nested, budget }) {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(sevenOrUtf8(bytes, about), {
    maxNestingDepth: 50,
    maxHeadersSize: 1_000_000,
  }).catch(() => {
    throw new Unreadable('broken');
  });
  about.title = repairWestern(mail.subject ?? '');
  yield { text: repairWestern(headOf(mail)), place: 'the head of the mail' };
  const text = mail.text?.trim() ? repairWestern(mail.text) : '';
  const blocks = [];
  if (mail.html) for await (const block of readHtmlBlocks(repairWestern(mail.html))) blocks.push(block);
  const { isPage, isText } = formsOf(blocks, text);
  if (isText) yield { text, place: 'the mail' };
  // The other form of the text may hide words.
  for (const block of blocks) if (isPage || block.aside) yield { ...block, place: 'the mail' };
  const attached = mail.attachments.slice(0, MOST_ATTACHMENTS);
  about.parts = { unit: 'attachment', count: mail.attachments.length };
  budget.miss('attachment', mail.attachments.length - MOST_ATTACHMENTS);
  for (const { filename, mimeType, content } of attached) {
    const name = repairWestern(filename ?? 'unnamed');
    yield* nested(Buffer.from(content), name, mimeType ?? '', `attachment ${name}`);
  }
}

/** Addresses are written out in a plain text alone. */
const wordsIn = (text) =>
  text
    .toLowerCase()
    .replace(/https?:\/\/\S+/g, '')
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/**
 * Forms of the mail that are read. The plain text, where it says what the page says; the page alone where that says clearly more, or
 * other things ("please view this in another program"); both, where a long text has a short page beside it.
 */
function formsOf(blocks, text) {
  const page = blocks.filter(({ aside }) => aside === undefined).map((block) => block.text);
  const [ofPage, ofText] = [wordsIn(page.join(' ')), wordsIn(text)];
  const known = new Set(ofText);
  const lacking = ofPage.filter((word) => !known.has(word)).length;
  const isPage = ofPage.length > 0 && (ofPage.length > ofText.length * 1.2 || lacking > ofPage.length * 0.3);
  return { isPage, isText: text !== '' && (!isPage || ofText.length > ofPage.length * 2) };
}

/** A mail of one text that names no encoding, and is not in UTF-8, in UTF-8. One of several parts may hold other bytes. */
function sevenOrUtf8(bytes, about) {
  const head = bytes.toString('latin1', 0, LONGEST_HEAD);
  if (/(?:charset|boundary)\*?\d?\*?\s*=|^content-type:\s*(?!text\/)\S/im.test(head)) return bytes;
  const { text, isGuess } = decodeBytes(bytes);
  if (isGuess) about.guessed = true;
  return isGuess ? Buffer.from(text) : bytes;
}

function headOf({ from, to, cc, date, subject, attachments }) {
  const line = (title, value) => (value ? [`${title}: ${value}`] : []);
  const people = (some = []) => some.map(personOf).join(', ');
  return [
    ...line('From', from && personOf(from)),
    ...line('To', people(to)),
    ...line('Cc', people(cc)),
    ...line('Date', date),
    ...line('Subject', subject),
    ...line('Attachments', attachments.map(({ filename }) => filename ?? 'unnamed').join(', ')),
  ].join('\n');
}

const personOf = ({ name, address, group }) =>
  group ? `${name}: ${group.map(personOf).join(', ')}` : name ? `${name} <${address}>` : (address ?? '');
