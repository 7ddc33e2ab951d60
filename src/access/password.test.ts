import { expect, test } from 'vitest'
import { COMMON_PASSWORDS } from './common-passwords'
import { passwordProblem } from './password'

const ABOUT = ['ada.lovelace@harbour-goods.example', 'Ada Lovelace', 'Harbour Goods']

test.each([
  ['too short', 'k7#vQ9!xTz2'],
  ['a common password with digits', 'password1234'],
  ['a common password with a year and signs', '!!Sunshine2024!!'],
  ['a common password twice', 'monkeymonkey'],
  ['a common password in full-width letters', 'ｐａｓｓｗｏｒｄ1234'],
  ['a few characters', 'aaaaaaaaaaaab'],
  ['a row', 'abcdefghijklmn'],
  ['a row backwards', '9876543210987'],
  ['the person', 'Lovelace-1815!'],
  ['the company', 'harbourgoods2'],
  ['the product', 'payonce-payonce!'],
  ['too long', `${'correct horse '.repeat(10)}x`],
])('%s is refused with a remedy', (_, password) => {
  expect(passwordProblem(password, ABOUT)).toMatch(/^(Use|This)/)
})

test.each([
  'correct horse battery',
  'four rivers, no bridge',
  'k7#vQ9!xTz2mW',
  'حصان صحيح وبطارية مشبك',
  'tuesday the lovelace engine hums quietly',
  // NIST SP 800-63B: at least 64 characters must be possible.
  'a sentence that is long enough to be the opening of a novel by nobody in particular',
])('%s is accepted', (password) => {
  expect(passwordProblem(password, ABOUT)).toBeNull()
})

test('the list has ten thousand entries in the form that is looked up', () => {
  expect(COMMON_PASSWORDS.size).toBe(10_000)
  expect([...COMMON_PASSWORDS].filter((word) => word !== word.toLowerCase() || word.length < 4)).toEqual([])
})
