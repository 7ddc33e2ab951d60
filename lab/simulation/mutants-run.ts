import { print } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'
import { generate } from '@/setup/schema/generate'
import { bundleSimulation } from './bundle'
import { MUTANTS, type Mutant } from './mutants'
import { campaign } from './processes'

/**
 * About a minute of plans, of which the rarest mutant needs sixty: one that survives them all is a gap in the simulation. Payments and not
 * seconds, since the plans of a seed are the same everywhere: a busy machine finds what an idle one finds.
 */
const PATIENCE_PAYMENTS = 50_000

/** `npm run mutants`: puts each known mistake into the engine, and checks that the simulation finds it. @returns whether all were killed */
async function killAll(): Promise<boolean> {
  await generate()
  const survivors = []
  for (const mutant of MUTANTS) if (!(await kill(mutant))) survivors.push(mutant.name)
  print(`${MUTANTS.length - survivors.length} of ${MUTANTS.length} mutants killed`)
  return survivors.length === 0
}

async function kill({ name, edits }: Mutant): Promise<boolean> {
  // Inside the project, since the bundle resolves its packages from its own folder.
  const bundle = inRoot('dist/lab/mutant.mjs')
  await bundleSimulation(bundle, edits)
  const { failure, plans, seconds } = await campaign(bundle, {
    seed: 1,
    seconds: 0,
    payments: PATIENCE_PAYMENTS,
  })
  const effort = `${plans} plans, ${seconds.toFixed(1)} s`
  print(
    failure === null
      ? `✕ alive   ${name} (${effort})`
      : `✓ killed  ${name} (${effort})\n            ${failure}`,
  )
  return failure !== null
}

process.exitCode = (await killAll()) ? 0 : 1
