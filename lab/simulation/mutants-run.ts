import { print } from '@/setup/process/console'
import { inRoot } from '@/setup/process/project-root'
import { generate } from '@/setup/schema/generate'
import { bundleSimulation } from './bundle'
import { MUTANTS, type Mutant } from './mutants'
import { campaign } from './processes'

/** 60 s: the shyest mutant shows itself within a few; one that lives for a minute is a hole in the simulation. */
const PATIENCE_S = 60

/** `npm run mutants`: breaks the engine in each way we know, and shows that the simulation sees it. @returns whether all were killed */
async function killAll(): Promise<boolean> {
  await generate()
  const lived = []
  for (const mutant of MUTANTS) if (!(await kill(mutant))) lived.push(mutant.name)
  print(`${MUTANTS.length - lived.length} of ${MUTANTS.length} mutants killed`)
  return lived.length === 0
}

async function kill({ name, edits }: Mutant): Promise<boolean> {
  // Inside the project, since a bundle finds its packages from where it lies.
  const bundle = inRoot('dist/lab/mutant.mjs')
  await bundleSimulation(bundle, edits)
  const { failure, plans, seconds } = await campaign(bundle, { seed: 1, seconds: PATIENCE_S })
  const effort = `${plans} plans, ${seconds.toFixed(1)} s`
  print(
    failure === null
      ? `✕ alive   ${name} (${effort})`
      : `✓ killed  ${name} (${effort})\n            ${failure}`,
  )
  return failure !== null
}

process.exitCode = (await killAll()) ? 0 : 1
