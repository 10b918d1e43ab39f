/** A small program with a planted bug, behind a forge, and a scripted model that knows the cure. */

import { z } from 'zod';
import { propose } from '../../../src/proposals/proposals.ts';
import { DOCKER } from '../../support/docker.ts';
import { Forge } from '../../support/forge.ts';
import { ModelServer } from '../../support/model-server/index.ts';
import { modelConfig } from '../../support/models.ts';
import { type Play, play } from '../../support/play.ts';

export const PROGRAM: Readonly<Record<string, string>> = {
  Dockerfile: `FROM ${DOCKER?.image ?? 'python:3.12-slim'}\nWORKDIR /app\nENV PYTHONDONTWRITEBYTECODE=1\nCOPY . /app\nCMD ["python3", "server.py"]\n`,
  'server.py': [
    'import os, http.server',
    'class H(http.server.BaseHTTPRequestHandler):',
    '    def do_GET(self):',
    '        self.send_response(200 if self.path == "/healthz" else 404); self.end_headers()',
    'http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), H).serve_forever()',
    '',
  ].join('\n'),
  'src/total.py': 'def total(prices):\n    return sum(prices[1:])\n',
  'src/bill.py': 'from src.total import total\n\ndef bill(prices):\n    return f"{total(prices):.2f}"\n',
  'src/base/clock.py': 'NOW = 0\n',
  'src/agent/tools/policy.py': 'ALLOW = False\n',
  '.github/workflows/ci.yml': 'on: push\n',
  'tests/__init__.py': '',
  'tests/test_total.py': [
    'import unittest',
    'from src.total import total',
    'class Total(unittest.TestCase):',
    '    def test_all_are_added(self):',
    '        self.assertEqual(total([1, 2, 3]), 6)',
    '',
  ].join('\n'),
};

export const CURE = {
  summary: 'The first price was left out of the sum.',
  edits: [{ path: 'src/total.py', find: 'sum(prices[1:])', replace: 'sum(prices)' }],
};

/** What each specialist answers. */
export interface Script {
  read?: unknown;
  survey?: unknown;
  change?: unknown;
  verdict?: unknown;
  narrative?: unknown;
}

export const STANDARD: Required<Script> = {
  read: { read: ['src/total.py', 'tests/test_total.py'] },
  survey: { files: ['src/total.py'], affected: ['src/bill.py'], notes: 'total() skips the first price.' },
  change: CURE,
  verdict: { pass: true, verdict: 'Ran 1 test: OK.' },
  narrative: { narrative: 'The bill adds all prices again. Please review the pull request.' },
};

export interface LabOptions {
  files?: Readonly<Record<string, string>>;
  links?: Readonly<Record<string, string>>;
  script?: Script;
  /** Over `self_improvement`. */
  settings?: Record<string, unknown>;
  /** Over blocks of the configuration. */
  config?: Record<string, unknown>;
}

/** The configuration by which the forge's own MCP server writes to it. */
export const byTools = (forge: Forge): LabOptions => ({
  settings: { executor_forge: forge.settingsBy('hub') },
  config: { mcp: { servers: { hub: forge.serverSettings } } },
});

export class Lab implements AsyncDisposable {
  readonly coda: Play;
  readonly forge: Forge;
  readonly models: ModelServer;
  script: Required<Script>;

  private constructor(coda: Play, forge: Forge, models: ModelServer, script: Required<Script>) {
    this.coda = coda;
    this.forge = forge;
    this.models = models;
    this.script = script;
    models.improvise = (body) => ({ text: JSON.stringify(answers(this.script, JSON.stringify(body))) });
  }

  /** `more`: options that the forge has to be there for. */
  static async open(
    { files, links, script = {}, ...options }: LabOptions = {},
    more: (forge: Forge) => LabOptions = () => ({}),
  ): Promise<Lab> {
    const forge = await Forge.start({ ...PROGRAM, ...files }, links);
    const models = await ModelServer.start();
    const { settings, config } = { ...options, ...more(forge) };
    // A Sunday evening: the executor's cron is on Monday at two.
    const coda = await play({
      at: '2026-11-22T20:00:00Z',
      config: { ...labConfig(forge, models, settings), ...config },
    });
    await coda.person('ana').says('hello');
    return new Lab(coda, forge, models, { ...STANDARD, ...script });
  }

  /** A proposal that an owner has approved; gives its id. */
  async approved(title = 'The bill leaves out the first price', category = 'code'): Promise<string> {
    const wanted = { category, title, description: 'total([1, 2, 3]) gives 5.', priority: 1 };
    const kinds = new Map([[category, { category, payload: z.null() }]]);
    const { world } = this.coda;
    const [made] = await this.coda
      .database()
      .tx('test.propose', (tx) => propose(tx, kinds, 'test', [wanted], world.clock.now()));
    await this.decide(made?.id ?? '', 'approved');
    return made?.id ?? '';
  }

  async decide(id: string, state: string): Promise<void> {
    await this.coda.database().run('test', 'update improvement_proposals set state = $2 where id = $1', [id, state]);
  }

  /** Monday, with all that falls due by noon. */
  async monday(): Promise<void> {
    await this.coda.moveTo(new Date('2026-11-23T11:00:00Z'));
  }

  async runs(): Promise<{ state: string; reason: string | null; step: string; ended_at: Date | null }[]> {
    const sql = 'select state, reason, step, ended_at from improvement_runs order by started_at';
    return (await this.coda.database().read<never>(sql)).rows;
  }

  /** The first run, as it ended. */
  async ended(): Promise<{ state: string; reason: string }> {
    const [run] = await this.runs();
    return { state: run?.ended_at ? run.state : `${run?.state} at ${run?.step}`, reason: run?.reason ?? '' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.coda[Symbol.asyncDispose]();
    await this.models.close();
    await this.forge[Symbol.asyncDispose]();
  }
}

/** What each specialist answers to a request; anybody else is greeted. */
export function answers(script: Required<Script>, request: string): unknown {
  if (request.includes('# Code archaeologist')) return request.includes('{\\\\\\"read') ? script.read : script.survey;
  if (request.includes('# Code surgeon')) return script.change;
  if (request.includes('# Test runner')) return script.verdict;
  return request.includes('# Improvement reporter') ? script.narrative : 'Hello.';
}

/** The configuration of a coda that may change itself. */
export function labConfig(
  forge: Forge,
  models: ModelServer,
  settings: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    ...modelConfig(models, { fallbacks: [] }),
    execution: {
      ...{ enabled: true, docker_socket: DOCKER?.socket ?? '/nowhere', allowed_images: [DOCKER?.image ?? 'python:*'] },
      ...{ default_image: DOCKER?.image ?? 'python:3.12-slim', warm: 0 },
    },
    self_improvement: {
      executor_enabled: true,
      executor_forge: forge.settings,
      executor_test_command: ['python3', '-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'],
      assessment_enabled: false,
      ...settings,
    },
  };
}
