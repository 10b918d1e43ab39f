/**
 * Commits one row after another until it is killed, and says each number once its commit is acknowledged:
 * `node committer.mjs <compiled storage> <data folder> <first number>`.
 */
const [storage, dataDir, first] = process.argv.slice(2);
const { openDatabase } = await import(`${storage}/storage/index.js`);
const { Secrets, silentLog } = await import(`${storage}/base/log.js`);
const { MetricsBook } = await import(`${storage}/base/metrics.js`);
const { SystemClock } = await import(`${storage}/base/clock.js`);

const world = {
  clock: new SystemClock(),
  env: {},
  log: silentLog(),
  secrets: new Secrets(),
  metrics: new MetricsBook(),
};
const database = await openDatabase({ dataDir, connectTimeoutMs: 0 }, world);
await database.run('test.create', 'create table if not exists rows (id int primary key, filler text)');
let next = Number(first);
const filler = 'x'.repeat(2_000);

async function commitRows(kind) {
  for (;;) {
    const id = next++;
    if (kind === 'run') await database.run('test.add', 'insert into rows values ($1, $2)', [id, filler]);
    else await database.tx('test.add', (tx) => tx.query('insert into rows values ($1, $2)', [id, filler]));
    process.stdout.write(`${id}\n`);
  }
}

process.stdout.write('ready\n');
await Promise.all([commitRows('run'), commitRows('run'), commitRows('tx')]);
