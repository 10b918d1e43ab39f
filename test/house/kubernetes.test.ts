import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../src/base/root.ts';

const text = readFileSync(join(packageRoot(), 'deploy', 'kubernetes.yaml'), 'utf8');

const container = z.looseObject({
  image: z.string(),
  args: z.array(z.string()),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  startupProbe: z.looseObject({ exec: z.object({ command: z.array(z.string()) }) }),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
});

const pod = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  terminationGracePeriodSeconds: z.number(),
  securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.literal(1_000) }),
  containers: z.tuple([container]),
  volumes: z.array(z.looseObject({ name: z.string(), emptyDir: z.unknown().optional() })),
});

const documents = parseAllDocuments(text).map((document) => document.toJS());
const deployment = documents.find(({ kind }) => kind === 'Deployment');
const { containers, volumes, terminationGracePeriodSeconds } = pod.parse(deployment.spec.template.spec);
const [coda] = containers;

test('the manifest is a claim, a service and a deployment, unprivileged and read-only', () => {
  expect(documents.map(({ kind }) => kind)).toEqual(['PersistentVolumeClaim', 'Service', 'Deployment']);
  expect(deployment.spec.selector.matchLabels).toEqual(deployment.spec.template.metadata.labels);
  expect(coda.args).toEqual(['run']);
  expect(text).not.toContain('docker.sock');
});

test('running answers get more than their ten seconds, and coda itself is asked whether it is well', () => {
  expect(terminationGracePeriodSeconds).toBeGreaterThan(10);
  expect(coda.startupProbe.exec.command).toEqual(['node', 'dist/main.js', 'health']);
});

test('what is in the data folder outlasts a pod, but for what each has of its own', () => {
  expect(coda.volumeMounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort());
  const gone = coda.volumeMounts.filter(({ name }) => volumes.some((each) => each.name === name && each.emptyDir));
  expect(gone.map(({ mountPath }) => mountPath)).toEqual(['/data/run', '/tmp']);
});

test('the service leads to the port of the page, and the image is of this version and not asked for again', () => {
  const { spec } = documents.find(({ kind }) => kind === 'Service');
  expect(spec.selector).toEqual(deployment.spec.selector.matchLabels);
  expect(spec.ports[0].targetPort).toBe('http');
  expect(coda.ports).toEqual([{ name: 'http', containerPort: 8_321 }]);
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  expect([coda.image, coda.imagePullPolicy]).toEqual([`coda:${version}`, 'IfNotPresent']);
});
