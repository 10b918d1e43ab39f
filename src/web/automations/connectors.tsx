/** Services that skills may ask, and tool servers: what is written at the machine is told as a command to copy. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { useLoad } from '../app/load.ts';
import { ownCommand } from '../app/session.ts';
import { act, say } from '../app/toasts.tsx';
import { CopyDialog } from '../parts/copyable.tsx';
import { Field } from '../parts/field.tsx';
import { Empty, LoadView, Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Connector = Json<'/v1/connectors'>['connectors'][number];

export function Connectors() {
  const loaded = useLoad('connectors', () => ask(api.GET('/v1/connectors')), ['skills']);
  const [isAdding, setAdding] = useState<'service' | 'server'>();
  return (
    <>
      <Section
        title="Services that skills may ask"
        acts={[{ label: 'Add a service', icon: 'plus', run: () => setAdding('service') }]}
      >
        <LoadView loaded={loaded}>
          {({ connectors, broken }) => (
            <>
              {connectors.length === 0 && broken.length === 0 && (
                <Empty>There are none. A service is an address that skills ask with a key that they never see.</Empty>
              )}
              <ul class="list">
                {connectors.map((connector) => (
                  <ConnectorRow key={connector.name} connector={connector} />
                ))}
                {broken.map(({ file, why }) => (
                  <li key={file} class="row">
                    <span class="what">
                      {file} <span class="bad">{why}</span>
                    </span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </LoadView>
      </Section>
      <Section
        title="Tool servers (MCP)"
        acts={[{ label: 'Add a tool server', icon: 'plus', run: () => setAdding('server') }]}
      >
        <Empty>
          They stand in <code>config.yaml</code>; “/mcp” in the chat shows the state of each. To remove one, take its
          lines out of <code>mcp.servers</code> and start coda again.
        </Empty>
      </Section>
      {isAdding === 'service' && <NewService onClose={() => setAdding(undefined)} />}
      {isAdding === 'server' && <NewServer onClose={() => setAdding(undefined)} />}
    </>
  );
}

function ConnectorRow({ connector: { name, base_url: address, missing } }: { connector: Connector }) {
  const [isEnding, setEnding] = useState(false);
  const test = () =>
    void act(async () => {
      const params = { path: { name } };
      const { status } = await ask(api.POST('/v1/connectors/{name}/test', { params, body: {} }));
      say(`${name} answered with ${status}.`);
    });
  return (
    <Row
      label={name}
      buttons={[
        { label: 'Try it', icon: 'play', run: test },
        { label: 'Remove', icon: 'trash', run: () => setEnding(true) },
      ]}
    >
      <span class="what">
        {name} <span class="under">{address}</span>
      </span>
      {missing.length > 0 && (
        <a class="tag warn" href="/skills/+secrets">
          lacks {missing.join(', ')}
        </a>
      )}
      {isEnding && (
        <CopyDialog
          title={`Remove ${name}`}
          text={`${ownCommand()} connectors remove ${name}`}
          onClose={() => setEnding(false)}
        >
          <p>It is a file beside the skills, which this command deletes at the machine that coda runs on.</p>
        </CopyDialog>
      )}
    </Row>
  );
}

/** A word as a shell takes it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function NewService({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [secret, setSecret] = useState('');
  const line = [
    `${ownCommand()} connectors add ${quoted(name.trim() || 'weather')}`,
    `--base-url ${quoted(address.trim() || 'https://api.example.com/v1')}`,
    ...(secret.trim() === '' ? [] : [`--bearer ${quoted(secret.trim())}`]),
  ].join(' ');
  return (
    <CopyDialog title="Add a service" text={line} onClose={onClose}>
      <p class="faint">
        It becomes a file beside the skills. Run the command at the machine that coda runs on; it is there at once.
      </p>
      <Field label="Name" value={name} onValue={setName} placeholder="weather" isFirst />
      <Field label="Address" value={address} onValue={setAddress} placeholder="https://api.example.com/v1" />
      <Field
        label="Name of the secret that is sent along"
        value={secret}
        onValue={setSecret}
        placeholder="WEATHER_KEY"
        hint="Its value is set under Skills, Secrets, and is never shown."
      />
    </CopyDialog>
  );
}

function NewServer({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [secret, setSecret] = useState('');
  const header = `      headers: { Authorization: "Bearer \${${secret.trim()}}" }`;
  const line = [
    'mcp:',
    '  servers:',
    `    ${JSON.stringify(name.trim() || 'github')}:`,
    `      url: ${JSON.stringify(address.trim() || 'https://api.githubcopilot.com/mcp/')}`,
    ...(secret.trim() === '' ? [] : [header]),
  ].join('\n');
  return (
    <CopyDialog title="Add a tool server" text={line} onClose={onClose}>
      <p class="faint">
        Put these lines into <code>config.yaml</code>, look at them with <code>{ownCommand()} config check</code>, and
        start coda again. Programs, containers and sign-in: docs/mcp.md.
      </p>
      <Field label="Name" value={name} onValue={setName} placeholder="github" isFirst />
      <Field label="Address" value={address} onValue={setAddress} placeholder="https://api.githubcopilot.com/mcp/" />
      <Field
        label="Name of the environment variable with its key"
        value={secret}
        onValue={setSecret}
        placeholder="GITHUB_TOKEN"
      />
    </CopyDialog>
  );
}
