/** Mails (eml): who wrote to whom, the words, and each attachment by the reader of its kind. */
import { decodeBytes, repairWestern } from './encoding.js';
import { Unreadable } from './limits.js';

const MOST_ATTACHMENTS = 100;
const LONGEST_HEAD = 64 * 1024;

export async function* readMail(bytes, about, readHtmlBlocks, nested) {
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
  if (text !== '') yield { text, place: 'the mail' };
  if (mail.html) {
    // The other form of the text may hide words.
    for await (const block of readHtmlBlocks(repairWestern(mail.html)))
      if (text === '' || block.aside) yield { ...block, place: 'the mail' };
  }
  const attached = mail.attachments.slice(0, MOST_ATTACHMENTS);
  about.parts = { unit: 'attachment', count: mail.attachments.length };
  for (const { filename, mimeType, content } of attached) {
    const name = repairWestern(filename ?? 'unnamed');
    yield* nested(Buffer.from(content), name, mimeType ?? '', `attachment ${name}`);
  }
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
