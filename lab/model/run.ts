import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { print, printError } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'

/**
 * `npm run model`: has SPIN search every order of steps of `exactly-once.pml`, within small limits, and shows that mistakes which are put into
 * the model are found. Needs `spin` and a C compiler (Debian: `apt install spin gcc`).
 */

interface Search {
  name: string
  /** Limits of the search, and the mistake of a mutant. */
  defines: string[]
  /** True: every request is answered in the end, with weak fairness. False: nothing wrong is ever done. */
  liveness?: boolean
  finds: 'nothing' | 'a mistake'
}

const TWO = ['REQUESTS=2', 'LOSSES=0']
const SEARCHES: Search[] = [
  {
    name: 'two presses of one key, a crash, and a commit whose answer is lost',
    defines: ['REQUESTS=2', 'FORGETS=0'],
    finds: 'nothing',
  },
  { name: 'two presses of one key, a crash, and a database that forgets', defines: TWO, finds: 'nothing' },
  {
    name: 'two keys in one batch, a crash, and a commit whose answer is lost',
    defines: ['REQUESTS=2', 'SECOND_KEY=1', 'FORGETS=0'],
    finds: 'nothing',
  },
  {
    name: 'every request is answered in the end',
    defines: [...TWO, 'FORGETS=0'],
    liveness: true,
    finds: 'nothing',
  },
  {
    name: 'mutant: an outcome is stored whatever the record says',
    defines: [...TWO, 'MUTANT_NO_COMPARE'],
    finds: 'a mistake',
  },
  {
    name: 'mutant: absence at the bank is believed, without withdrawing the key',
    defines: [...TWO, 'MUTANT_NO_WITHDRAWAL'],
    finds: 'a mistake',
  },
  {
    name: 'mutant: a key at the bank for each claim',
    defines: [...TWO, 'MUTANT_RANDOM_KEY'],
    finds: 'a mistake',
  },
  {
    name: 'mutant: the members of a batch get each other’s answers',
    defines: [...TWO, 'SECOND_KEY=1', 'MUTANT_SWAPPED'],
    finds: 'a mistake',
  },
]

/** The search's own stack, in steps. The deepest run needs 150. */
const DEPTH = 100_000

function search({ defines, liveness = false }: Search): { found: string | null; states: number } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-model-'))
  try {
    const run = (command: string, args: string[]) =>
      execFileSync(command, args, {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1e8,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
    const all = ['CRASHES=1', 'LOSSES=1'].filter(
      (limit) => !defines.some((one) => one.startsWith(limit.slice(0, 6))),
    )
    run('spin', [
      '-a',
      ...[...all, ...defines].map((one) => `-D${one}`),
      inRoot('lab/model/exactly-once.pml'),
    ])
    const flags = liveness ? ['-DNFAIR=9'] : ['-DSAFETY', '-DNOCLAIM']
    run('gcc', ['-O2', '-w', '-DCOLLAPSE', '-DVECTORSZ=2048', ...flags, '-o', 'pan', 'pan.c'])
    const output = run('./pan', [`-m${DEPTH}`, ...(liveness ? ['-a', '-f'] : [])])
    if (/max search depth too small|out of memory/.test(output))
      throw new Error(`the search is not whole:\n${output}`)
    return {
      found: /^pan:1: (.*?)(?: \(at depth \d+\))?$/m.exec(output)?.[1] ?? null,
      states: Number(/(\d+) states, stored/.exec(output)?.[1] ?? 0),
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

let wrong = 0
for (const one of SEARCHES) {
  const begun = Date.now()
  try {
    const { found, states } = search(one)
    const isRight = states > 0 && (found !== null) === (one.finds === 'a mistake')
    if (!isRight) wrong++
    const seconds = ((Date.now() - begun) / 1_000).toFixed(1)
    print(
      `${isRight ? '✓' : '✗'} ${one.name}: ${found ?? 'nothing found'} (${states.toLocaleString('en')} states, ${seconds} s)`,
    )
  } catch (error) {
    wrong++
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    printError(missing ? 'npm run model needs spin and gcc (Debian: apt install spin gcc).' : String(error))
    if (missing) break
  }
}
print(`${SEARCHES.length - wrong} passed, ${wrong} failed`)
process.exitCode = wrong === 0 ? 0 : 1
