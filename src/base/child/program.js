// @ts-check
/** The other end of `Child`, in the process of its own: plain JavaScript, because that process gets no loader. */
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

const PARENT = 3;

/**
 * Ends this process when it has another parent, or takes more memory than it may: the main thread may be in a loop that sees
 * neither.
 */
const WATCH = `
  const { workerData: { parent, mostMemory } } = require('node:worker_threads');
  const isWell = () => process.ppid === parent && !(mostMemory && process.memoryUsage.rss() > mostMemory);
  setInterval(() => isWell() || process.kill(process.pid, 'SIGKILL'), mostMemory ? 200 : 1_000);
`;

/**
 * Answers the parent's requests with `work`, one after another, until the parent ends. `mostMemory`: bytes of this process,
 * beyond which it is killed; the heap has a limit of its own.
 *
 * @param {(task: any) => Promise<unknown>} work
 * @param {{ mostMemory?: number }} limits
 */
export async function answerParent(work, { mostMemory } = {}) {
  const channel = new Socket({ fd: PARENT });
  channel.on('error', () => process.exit());
  channel.on('close', () => process.exit());
  new Worker(WATCH, { eval: true, workerData: { parent: process.ppid, mostMemory } }).unref();
  stepBack();
  for await (const line of createInterface({ input: channel })) {
    const { id, task } = JSON.parse(line);
    channel.write(`${JSON.stringify({ id, ...(await answerOf(work, task)) })}\n`);
  }
}

/** Lets the parent go first when memory or processors are short. */
function stepBack() {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // No Linux, or a container that hides it.
  }
}

/**
 * @param {(task: any) => Promise<unknown>} work
 * @param {unknown} task
 */
async function answerOf(work, task) {
  try {
    return { result: await work(task) };
  } catch (error) {
    const { message = String(error), code } = /** @type {any} */ (error ?? {});
    return { error: String(message).slice(0, 1_000), ...(typeof code === 'string' && { code: code.slice(0, 100) }) };
  }
}
