/** A skill: what it may do before it is trusted, what has changed since, and what it needs. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type Act, useActs } from '../app/acts.ts';
import { plural, sizeOf } from '../app/format.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { act, say } from '../app/toasts.tsx';
import { WordButtons } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { ChangedLines, Findings, May } from './look.tsx';
import { SecretQuestion } from './secrets.tsx';
import { StateTag } from './state.tsx';
import { newerOf, UpdateButton, useUpdates } from './updates.tsx';

type Detail = Json<'/v1/skills/{name}'>;

export function SkillView({ name }: { name: string }) {
  const loaded = useLoad(`skill ${name}`, () => ask(api.GET('/v1/skills/{name}', { params: { path: { name } } })), [
    'skills',
  ]);
  return <LoadView loaded={loaded}>{(skill) => <Detail skill={skill} loaded={loaded} />}</LoadView>;
}

function Detail({ skill, loaded }: { skill: Detail; loaded: LoadState<Detail> }) {
  const { name, description, state, why, version, author, license, homepage, files, tools, diagnostics, secrets } =
    skill;
  return (
    <>
      <Section title={name} beside={<StateTag state={state} />}>
        <p>{description}</p>
        {why !== null && <p class="faint">{why}</p>}
        <Newer skill={skill} loaded={loaded} />
        <p class="faint small">
          {[version && `version ${version}`, author && `by ${author}`, license, plural(skill.uses, 'use')]
            .filter(Boolean)
            .join(', ')}
          {homepage !== null && /^https?:/.test(homepage) && (
            <>
              {', '}
              <a href={homepage} target="_blank" rel="noopener noreferrer">
                {homepage}
              </a>
            </>
          )}
        </p>
        <Acts skill={skill} loaded={loaded} />
      </Section>
      {skill.trust && (
        <Section title={skill.trust.before === null ? 'What it may do' : 'What is new since you trusted it'}>
          <May may={skill.trust.may} />
          <Findings findings={skill.trust.findings} />
          {skill.trust.difference && <Difference difference={skill.trust.difference} />}
        </Section>
      )}
      {skill.trust_problem !== null && (
        <Section title="It cannot be trusted">
          <p class="bad">{skill.trust_problem}</p>
        </Section>
      )}
      {diagnostics.length > 0 && <Diagnostics diagnostics={diagnostics} />}
      {secrets.length > 0 && <SecretList skill={skill} loaded={loaded} />}
      {tools !== null && (
        <Section title="Tools it asks for">
          <p>{tools.join(', ') || 'none'}</p>
        </Section>
      )}
      {files.length > 0 && <FileList files={files} />}
    </>
  );
}

/** That its catalog has a newer one. */
function Newer({ skill, loaded }: { skill: Detail; loaded: LoadState<Detail> }) {
  const updates = useUpdates();
  const newer = newerOf(updates.data, skill.name);
  if (!newer) return null;
  return (
    <p>
      {newer.to ?? 'A newer one'} is there.{' '}
      <UpdateButton
        update={newer}
        onDone={() => {
          loaded.reload();
          updates.reload();
        }}
      />
    </p>
  );
}

const FileList = ({ files }: Pick<Detail, 'files'>) => (
  <Section title="Files">
    <ul class="list">
      {files.map(({ path, bytes }) => (
        <li key={path} class="row">
          <code class="what">{path}</code>
          <span class="aside">{sizeOf(bytes)}</span>
        </li>
      ))}
    </ul>
  </Section>
);

