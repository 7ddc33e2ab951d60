import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { CURL_WALKTHROUGH } from '@/app/docs/_parts/curl-walkthrough'
import { childEnv, readSetupEnv } from '@/platform/env'
import { inRoot } from '@/setup/process/project-root'
import { expect, test } from './fixtures'

/** The story that README and /docs tell with curl: the very blocks that stand there are run, and print what stands there. */

/** Blocks of shell, each followed by what it prints. */
function blocksOf(markdown: string): { run: string; prints: string }[] {
  return [...markdown.matchAll(/```sh\n((?:(?!```)[\s\S])*?)\n```\n+```text\n([\s\S]*?)\n```/g)].map(
    ([, run = '', prints = '']) => ({ run, prints }),
  )
}

/** `…` stands for what differs each time. */
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

test('README and the guide tell the same story', async ({ page }) => {
  const steps = CURL_WALKTHROUGH.map(({ run, prints }) => ({ run, prints }))
  expect(blocksOf(fs.readFileSync(inRoot('README.md'), 'utf8'))).toEqual(steps)
  await page.goto('/docs')
  const shown = await page.locator('#curl pre').allTextContents()
  expect(shown).toEqual(steps.flatMap(({ run, prints }) => [run, prints]))
})

test('the story with curl happens as it is told', async ({ demo, bankCharges }) => {
  // One shell for all of it, since later blocks use what earlier ones set; a line between their outputs.
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
