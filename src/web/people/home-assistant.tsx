/** Being signed in by Home Assistant, where coda is shown in it. */
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import { useLoad } from '../app/load.ts';
import { act, say } from '../app/toasts.tsx';
import { Question } from '../parts/dialog.tsx';
import { Section } from '../parts/page.tsx';

export function HomeAssistant() {
  const { data, reload } = useLoad('home-assistant', () => ask(api.GET('/v1/me/home-assistant')), []);
  const [isLinking, setLinking] = useState(false);
  if (!data || (data.user === null && !data.linked)) return null;
  const { user, linked } = data;
  const unlink = () =>
    act(() => ask(api.DELETE('/v1/me/home-assistant')), { done: 'Home Assistant does not sign you in any more.' }).then(
      reload,
    );
  return (
    <Section
      title="Home Assistant"
      acts={[
        linked
          ? { label: 'Do not sign me in', icon: 'x', run: () => void unlink() }
          : { label: 'Sign me in', icon: 'key', run: () => setLinking(true) },
      ]}
    >
      <p>{linked ? 'It signs you in here.' : `You are ${user} there, and it can sign you in here.`}</p>
      {isLinking && <Linking user={user ?? ''} onClose={() => setLinking(false)} onDone={reload} />}
    </Section>
  );
}

function Linking({ user, onClose, onDone }: { user: string; onClose: () => void; onDone: () => void }) {
  return (
    <Question
      title={`Be signed in as ${user} of Home Assistant?`}
      yes="Sign me in"
      onClose={onClose}
      onYes={() => ask(api.PUT('/v1/me/home-assistant'))}
      onDone={() => {
        say('Home Assistant signs you in from now on.');
        onDone();
      }}
    >
      <p>Whoever can be this user there, such as an administrator, can then be you here.</p>
    </Question>
  );
}
