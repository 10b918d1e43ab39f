/** Numbers as shops, banks and stations of many languages write them. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/skills/scheduler/watch/evaluate.ts';
import { numberIn } from '../../../src/skills/scheduler/watch/number.ts';
import { condition } from '../../../src/skills/scheduler/watch/rule.ts';

/** `none`: there is none that could be read surely. */
const NUMBERS: Readonly<Record<string, readonly (readonly [text: string, number: number | undefined])[]>> = {
  English: [
    ['$1,299.50', 1299.5],
    ['£1,299', 1299],
    ['US$ 12', 12],
    ['Only 89.99 today', 89.99],
    ['$3.299 a gallon', 3.299],
    ['1.5k stars', 1500],
    ['12.4K followers', 12_400],
    ['2.3M views', 2_300_000],
    ['1.2 million', 1_200_000],
    ['$1.1bn', 1_100_000_000],
    ['-$12.50', -12.5],
    ['−3.5 °C', -3.5],
    ['2-3 days', 2],
    ['load 1.299', 1.299],
    ['91 % used of 500 GB', 91],
    ['iPhone15 for $899', 899],
    ['rev7', 7],
    ['5m of cable', 5],
    ['0.299', 0.299],
  ],
  German: [
    ['1.299 €', 1299],
    ['1.299,00 €', 1299],
    ['EUR 1.299', 1299],
    ['1.299,- €', 1299],
    ['1.299,–', 1299],
    ['89,99 €', 89.99],
    ['89⁹⁹ €', 89.99],
    ['1,859 €/l', 1.859],
    ['1,2 Mio.', 1_200_000],
    ['1,25 Mio. €', 1_250_000],
    ['3,5 Mrd. Euro', 3_500_000_000],
    ['5 Tsd. Stück', 5000],
    ['-15 % 89,00 €', 89],
    ['15 % | 89,00 €', 89],
    ['-15 %', -15],
    ['−5,2 °C', -5.2],
    ['1’299.00', 1299],
    ["CHF 1'299.–", 1299],
  ],
  French: [
    ['1\u202f299,00 €', 1299],
    ['1\u00a0299 €', 1299],
    ['1 299,90 €', 1299.9],
    ['1\u2009234\u2009567,8', 1_234_567.8],
    ['89€99', 89.99],
    ['1,5 million', 1_500_000],
    ['2 100 personnes', 2],
  ],
  Spanish: [
    ['1.299,95 €', 1299.95],
    ['1.234.567', 1_234_567],
    ['R$ 1.299', 1299],
    ['R$ 1.299,90', 1299.9],
  ],
  Danish: [
    ['12.490 kr.', 12_490],
    ['kr. 12.490,50', 12_490.5],
    ['1 299:-', 1299],
    ['kr 1 299,-', 1299],
  ],
  Polish: [
    ['1 299,00 zł', 1299],
    ['12 990 Kč', 12_990],
    ['3,2 mln zł', 3_200_000],
    ['4,5 tys. zł', 4500],
  ],
  Hindi: [
    ['₹1,29,999', 129_999],
    ['₹1,29,999.50', 129_999.5],
    ['Rs. 12,34,567', 1_234_567],
    ['₹ 1.5 lakh', 150_000],
    ['2 crore', 20_000_000],
  ],
  Japanese: [
    ['¥12,800', 12_800],
    ['12,800円', 12_800],
    ['1.2万円', 12_000],
    ['3億', 300_000_000],
  ],
  none: [
    ['1.2.3', undefined],
    ['192.168.1.10', undefined],
    ['1,2,3', undefined],
    ['1.299,00,5', undefined],
    ['9'.repeat(400), undefined],
    ['no number', undefined],
    ['', undefined],
    ['as of 01.12.2026: 39', 39],
  ],
};

for (const [language, rows] of Object.entries(NUMBERS))
  test.each(rows)(`${language}: %j is %j`, (text, number) => expect(numberIn(text)).toBe(number));

