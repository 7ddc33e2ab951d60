import { readArguments, USAGE } from './arguments'
import { conform, Unreachable } from './conform'
import { conforms, table } from './report'

/** `npm run conform`: 0 when every MUST passes, 1 when one fails, 2 when it could not be tried. */
async function main(args: string[]): Promise<number> {
  const wanted = readArguments(args)
  if ('wrong' in wanted) {
    console.error(`${wanted.wrong}\n\n${USAGE}`)
    return 2
  }
  try {
    const report = await conform(wanted.options)
    console.log(wanted.json ? JSON.stringify(report, null, 2) : table(report))
    return conforms(report, wanted.strict) ? 0 : 1
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    console.error(`No answer: ${error.message}`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
