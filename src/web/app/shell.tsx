/** The frame around every page: where one can go, at the side or at the bottom of a phone. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { online } from '../api/events.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { type Act, useActs } from './acts.ts';
import { Keys } from './keys.tsx';
import { Palette } from './palette.tsx';
import { type Place, placesOf, you } from './places.ts';
import { forgetHere, isNotified, notifyHere } from './push.ts';
import { path } from './router.ts';
import { assistantName, person, signOut } from './session.ts';
import { act, Toasts } from './toasts.tsx';
import { Nowhere, Outdated } from './wrong.tsx';

const ON_A_PHONE = 3;

export function Shell() {
  const [first = 'today'] = path.value;
  const place = [...placesOf(), you].find((each) => each.path === first);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <div class="frame">
        <aside class="side" aria-label="Where to go">
          <div class="name">
            <Sign />
            <span>{assistantName()}</span>
          </div>
          <nav aria-label="Pages">
            {placesOf().map((each) => (
              <PlaceLink key={each.path} place={each} isCurrent={each === place} />
            ))}
          </nav>
          <PersonMenu />
        </aside>
        <div class="page">
          {!online.value && (
            <p class="away" role="status">
              Not connected. Trying again …
            </p>
          )}
          {place ? <PlaceView key={place.path} place={place} /> : <Nowhere />}
        </div>
        <BottomBar current={place} />
      </div>
      <Toasts />
      <Palette />
      <Keys />
    </>
  );
}

/** coda's own sign. */
function Sign() {
  return (
    <svg viewBox="0 0 32 32" class="sign" aria-hidden="true">
      <circle cx="16" cy="16" r="14" fill="#4f46e5" />
      <path d="M21 11.5a7 7 0 1 0 0 9" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" />
    </svg>
  );
}

function PlaceView({ place }: { place: Place }) {
  const [View, setView] = useState<ComponentType>();
  const [isGone, setGone] = useState(false);
  useEffect(() => {
    place.load().then(
      ({ default: component }) => setView(() => component),
      () => setGone(true),
    );
  }, [place]);
  if (isGone) return <Outdated title={place.label} />;
  return View ? <View /> : null;
}

function PlaceLink({ place, isCurrent }: { place: Place; isCurrent: boolean }) {
  const { label, icon } = place;
  const { waiting, isWrong } = signOf(place);
  return (
    <a href={`/${place.path}`} aria-current={isCurrent ? 'page' : undefined} title={label}>
      <Icon name={icon} />
      <span class="label">{label}</span>
      {waiting > 0 && <span class="count">{waiting}</span>}
      {isWrong && <span class="dot" role="img" aria-label="Something is wrong"></span>}
    </a>
  );
}

/** A number where something waits for this person, a dot where something is wrong. */
function signOf({ path: name }: Place): { waiting: number; isWrong: boolean } {
  const { counts, system } = person();
  const waiting =
    name === 'today' ? counts.due : name === 'chat' ? counts.unread : name === 'activity' ? counts.approvals : 0;
  return { waiting, isWrong: name === 'system' && system === 'wrong' };
}

function PersonMenu() {
  const items = accountItems();
  useActs(items);
  return <Menu label={`${person().person.name}: your account`} opens="up" text={person().person.name} items={items} />;
}

function accountItems(): Act[] {
  const { id } = person().person;
  const notify: Act = isNotified.value
    ? {
        label: 'No longer notify this device',
        icon: 'bell',
        run: () => void act(forgetHere, { done: 'This device is not notified any more.' }),
      }
    : {
        label: 'Notify this device',
        icon: 'bell',
        run: () => void act(() => notifyHere(id), { done: 'This device is notified while no page is open.' }),
      };
  const leave: Act = { label: 'Sign out', icon: 'leave', run: () => void act(signOut) };
  const own: Act = { label: 'You: name, time zone, password …', icon: 'key', href: '/you' };
  return isNotified.value === undefined ? [own, leave] : [own, notify, leave];
}

/** The number and the dot of these pages together. */
function BarSign({ places }: { places: readonly Place[] }) {
  const signs = places.map(signOf);
  const waiting = signs.reduce((sum, each) => sum + each.waiting, 0);
  return (
    <>
      {waiting > 0 && <span class="count">{waiting}</span>}
      {signs.some(({ isWrong }) => isWrong) && <span class="dot" role="img" aria-label="Something is wrong"></span>}
    </>
  );
}

function BottomBar({ current }: { current: Place | undefined }) {
  const places = placesOf();
  const [tabs, rest] = [places.slice(0, ON_A_PHONE), places.slice(ON_A_PHONE)];
  return (
    <nav class="bar" aria-label="Pages">
      {tabs.map((place) => (
        <a key={place.path} href={`/${place.path}`} aria-current={current === place ? 'page' : undefined}>
          <Icon name={place.icon} />
          {place.label}
          <BarSign places={[place]} />
        </a>
      ))}
      <span class="more">
        <Menu
          label="More pages"
          text="More"
          opens="up"
          items={[...rest.map(({ path: name, label, icon }) => ({ label, icon, href: `/${name}` })), ...accountItems()]}
        />
        <BarSign places={rest} />
      </span>
    </nav>
  );
}
