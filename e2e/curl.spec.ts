import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { CURL_WALKTHROUGH } from '@/app/docs/_parts/curl-walkthrough'
import { childEnv, readSetupEnv } from '@/platform/env'
import { inRoot } from '@/setup/process/project-root'
import { expect, test } from './fixtures'

/** The curl walkthrough of README and /docs: each block is run, and its output compared with the text. */

/** Shell blocks, each followed by its output. */
function blocksOf(markdown: string): { run: string; prints: string }[] {
  return [...markdown.matchAll(/```sh\n((?:(?!```)[\s\S])*?)\n```\n+```text\n([\s\S]*?)\n```/g)].map(
    ([, run = '', prints = '']) => ({ run, prints }),
  )
}

/** A pattern for the output, in which `…` stands for values that differ each time. */
function pattern(prints: string): RegExp {
  const parts = prints.split('\n').map((line) =>
    line
      .trimEnd()
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^",]*'),
  )
  return new RegExp(`^${parts.join(' *\n')}\\s*$`)
}

test('README and the guide have the same walkthrough, the guide with this installation’s address', async ({
  page,
  demo,
}) => {
  const steps = CURL_WALKTHROUGH.map(({ run, prints }) => ({ run, prints }))
  expect(blocksOf(fs.readFileSync(inRoot('README.md'), 'utf8'))).toEqual(steps)
  await page.goto('/docs')
  const shown = await page.locator('#curl pre').allTextContents()
  const here = (text: string) => text.replaceAll('http://localhost:3000', demo.baseUrl)
  expect(shown).toEqual(steps.flatMap(({ run, prints }) => [here(run), here(prints)]))
})

test('the curl walkthrough prints what the docs show', async ({ demo, bankCharges }) => {
  // One shell for all blocks, since later ones use variables of earlier ones; a separator line between outputs.
  const here = (text: string) =>
    text
      .replaceAll('http://localhost:3000', demo.baseUrl)
      .replaceAll('.data/', `${readSetupEnv().dataDir}${path.sep}`)
  const script = CURL_WALKTHROUGH.map(({ run }) => here(run)).join('\necho; echo -----\n')
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
    env: childEnv(),
  })
  const outputs = stdout.split('\n-----\n').map((output) => output.trimEnd())
  for (const [index, { text, prints }] of CURL_WALKTHROUGH.entries())
    expect(outputs[index], text).toMatch(pattern(here(prints)))
  const payment = /"id":"(pay_[0-9a-f]+)"/.exec(outputs[1] ?? '')?.[1] as string
  expect(outputs[2]).toContain(payment)
  expect(await bankCharges(payment)).toHaveLength(1)
})
