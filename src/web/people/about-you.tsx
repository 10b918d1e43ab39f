/** Name, zone, quiet hours and language of the person who is signed in, and light or dark in this browser. */
import { Fragment } from 'preact';
import { useState } from 'preact/hooks';
import { api, ask } from '../api/client.ts';
import type { Json } from '../api/types.ts';
import { tellChange } from '../app/change.ts';
import { wallClock } from '../app/format.ts';
import { useLoad } from '../app/load.ts';
import { type Me, person, readMe } from '../app/session.ts';
import { chooseTheme, type Theme, theme } from '../app/theme.ts';
import { act } from '../app/toasts.tsx';
import { Button } from '../parts/button.tsx';
import { Question } from '../parts/dialog.tsx';
import { Field } from '../parts/field.tsx';
import { Section } from '../parts/page.tsx';
import { Row } from '../parts/row.tsx';

type Own = Me['person'];
type SettingName = 'name' | 'zone' | 'quiet' | 'language';

interface OwnSetting {
  label: string;
  shown: (own: Own) => string;
  /** The value as it is typed. */
  typed: (own: Own) => string;
  hint: string;
}

const SETTINGS: Readonly<Record<SettingName, OwnSetting>> = {
  name: {
    label: 'Name',
    shown: ({ name }) => name,
    typed: ({ name }) => name,
    hint: 'As coda calls you, and others see you.',
  },
  zone: {
    label: 'Time zone',
    shown: ({ zone }) => zone,
    typed: ({ zone }) => zone,
    hint: 'A city or a zone, such as Berlin. What was planned before is offered to be moved.',
  },
  quiet: {
    label: 'Quiet hours',
    shown: ({ quiet }) => (quiet ? `${wallClock(quiet.from)} to ${wallClock(quiet.to)}` : 'none'),
    typed: ({ quiet }) => (quiet ? `${quiet.from}-${quiet.to}` : ''),
    hint: 'Such as 22:00-07:00, or off. Only what is urgent comes then.',
  },
  language: {
    label: 'Language',
    shown: ({ locale }) => (locale === null ? 'not known' : languageName(locale)),
    typed: ({ locale }) => locale ?? '',
    hint: 'By its name or tag, such as German or de-AT. Times are read and shown in it.',
  },
};

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function AboutYou() {
  const [asked, setAsked] = useState<SettingName>();
  const own = person().person;
  // Offers follow the things that stand in another zone.
  const { data, reload } = useLoad(`offers ${own.zone}`, () => ask(api.GET('/v1/me/offers')), [
    'reminders',
    'schedules',
  ]);
  return (
    <>
      <Section title="About you">
        <ul class="list">
          {Object.entries(SETTINGS).map(([name, { label, shown }]) => (
            <Fragment key={name}>
              <Row
                label={`${label}: ${shown(own)}`}
                buttons={[
                  {
                    label: `Change: ${label}`,
                    short: 'Change',
                    icon: 'pencil',
                    key: 'Enter',
                    run: () => setAsked(name as SettingName),
                  },
                ]}
              >
                <span class="what">
                  {label} <span class="under">{shown(own)}</span>
                </span>
              </Row>
              {data?.offers
                .filter(({ setting }) => setting === name)
                .map((offer) => (
                  <OfferView key={offer.text} offer={offer} onOver={reload} />
                ))}
            </Fragment>
          ))}
        </ul>
      </Section>
      <Appearance />
      {asked && <SettingQuestion name={asked} own={own} onClose={() => setAsked(undefined)} />}
    </>
  );
}

type Offer = Json<'/v1/me/offers'>['offers'][number];

/** Things of the person's that a change of the setting left as they were, each with its times before and after. */
function OfferView({ offer: { text, choices }, onOver }: { offer: Offer; onOver: () => void }) {
  const press = (id: string) =>
    void act(() => tellChange(onOver, ask(api.POST('/v1/me/offers/{id}', { params: { path: { id } }, body: {} }))), {
      back: onOver,
    });
  return (
    <Row class="card" label={text.split('\n')[0]}>
      <div class="call" dir="auto">
        {text}
      </div>
      <div class="buttons">
        {choices.map(({ id, label, style }) => (
          <Button key={id} kind={style ?? 'quiet'} onClick={() => press(id)}>
            {label}
          </Button>
        ))}
      </div>
    </Row>
  );
}

function SettingQuestion({ name, own, onClose }: { name: SettingName; own: Own; onClose: () => void }) {
  const { label, typed, hint } = SETTINGS[name];
  const [value, setValue] = useState(typed(own));
  const save = () => tellChange(() => void readMe(), ask(api.PATCH('/v1/me', { body: { [name]: value } })));
  return (
    <Question title={`Your ${label.toLowerCase()}`} yes="Save" onClose={onClose} onYes={save}>
      <Field label={label} value={value} onValue={setValue} maxLength={80} required isFirst of={name} hint={hint} />
    </Question>
  );
}

const THEMES: Readonly<Record<Theme, string>> = { device: 'As the device', light: 'Light', dark: 'Dark' };

const Appearance = () => (
  <Section title="Light or dark">
    <div class="buttons">
      {Object.entries(THEMES).map(([each, label]) => (
        <Button key={each} isPressed={theme.value === each} onClick={() => chooseTheme(each as Theme)}>
          {label}
        </Button>
      ))}
    </div>
    <p class="faint small">It holds for this browser.</p>
  </Section>
);
