/** A decoder of pictures that crashes at one of 8,001 pixels, and makes three bytes of any other. */
import { answerParent } from '../../src/base/child/program.js';

await answerParent(async (task) => {
  if (task.do === 'scale' && task.width === 8_001) {
    process.kill(process.pid, 'SIGSEGV');
    await new Promise(() => {});
  }
  if (task.do === 'scale') return { size: 3 };
  return task.do === 'take' ? { base64: Buffer.from('abc').toString('base64') } : {};
});
