/** Newer versions in the catalogs of installed skills, each shown with its difference before it is taken. */
import { useEffect, useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { type Act, useActs } from '../app/acts.ts';
import { useLoad } from '../app/load.ts';
import { query } from '../app/router.ts';
import { act, say } from '../app/toasts.tsx';
import { WordButtons } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { ChangedLines, Findings, May } from './look.tsx';

type Updates = Json<'/v1/market/updates'>;
type Update = Updates['skills'][number];

interface Look {
  version: string | null;
  before: string | null;
  pin: string;
  may: string[];
  findings: { level: string; file: string; line: number; why: string }[];
  difference: string | null;
}

/** Catalogs are asked when a page of skills opens; one that is away takes nothing off that page. */
export const useUpdates = () => useLoad('skill updates', () => ask(api.GET('/v1/market/updates')), []);

export const newerOf = (updates: Updates | undefined, name: string): Update | undefined =>
  updates?.skills.find(({ id, state }) => id === name && state === 'newer');

/** ` from 1.0.0 to 1.1.0`: what is known of both. */
const versionsOf = ({ before, version }: Look): string =>
  `${before ? ` from ${before}` : ''}${version ? ` to ${version}` : ''}`;

export function UpdateButton({ update: { id, catalog }, onDone }: { update: Update; onDone: () => void }) {
  const [look, setLook] = useState<Look>();
  const [isLooking, setLooking] = useState(false);
  const lookAt = async () => {
    setLooking(true);
    await act(async () => {
      setLook(await ask(api.POST('/v1/market/look', { body: { id, catalog } })));
    });
    setLooking(false);
  };
  // Whoever has pressed that it is there wants to read of it.
  useEffect(() => {
    if (query.value.has('update')) void lookAt();
  }, []);
  const acts: Act[] = [
    {
      label: isLooking ? 'Looking …' : 'Update',
      icon: 'download',
      isFirst: true,
      isBusy: isLooking,
      run: () => void lookAt(),
    },
  ];
  useActs(acts);
  const install = ({ pin }: Look) => ask(api.POST('/v1/market/install', { body: { id, catalog, pin } }));
  return (
    <>
      <WordButtons acts={acts} />
      {look && (
        <Question
          title={`Update ${id}${versionsOf(look)}?`}
          yes="Update it"
          onClose={() => setLook(undefined)}
          onYes={() => install(look)}
          onDone={() => {
            say(`${id} is updated${look.version === null ? '' : ` to ${look.version}`}.`);
            onDone();
          }}
        >
          <h3>What it may do now, and not before</h3>
          <May may={look.may} />
          <Findings findings={look.findings} />
          {look.difference !== null && (
            <>
              <h3>What has changed in its files</h3>
              <ChangedLines lines={look.difference} />
            </>
          )}
        </Question>
      )}
    </>
  );
}
