import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { play } from '../support/play.ts';
test('try', async () => {
  await using coda = await play({ zone: 'Europe/London', at: '2026-11-20T09:00:00Z', config: { 'assistant.zone': 'Europe/London' } });
  let n = 0;
  for (const block of readFileSync('/tmp/say.txt', 'utf8').split(/\n\n+/)) {
    const p = coda.person(`p${++n}`);
    for (const line of block.split('\n').filter(Boolean)) {
      if (line.startsWith('+')) { await coda.passes({ minutes: Number(line.slice(1)) }); console.log('   (passes)', p.seen().at(-1)?.text); continue; }
      const before = p.seen().length;
      if (line.startsWith('!')) await p.presses(line.slice(2)).catch((e) => console.log('   ERR', e.message));
      else await p.says(line.replaceAll('\\n', '\n')).catch((e) => console.log('   ERR', e.message));
      console.log(`> ${line}\n` + p.seen().slice(before).map((m) => '   ' + m.text.replaceAll('\n', '\n   ') + m.buttons.map((b) => `\n   [${b.label}]`).join('')).join('\n'));
    }
    console.log('---');
  }
}, 600000);
