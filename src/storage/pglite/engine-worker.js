// @ts-check
/**
 * The thread that holds the embedded engine: protocol bytes in, protocol bytes out, one message each. It is plain
 * JavaScript because a worker thread gets no loader: it must run from the sources and from the build alike.
 */
import { once } from 'node:events';
import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The exit status of this thread after the engine stopped itself; the main thread reads the reason from `stderr`. */
const BROKEN = 70;

/** @type {{ folder: string, startParams: string[], fsyncs: Int32Array }} */
const { folder, startParams, fsyncs } = workerData;
const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);

/** The file layer with a real fsync; without it a commit is only as durable as the host's page cache. */
class DurableFS extends NodeFS {
  /**
   * @override
   * @param {any} pg
   * @param {any} options
   */
  async init(pg, options) {
    // Before the mount, and so before recovery opens its first file.
    const install = (/** @type {any} */ mod) => {
      mod.NODEFS.stream_ops.fsync = (/** @type {any} */ stream) => sync(mod, stream);
    };
    return super.init(pg, { ...options, preRun: [install, ...(options.preRun ?? [])] });
  }
}

/** @param {any} mod @param {any} stream */
function sync(mod, stream) {
  try {
    if (stream.nfd === undefined) syncFolder(mod.NODEFS.realPath(stream.node));
    else {
      fdatasyncSync(stream.nfd);
      Atomics.add(fsyncs, 0, 1);
    }
    return 0;
  } catch (error) {
    throw new mod.FS.ErrnoError(mod.NODEFS.convertNodeCode(error));
  }
}

/** @param {string} path */
function syncFolder(path) {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The engine's last complaint.
 * @type {string[]}
 */
const complaints = [];

/** @param {string} line */
function onStderr(line) {
  if (/\b(LOG|DEBUG\d|INFO|NOTICE): /.test(line) || line.startsWith('pglitec:')) return false;
  complaints.push(line);
  complaints.splice(0, complaints.length - 5);
  process.stderr.write(`${line}\n`);
  if (/\bPANIC: /.test(line)) process.exit(BROKEN);
  return false;
}

/**
 * PGlite's loop swallows a trap and may spin for ever on what it left behind. The engine's memory is void then, as it
 * is after a PANIC: leave, so that a restart recovers.
 * @param {any} mod
 */
function leaveOnTrap(mod) {
  const once = mod._PostgresMainLoopOnce;
  mod._PostgresMainLoopOnce = () => {
    try {
      once();
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      if (name !== 'RuntimeError' && name !== 'RangeError') throw error;
      process.stderr.write(`${message}\n`);
      process.exit(BROKEN);
    }
  };
}

class Engine extends PGlite {
  /**
   * Parameters and rows are encoded on the main thread; reading the array types here would cost 70 ms and 40 MB.
   * @override
   */
  async _initArrayTypes() {}
}

/**
 * The engine's code is the first message.
 * @type {any[]}
 */
const [code] = await once(port, 'message');

const engine = new Engine({
  fs: new DurableFS(folder),
  pgliteWasmModule: code,
  startParams,
  onStderr,
  extensions: { pg_trgm },
});

/** Buffer in which answers are put together. It is reused: large answers would leave tens of MB of garbage in this thread. */
let gathered = new Uint8Array(64 * 1024);
let length = 0;
const KEPT_BYTES = 1024 * 1024;

/** @param {Uint8Array} chunk */
function gather(chunk) {
  const end = length + chunk.length;
  if (end > gathered.length) {
    const larger = new Uint8Array(2 ** Math.ceil(Math.log2(end)));
    larger.set(gathered.subarray(0, length));
    gathered = larger;
  }
  gathered.set(chunk, length);
  length = end;
}

/**
 * Runs protocol messages; `closing` ends the transaction behind them.
 * @param {Uint8Array} bytes
 * @param {boolean} closing
 */
async function exec(bytes, closing) {
  const options = { syncToFs: false, onRawData: gather };
  length = 0;
  await engine.execProtocolRawStream(bytes, options);
  if (closing) await engine.execProtocolRawStream(foundRows(gathered.subarray(0, length)) ? COMMIT : ROLLBACK, options);
  const answer = gathered.slice(0, length);
  if (gathered.length > KEPT_BYTES) gathered = new Uint8Array(64 * 1024);
  return answer;
}

/** @param {string} sql */
function simpleQuery(sql) {
  const text = Buffer.from(`${sql}\0`);
  const head = Buffer.from([0x51, 0, 0, 0, 4 + text.length]);
  return new Uint8Array(Buffer.concat([head, text]));
}

const COMMIT = simpleQuery('commit');
const ROLLBACK = simpleQuery('rollback');

/**
 * True if nothing failed and the last statement returned or changed a row: its tag ends with their number.
 * @param {Uint8Array} answer
 */
function foundRows(answer) {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  let found = false;
  for (let at = 0; at < bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] === 0x45) return false;
    if (bytes[at] === 0x43) found = !bytes.toString('latin1', at + 5, at + bytes.readInt32BE(at + 1)).endsWith(' 0');
  }
  return found;
}

/** @param {{ kind: 'exec', bytes: Uint8Array, closing: boolean } | { kind: 'close' }} request */
async function serve(request) {
  if (request.kind === 'exec') return exec(request.bytes, request.closing);
  await engine.close();
  return new Uint8Array();
}

let last = engine.waitReady.then(
  () => {
    leaveOnTrap(engine.Module);
    port.postMessage({ ready: true });
  },
  (error) => port.postMessage({ failed: [...complaints, String(error?.message ?? error)].join('; ') }),
);

port.on('message', (request) => {
  last = last
    .then(() => serve(request))
    .then(
      (bytes) => port.postMessage({ bytes }, [bytes.buffer]),
      (error) => port.postMessage({ error: String(error?.message ?? error) }),
    );
});