/** The same signs on pages that say their language. */
const PAGES: Readonly<Record<string, readonly (readonly [text: string, number: number | undefined])[]>> = {
  en: [
    ['1.299', 1.299],
    ['1,299', 1299],
    ['€1,299', 1299],
    ['Price: 1.299 €', 1299],
    ['load 1.299, 0.8', 1.299],
    ['$3.299 a gallon', 3.299],
    ['2,100 people', 2100],
    ['0.125', 0.125],
  ],
  'en-IN': [
    ['₹1,29,999', 129_999],
    ['1.299', 1.299],
    ['₹ 12,999', 12_999],
  ],
  de: [
    ['1.299', 1299],
    ['1,299', 1.299],
    ['1.299 €', 1299],
    ['Super E10 1,859 €', 1.859],
    ['1,859 €/l', 1.859],
    ['12.490 Besucher', 12_490],
    ['1.299.000', 1_299_000],
    ['$1,299', 1299],
    ['3,5', 3.5],
    ['0,299', 0.299],
    ['1.299,50', 1299.5],
  ],
  'de-CH': [
    ['CHF 1.299', 1.299],
    ['1’299.00', 1299],
    ['1,299', undefined],
    ["CHF 1'299.–", 1299],
  ],
  de_AT: [
    ['1.299', 1299],
    ['€ 1.299,–', 1299],
  ],
  fr: [
    ['1 299 €', 1299],
    ['1,299', 1.299],
    ['1.299', undefined],
    ['1.299 €', 1299],
    ['2 100 personnes', undefined],
    ['2\u202f100 personnes', 2100],
    ['iPhone 12 128 Go à 499 €', 499],
    ['89€99', 89.99],
  ],
  es: [
    ['1.299', 1299],
    ['1,299', 1.299],
    ['1.299 €', 1299],
    ['12.490 personas', 12_490],
    ['1.234.567,8', 1_234_567.8],
    ['$ 1.299', 1299],
  ],
  'es-MX': [
    ['$1,299.00', 1299],
    ['$1,299', 1299],
    ['1.299', 1.299],
  ],
  'pt-BR': [
    ['R$ 1.299', 1299],
    ['1.299', 1299],
    ['1,299', 1.299],
    ['R$ 1.299,90', 1299.9],
    ['1,5 milhão', 1_500_000],
  ],
  it: [
    ['1.299', 1299],
    ['1.299 €', 1299],
    ['1,749 €/l', 1.749],
    ['12.490 visitatori', 12_490],
  ],
  da: [
    ['12.490 kr.', 12_490],
    ['12.490', 12_490],
    ['1,299', 1.299],
    ['1.299,-', 1299],
  ],
  sv: [
    ['1 299 kr', 1299],
    ['1 299:-', 1299],
    ['1,299', 1.299],
    ['1.299', undefined],
  ],
  pl: [
    ['1 299 zł', 1299],
    ['1299,00 zł', 1299],
    ['6,299', 6.299],
    ['2 100 osób', undefined],
  ],
  ja: [
    ['12,800円', 12_800],
    ['1.299', 1.299],
    ['1.2万円', 12_000],
    ['12,800', 12_800],
  ],
  hi: [
    ['₹1,29,999', 129_999],
    ['1.299', 1.299],
    ['12,999', 12_999],
  ],
  'no such language': [
    ['1.299', 1.299],
    ['1,299', 1299],
  ],
};

for (const [language, rows] of Object.entries(PAGES))
  test.each(rows)(`on a page in ${language}: %j is %j`, (text, number) =>
    expect(numberIn(text, undefined, language)).toBe(number),
  );

test('there are 120 numbers and more, in eight languages and more', () => {
  const tables = [NUMBERS, PAGES].map((table) => Object.values(table).flat().length);
  expect(tables[0]! + tables[1]!).toBeGreaterThanOrEqual(120);
  expect(Object.keys(PAGES).length).toBeGreaterThan(8);
});

test('a rule reads numbers with the language of its page', () => {
  const at = { now: new Date('2026-11-20T08:00:00Z'), zone: 'Europe/Berlin' };
  const look = (language: string) =>
    evaluate(condition.parse({ is: 'below', number: 40 }), {}, { ok: true, text: '1.299', language }, at).speech;
  expect(look('de')).toBeUndefined();
  expect(look('en')).toMatchObject({ kind: 'met' });
  expect(look('fr')).toMatchObject({ kind: 'broken' });
});

describe('the number behind words', () => {
  test.each<[text: string, words: string, number: number | undefined]>([
    ['was 10, price: 39,90 €', 'Price', 39.9],
    ['Old price 59 € Price 39 €', 'Price', 39],
    ['Price 39 € (old price 59 €)', 'Price', 39],
    ['Old price 59 €\nnew price\n\n39 €', 'Price', 39],
    ['Price history\nPrice 39 €\nPrice of a similar kettle: 20 €', 'Price', 39],
    ['Prices from 10, price 39', 'Price', 39],
    ['Kaufpreis 10', 'Preis', undefined],
    ['Price -15 % 89,00 €', 'Price', 89],
    ['Price: EUR 1.299', 'Price', 1299],
    ['Price now and then 39', 'Price', 39],
    ['Price\u00a0per  litre 2', 'per litre', 2],
    ['优惠价格：99 元', '价格', 99],
    ['Price (incl. VAT): 5', 'Price (incl. VAT)', 5],
    ['39 Price', 'Price', undefined],
    ['Price 1.2.3', 'Price', undefined],
  ])('of %j, %j: %j', (text, words, number) => expect(numberIn(text, words)).toBe(number));
});

test('a number that cannot be read is told as no number', () => {
  const at = { now: new Date('2026-11-20T08:00:00Z'), zone: 'Europe/Berlin' };
  const { speech } = evaluate(condition.parse({ is: 'below', number: 40 }), {}, { ok: true, text: '1.2.3' }, at);
  expect(speech).toEqual({ kind: 'broken', text: 'there is no number in it' });
});

test('long rows of numbers and words cost what they are long', () => {
  expect(numberIn(`${'1.2.3 '.repeat(50_000)}7`)).toBe(7);
  expect(numberIn('123 '.repeat(50_000))).toBe(123);
  expect(numberIn(`${'price '.repeat(50_000)}7`, 'price')).toBe(7);
});
