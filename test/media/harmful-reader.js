/** A reader that hangs, crashes or takes all memory, by the name of the file. */
import { answerParent } from '../../src/base/child/program.js';

let name = '';

await answerParent(
  async (task) => {
    if (task.do === 'open') name = task.name;
    if (task.do !== 'read') return {};
    if (name === 'hang') for (;;);
    if (name === 'crash') process.kill(process.pid, 'SIGSEGV');
    if (name === 'memory') {
      const held = [];
      for (;;) {
        held.push(Buffer.alloc(8 * 1024 * 1024, 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    if (name === 'crash') await new Promise(() => {});
    const facts = { kind: 'text', says: 'a text', title: '' };
    return { passages: [{ place: 'line 1', text: 'all is well' }], facts };
  },
  { mostMemory: 300 * 1024 * 1024 },
);
