/** People, what each may, and the tokens that programs speak with. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import type { Act } from '../app/acts.ts';
import { whenText } from '../app/format.ts';
import { pagesOf } from '../app/groups.ts';
import { type LoadState, useLoad } from '../app/load.ts';
import { path } from '../app/router.ts';
import { person as viewer } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { platformName } from '../chat/list.tsx';
import { CopyDialog } from '../parts/copyable.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field, Select } from '../parts/field.tsx';
import { Empty, LoadView, Page, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { Inviting, OpenInvitations } from './invitations.tsx';
import { Trial } from './trial.tsx';

type People = Json<'/v1/people'>;
type Person = People['people'][number];
type Tokens = Json<'/v1/tokens'>;

export default function PeoplePage() {
  const [, name] = path.value;
  return (
    <Page title="People">
      <div class="sheet">
        <Tabs label="People" tabs={pagesOf('people')} current={name === undefined ? '/people' : `/people/${name}`} />
        {name === 'tokens' ? <TokenList /> : name === 'rights' ? <Trial /> : <PersonList />}
      </div>
    </Page>
  );
}

function PersonList() {
  const loaded = useLoad('people', () => ask(api.GET('/v1/people')), ['people']);
  const [isPairing, setPairing] = useState(false);
  const [isInviting, setInviting] = useState(false);
  const invitations = useLoad('invitations', () => ask(api.GET('/v1/people/invitations')), ['people']);
  return (
    <LoadView loaded={loaded}>
      {({ people, roles }) => {
        const waiting = people.filter(({ waits_until }) => waits_until !== null);
        return (
          <>
            {waiting.length > 0 && (
              <Section title="They ask to be let in">
                <ul class="list">
                  {waiting.map((each) => (
                    <PersonRow key={each.id} person={each} roles={roles} loaded={loaded} isAsking />
                  ))}
                </ul>
              </Section>
            )}
            <Section
              title="Known"
              acts={[
                { label: 'Invite', icon: 'plus', key: '+', run: () => setInviting(true) },
                { label: 'Let in by a code', icon: 'key', run: () => setPairing(true) },
              ]}
            >
              <ul class="list">
                {people.map((each) => (
                  <PersonRow key={each.id} person={each} roles={roles} loaded={loaded} />
                ))}
              </ul>
            </Section>
            <OpenInvitations loaded={invitations} />
            {isInviting && <Inviting onClose={() => setInviting(false)} onMade={invitations.reload} />}
            {isPairing && <Pairing roles={roles} onClose={() => setPairing(false)} onDone={loaded.reload} />}
          </>
        );
      }}
    </LoadView>
  );
}

interface RowProps {
  person: Person;
  roles: readonly string[];
  loaded: LoadState<People>;
  isAsking?: boolean;
}

function PersonRow({ person, roles, loaded, isAsking = false }: RowProps) {
  const { id, name, role, granted, accounts } = person;
  const [isBlocking, setBlocking] = useState(false);
  const params = { path: { person: id } };
  const isViewer = id === viewer().person.id;
  const give = (wanted: string) =>
    void act(() => ask(api.POST('/v1/people/{person}/role', { params, body: { role: wanted } })), {
      done: `${name} is ${wanted} now.`,
    }).then(loaded.reload);
  const items: Act[] = [
    ...roles
      .filter((each) => each !== role)
      .map((each): Act => ({ label: `Make ${each}`, icon: 'shield', run: () => give(each) })),
    { label: 'What may they do?', icon: 'search', href: `/people/rights?person=${id}` },
    ...(granted.length > 0
      ? [{ label: 'Take back', icon: 'x' as const, isDanger: true, run: () => setBlocking(true) }]
      : []),
  ];
  const letIn: Act = { label: 'Let in', icon: 'check', isFirst: true, run: () => give('member') };
  return (
    <Row
      label={name}
      buttons={isAsking ? [letIn] : []}
      menu={isViewer ? undefined : { label: `More for ${name}`, acts: items }}
    >
      <span class="what">
        {name} {isViewer && <span class="tag">you</span>}
        <span class="under"> {accounts.map(({ platform }) => platformName(platform)).join(', ')}</span>
      </span>
      <span class="tag">{role}</span>
      {isBlocking && (
        <Question
          title={`No longer let ${name} in?`}
          yes="Take back"
          isDanger
          onClose={() => setBlocking(false)}
          onYes={() => ask(api.POST('/v1/people/{person}/block', { params }))}
          onDone={() => {
            say(`${name} is not heard any more.`);
            loaded.reload();
          }}
        >
          <p>They are not heard any more, and their browsers are signed out. What they have stays.</p>
        </Question>
      )}
    </Row>
  );
}

interface PairingProps {
  roles: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

function Pairing({ roles, onClose, onDone }: PairingProps) {
  const [code, setCode] = useState('');
  const [role, setRole] = useState('member');
  return (
    <Question
      title="Let somebody in"
      yes="Let in"
      onClose={onClose}
      onYes={() => ask(api.POST('/v1/people/pair', { body: { code: code.trim(), role } }))}
      onDone={() => {
        say('They are let in.');
        onDone();
      }}
    >
      <p class="faint">Who writes to the assistant for the first time is told a code. They tell it to you.</p>
      <Field label="Code" value={code} onValue={setCode} required isFirst />
      <Select label="As" value={role} onValue={setRole}>
        {roles.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </Select>
    </Question>
  );
}

function TokenList() {
  const loaded = useLoad('tokens', () => ask(api.GET('/v1/tokens')), ['people']);
  const [isMaking, setMaking] = useState(false);
  const [newToken, setNewToken] = useState<string>();
  return (
    <Section
      title="Programs that speak with coda"
      acts={[{ label: 'New token', icon: 'plus', key: '+', run: () => setMaking(true) }]}
    >
      <LoadView loaded={loaded}>
        {({ tokens }) => (
          <>
            {tokens.length === 0 && <Empty>There are none. A program that speaks HTTP needs one (docs/http.md).</Empty>}
            <ul class="list">
              {tokens.map((token) => (
                <TokenRow key={token.id} token={token} loaded={loaded} />
              ))}
            </ul>
          </>
        )}
      </LoadView>
      {isMaking && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setNewToken(token);
            loaded.reload();
          }}
        />
      )}
      {newToken !== undefined && (
        <CopyDialog title="The token" text={newToken} onClose={() => setNewToken(undefined)}>
          <p>It is shown this once. Whoever has it speaks in your name.</p>
        </CopyDialog>
      )}
    </Section>
  );
}

function TokenRow({ token, loaded }: { token: Tokens['tokens'][number]; loaded: LoadState<Tokens> }) {
  const { name, person, scopes, used_at, expires_at, revoked_at } = token;
  const [isEnding, setEnding] = useState(false);
  const end: Act = { label: 'End', icon: 'trash', when: () => revoked_at === null, run: () => setEnding(true) };
  return (
    <Row label={name} buttons={[end]}>
      <span class="what">
        {name}{' '}
        <span class="under">
          for {person}: may {scopes.map(scopeWords).join('; ')}
        </span>
      </span>
      <span class="aside">{used_at === null ? 'never used' : `used ${whenText(used_at)}`}</span>
      {expires_at !== null && revoked_at === null && <span class="aside">until {whenText(expires_at)}</span>}
      {revoked_at !== null && <span class="tag">ended {whenText(revoked_at)}</span>}
      {isEnding && (
        <Question
          title={`End the token ${name}?`}
          yes="End it"
          isDanger
          onClose={() => setEnding(false)}
          onYes={() => ask(api.DELETE('/v1/tokens/{name}', { params: { path: { name } } }))}
          onDone={() => {
            say(`${name} is ended.`);
            loaded.reload();
          }}
        >
          <p>The program that has it is not heard any more. This cannot be taken back.</p>
        </Question>
      )}
    </Row>
  );
}

const SCOPES = {
  messages: 'talk with coda, and read what was said over HTTP',
  data: 'read and change reminders, notes, schedules and memories',
  notify: 'have people told something',
  skills: 'search, run and judge skills',
  metrics: 'read what coda counts',
  consent: 'press buttons: what it approves is done',
  admin: 'see and do what an owner can',
} as const;

type Scope = keyof typeof SCOPES;

const scopeWords = (scope: string): string => (SCOPES as Readonly<Record<string, string>>)[scope] ?? scope;

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: (token: string) => void }) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['messages', 'data']);
  return (
    <Question
      title="New token"
      yes="Make it"
      onClose={onClose}
      onYes={async () => {
        const body = { name, scopes: [...scopes], person: viewer().person.id };
        onMade((await ask(api.POST('/v1/tokens', { body }))).token);
      }}
    >
      <Field label="Name of the program" value={name} onValue={setName} required isFirst />
      <fieldset class="choices">
        <legend>It may</legend>
        {(Object.entries(SCOPES) as [Scope, string][]).map(([scope, does]) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={({ currentTarget }) =>
                setScopes(currentTarget.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
              }
            />{' '}
            {does}
          </label>
        ))}
      </fieldset>
    </Question>
  );
}
