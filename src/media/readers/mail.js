/** Mails (eml): who wrote to whom, the words, and each attachment by the reader of its kind. */
import { Unreadable } from './limits.js';

const MOST_ATTACHMENTS = 100;

export async function* readMail(bytes, about, readHtmlBlocks, nested) {
  const { default: PostalMime } = await import('postal-mime');
  const mail = await PostalMime.parse(bytes, { maxNestingDepth: 50, maxHeadersSize: 1_000_000 }).catch(() => {
    throw new Unreadable('broken');
  });
  about.title = mail.subject ?? '';
  yield { text: headOf(mail), place: 'the head of the mail' };
  const text = mail.text?.trim() ? mail.text : '';
  if (text !== '') yield { text, place: 'the mail' };
  if (mail.html) {
    // The other form of the text may hide words.
    for await (const block of readHtmlBlocks(Buffer.from(mail.html)))
      if (text === '' || block.aside) yield { ...block, place: 'the mail' };
  }
  const attached = mail.attachments.slice(0, MOST_ATTACHMENTS);
  about.parts = { unit: 'attachment', count: mail.attachments.length };
  for (const { filename, mimeType, content } of attached) {
    const name = filename ?? 'unnamed';
    yield* nested(Buffer.from(content), name, mimeType ?? '', `attachment ${name}`);
  }
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
