import { toMarkup } from '../../../src/adapters/http/chats/markup.ts';
import type { Channel, FakeDiscord, Message } from '../../support/discord/index.ts';
import { h, type Markup, toHtml } from '../../support/html.ts';

const STYLE = `
  body { margin: 0; padding: 18px 22px; background: #313338; color: #dbdee1; font: 15px/1.4 'DejaVu Sans', sans-serif }
  h1 { margin: 0 0 14px; font-size: 15px; color: #f2f3f5 }
  h1::before { content: '# '; color: #80848e }
  .message { display: grid; grid-template-columns: 42px 1fr; column-gap: 14px; margin-bottom: 14px }
  .message > i { width: 42px; height: 42px; border-radius: 50%; background: #4e5058; color: #fff; font: 600 17px/42px 'DejaVu Sans'; text-align: center }
  .bot > i { background: #4338ca }
  .reply { grid-column: 2; font-size: 12px; color: #b5bac1 }
  .message > div { grid-column: 2 } .message > i { grid-column: 1; grid-row: 1 / span 3 }
  b.name { color: #f2f3f5 } .app { background: #5865f2; color: #fff; border-radius: 4px; padding: 1px 5px; font-size: 11px; margin-left: 6px }
  .small { font-size: 12px; color: #b5bac1 }
  p, ul { margin: 2px 0 } ul { padding-left: 20px }
  .at { color: #c9cdfb; background: #3c4270; border-radius: 3px; padding: 0 2px }
  .buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 6px }
  .buttons span { background: #4e5058; color: #fff; border-radius: 4px; padding: 6px 14px; font-size: 14px }`;

type Row = { components: { label?: string; emoji?: { name?: string } }[] };

/** A page that shows a channel of the fake Discord: its messages as they came over the wire, in the manner of Discord's client. */
export function channelPage(channel: Channel, discord: FakeDiscord): string {
  const nameOf = (id: string) => discord.users.get(id)?.global_name ?? discord.bot.username;
  const withNames = (text: string) => text.replace(/<@!?(\d+)>/g, (_, id: string) => `@${nameOf(id)}`);
  const now = Math.round(discord.now() / 1_000);
  const message = ({ author, content, components, message_reference: reply }: Message): Markup => {
    const isBot = author.id === discord.bot.id;
    const name = nameOf(author.id);
    const rows = components as unknown as Row[];
    const labels = rows.flatMap((row) => row.components.map(({ label, emoji }) => label ?? emoji?.name ?? ''));
    const answered = reply && channel.messages.find(({ id }) => id === reply.message_id);
    return h(
      'div',
      { class: isBot ? 'message bot' : 'message' },
      h('i', {}, name.slice(0, 1)),
      answered && h('div', { class: 'reply' }, `↱ ${nameOf(answered.author.id)}: ${withNames(answered.content)}`),
      h('div', {}, h('b', { class: 'name' }, name), isBot && h('span', { class: 'app' }, 'APP')),
      h(
        'div',
        {},
        withNames(content)
          .split('\n-# ')
          .map((text, index) => (index === 0 ? toMarkup(text) : h('p', { class: 'small' }, withTimes(text, now)))),
        labels.length > 0 &&
          h(
            'div',
            { class: 'buttons' },
            labels.map((label) => h('span', {}, label)),
          ),
      ),
    );
  };
  const shown = channel.messages.filter(({ deleted, only }) => !deleted && only === undefined).map(message);
  const body = [h('h1', {}, channel.name ?? 'channel'), ...shown].map(toHtml).join('');
  return `<!doctype html><meta charset="utf-8"><title>Discord</title><style>${STYLE}</style>${body}`;
}

/** Timestamps as Discord's client writes them (docs.discord.com/developers/reference#message-formatting). `now` is in seconds. */
function withTimes(text: string, now: number): string {
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'Europe/Berlin' });
  const ago = new Intl.RelativeTimeFormat('en-GB');
  return text.replace(/<t:(\d+):([FR])>/g, (_, at: string, style: string) =>
    style === 'F' ? date.format(Number(at) * 1_000) : ago.format(Math.round((Number(at) - now) / 3_600), 'hour'),
  );
}