function Diagnostics({ diagnostics }: Pick<Detail, 'diagnostics'>) {
  return (
    <Section title="What is wrong with its files">
      <ul class="list">
        {diagnostics.map(({ code, level, message, file, line }) => (
          <li key={`${code} ${file} ${line}`} class="row">
            <span class={`what ${level === 'error' ? 'bad' : 'warn'}`}>{message}</span>
            <code>
              {file}
              {line !== null && `:${line}`}
            </code>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function SecretList({ skill: { name, secrets }, loaded }: { skill: Detail; loaded: LoadState<Detail> }) {
  const [asked, setAsked] = useState<string>();
  return (
    <Section title="Values it is run with">
      <ul class="list">
        {secrets.map((secret) => (
          <Row
            key={secret.name}
            label={secret.name}
            buttons={[{ label: 'Set', icon: 'key', key: 'Enter', run: () => setAsked(secret.name) }]}
          >
            <span class="what">
              <code>{secret.name}</code> <span class="under">{secret.about}</span>
            </span>
            <span class={`tag ${secret.required && !secret.set ? 'warn' : ''}`}>
              {secret.set ? 'set' : secret.required ? 'missing' : 'not set'}
            </span>
          </Row>
        ))}
      </ul>
      {asked !== undefined && (
        <SecretQuestion skill={name} name={asked} onClose={() => setAsked(undefined)} onDone={loaded.reload} />
      )}
    </Section>
  );
}

function Acts({ skill, loaded }: { skill: Detail; loaded: LoadState<Detail> }) {
  const { name, group, state, trust } = skill;
  const id = idOf(skill);
  const [isRetiring, setRetiring] = useState(false);
  const run = (ask: () => Promise<unknown>, done: string) => void act(ask, { done }).then(loaded.reload);
  const pin = trust && { name, hash: trust.hash };
  const activate = () =>
    pin && run(() => ask(api.POST('/v1/skills/activate', { body: pin })), `${name} is offered now.`);
  const approve = () =>
    pin && run(() => ask(api.POST('/v1/skills/trust', { body: pin })), `${name} is trusted as it is now.`);
  const withdraw = () =>
    run(
      () => ask(api.POST('/v1/skills/{name}/withdraw', { params: { path: { name } } })),
      `${name} is not used any more.`,
    );
  const offer = () =>
    run(
      () =>
        group === null
          ? ask(api.POST('/v1/skills/{id}/undeprecate', { params: { path: { id } } }))
          : ask(api.POST('/v1/skills/{group}/{id}/undeprecate', { params: { path: { group, id } } })),
      `${name} is offered again.`,
    );
  const isDraft = state === 'draft';
  const isUntrusted = trust !== null && !isDraft && !trust.approved;
  const acts: Act[] = [
    { label: 'Activate', icon: 'check', isFirst: true, when: () => trust !== null && isDraft, run: activate },
    { label: 'Trust it', icon: 'shield', isFirst: true, when: () => isUntrusted, run: approve },
    { label: 'Withdraw', icon: 'x', when: () => trust?.approved === true, run: withdraw },
    {
      label: 'Offer no longer',
      icon: 'pause',
      when: () => state === 'in_use' || state === 'untrusted',
      run: () => setRetiring(true),
    },
    { label: 'Offer again', icon: 'play', when: () => state === 'deprecated', run: offer },
  ];
  useActs(acts);
  return (
    <div class="buttons section">
      <WordButtons acts={acts} />
      {isRetiring && <RetireQuestion skill={skill} onClose={() => setRetiring(false)} onDone={loaded.reload} />}
    </div>
  );
}

/** The name without its group. */
const idOf = ({ name, group }: Detail): string => (group === null ? name : name.slice(group.length + 1));

function RetireQuestion({ skill, onClose, onDone }: { skill: Detail; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const { name, group } = skill;
  const id = idOf(skill);
  return (
    <Question
      title={`Offer ${name} no longer?`}
      yes="Offer it no longer"
      onClose={onClose}
      onYes={() =>
        group === null
          ? ask(api.POST('/v1/skills/{id}/deprecate', { params: { path: { id } }, body: { reason } }))
          : ask(api.POST('/v1/skills/{group}/{id}/deprecate', { params: { path: { group, id } }, body: { reason } }))
      }
      onDone={() => {
        say(`${name} stays, and is not offered any more.`);
        onDone();
      }}
    >
      <Field label="Why" value={reason} onValue={setReason} maxLength={500} required isFirst />
      <p>It stays where it is; models are not offered it any more. This can be taken back here.</p>
    </Question>
  );
}

function Difference({ difference }: { difference: NonNullable<NonNullable<Detail['trust']>['difference']> }) {
  const { added, changed, removed, lines } = difference;
  if (added.length + changed.length + removed.length === 0) return <p class="faint">Its files are as you saw them.</p>;
  return (
    <>
      <pre class="diff">
        {added.map((path) => (
          <ins key={path}>{`+ ${path}\n`}</ins>
        ))}
        {changed.map((path) => `~ ${path}\n`)}
        {removed.map((path) => (
          <del key={path}>{`- ${path}\n`}</del>
        ))}
      </pre>
      {lines !== null && <ChangedLines lines={lines} />}
    </>
  );
}
