import { describe, expect, test } from 'vitest';
import { Secret } from '../../engine/values/base/secret.ts';
import { type Value, Unknown } from '../../engine/values/base/value.ts';
import { fresh, later, render } from './template-variables.ts';

function reveal(text: string): string {
  const value = render(text);
  return value instanceof Secret ? value.reveal() : 'no secret';
}

describe('secrets', () => {
  test.each([
    ['{{password}}', 'pa55word-one'],
    ['pw={{password}}', 'pw=pa55word-one'],
    ['{{upper password}}', 'PA55WORD-ONE'],
    ['{{b64encode password}}', 'cGE1NXdvcmQtb25l'],
    ['{{json mixed.password}}', '"pa55word-two"'],
    ['{{json (dict a=password)}}', '{"a":"pa55word-one"}'],
    ['{{yaml (list password)}}', '- pa55word-one'],
    ['{{concat "a" password}}', 'apa55word-one'],
    ['{{join (list "a" password) ":"}}', 'a:pa55word-one'],
    ['{{first (split password "-")}}', 'pa55word'],
    ['{{default nope password}}', 'pa55word-one'],
    ['{{ternary yes password "x"}}', 'pa55word-one'],
    ['{{#if yes}}{{password}}{{/if}}', 'pa55word-one'],
    ['{{#each (list password)}}{{this}}{{/each}}', 'pa55word-one'],
    ['{{#with (dict p=password)}}{{p}}{{/with}}', 'pa55word-one'],
    ['{{#*inline "p"}}{{q}}{{/inline}}{{> p q=password}}', 'pa55word-one'],
    ['{{expr "password + text"}}', 'pa55word-onex'],
    ['{{quote password}}', 'pa55word-one'],
  ])('%s stays a secret', (text, expected) => {
    expect(reveal(text)).toBe(expected);
  });

  test.each<[string, Value]>([
    ['{{eq password "pa55word-one"}}', true],
    ['{{length password}}', 12],
    ['{{starts_with password "pa55"}}', true],
    ['{{#if (eq password "x")}}a{{else}}b{{/if}}', 'b'],
    ['{{text}}', 'x'],
  ])('%s is none', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });
});

describe('unknown values', () => {
  test.each([
    '{{later}}',
    'a{{later}}',
    '{{later.x.y}}',
    '{{lower later}}',
    '{{#if later}}a{{/if}}',
    '{{#each later}}a{{/each}}',
    '{{#with later}}a{{/with}}',
    '{{#if (eq later 1)}}a{{/if}}',
    '{{and yes later}}',
    '{{default later "x"}}',
    '{{defined later}}',
    '{{json mixed}}',
    '{{lookup later "a"}}',
    '{{lookup map later}}',
    '{{first later}}',
    '{{expr "later == 1"}}',
    '{{ternary later 1 2}}',
    '{{#if yes}}{{later}}{{/if}}',
    '{{eq (list later) (list 1)}}',
    '{{sort (list later 1)}}',
    '{{concat list later}}',
    '{{concat later list}}',
  ])('%s is unknown', (text) => {
    expect(render(text)).toEqual(later);
  });

  test.each<[string, Value]>([
    ['{{#if no}}{{later}}{{/if}}', ''],
    ['{{and no later}}', false],
    ['{{and later no}}', false],
    ['{{or later yes}}', true],
    ['{{length (list later 1)}}', 2],
    ['{{mixed.known}}', 1],
    ['{{default text later}}', 'x'],
  ])('%s is known', (text, expected) => {
    expect(render(text)).toEqual(expected);
  });

  test('text that holds a value still to be made equals nothing on the host; what is computed of it may', () => {
    expect(render('{{fresh}}')).toEqual(fresh);
    expect(render('a{{fresh}}')).toEqual(fresh);
    expect(render('{{later}}{{fresh}}')).toEqual(new Unknown(later.because, true));
    expect(render('{{lower fresh}}')).toEqual(new Unknown(fresh.because, false));
    expect(render('{{length fresh}}')).toEqual(new Unknown(fresh.because, false));
  });
});
