import { expect, test } from 'vitest';
import { excerptAround } from '../../../src/skills/files/excerpt.ts';
import { findPassages } from '../../../src/skills/files/find.ts';
import { readerOf } from '../../../src/storage/index.ts';
import { DOCUMENTS, QUESTIONS } from '../../media/questions.ts';
import { meanings } from '../../support/embeddings.ts';
import { pdf } from '../../support/pdf.ts';
import { play } from '../../support/play.ts';
import { lastSaid, ScriptedModel } from '../../support/scripted-model.ts';
import { zip } from '../../support/zip.ts';

const DOCUMENT = (body: string) =>
  `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;

const docx = (...paragraphs: string[]) =>
  zip([['word/document.xml', DOCUMENT(paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join(''))]]);

test('a model is shown the beginning of what was sent, with its places', async () => {
  const model = new ScriptedModel(['It is about the boiler.']);
  model.takesFiles = true;
  await using coda = await play({ model });
  await coda.sends('ana', pdf('The warranty lasts 24 months.'), { name: 'manual.pdf', type: 'application/pdf' });
  const asked = lastSaid(model.requests[0]!);
  expect(asked).toContain('manual.pdf: a PDF, 1 page');
  expect(asked).toContain('[page 1]\nThe warranty lasts 24 months.');
});

test('a model reads on in a long file, and finds passages in it', async () => {
  const paragraphs = Array.from(
    { length: 400 },
    (_, at) => `Paragraph number ${at} says that part ${at} of the pump weighs ${at * 7} grams.`,
  );
  const model = new ScriptedModel(
    ['Fine.'],
    [{ call: 'attachment_find', input: { query: 'how much does part 321 weigh?' } }],
    [{ call: 'attachment_read', input: { file: 'pump.docx', from: 'paragraphs 1' } }],
    ['2247 grams.'],
  );
  model.takesFiles = true;
  await using coda = await play({ model });
  await coda.sends('ana', docx(...paragraphs), { name: 'pump.docx' });
  expect(lastSaid(model.requests[0]!)).toContain('attachment_read {"file": "pump.docx"');
  const ana = coda.person('ana');
  expect(await ana.says('how much does part 321 weigh?')).toContain('2247 grams');
  const found = model.requests[2]?.messages.at(-1)?.text ?? '';
  expect(found).toContain('part 321 of the pump weighs 2247 grams');
  expect(found).toMatch(/1\. pump\.docx, paragraphs \d+–\d+/);
});

/** Each section of its own is a passage: what is found has to be the right one, and what is shown of it hold the words. */
test('of sixty questions at least 57 are answered by what is shown of the first three passages', async () => {
  const model = new ScriptedModel(['Fine.']);
  model.takesFiles = true;
  await using coda = await play({ model });
  for (const [name, text] of Object.entries(DOCUMENTS)) await coda.sends('ana', Buffer.from(text), { name });
  const db = readerOf(coda.database());
  const { rows } = await db.query<{ hash: string }>('select hash from file_texts');
  const hashes = rows.map(({ hash }) => hash);
  const missed: string[] = [];
  for (const [question, , words] of QUESTIONS) {
    const found = await findPassages(db, hashes, question, 3);
    if (!found.some(({ text }) => excerptAround(text, question, 900).includes(words))) missed.push(question);
  }
  expect(QUESTIONS).toHaveLength(60);
  expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(3);
});

test('a passage is found by its meaning, once its file has been searched', async () => {
  const service = await meanings();
  await using coda = await play({
    config: {
      'memory.embedder.kind': 'openai-compatible',
      'memory.embedder.base_url': service.url,
      'memory.embedder.model': 'm',
    },
  });
  const text = Array.from(
    { length: 60 },
    (_, at) => `# Room ${at}\nNothing of interest is in room ${at}, as it says in the list of rooms.`,
  );
  text[41] = '# Room 41\nThe couch is the one from Oslo.';
  await coda.sends('ana', Buffer.from(text.join('\n')), { name: 'rooms.md', text: '' });
  const ana = coda.person('ana');
  await ana.says('find the sofa in it');
  await coda.passes({ minutes: 1 });
  expect(await ana.says('find the sofa in it')).toContain('The couch is the one from Oslo.');
  expect(await coda.count('passage_vectors')).toBe(60);
  service.close();
});
