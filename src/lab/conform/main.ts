import { print, printError } from '@/setup/process/console'
import { readArguments, USAGE } from './arguments'
import { conform, Unreachable } from './conform'
import { conforms, table } from './report'

/** `npm run conform`: 0 when every MUST passes, 1 when one fails, 2 when it could not be tried. */
async function main(args: string[]): Promise<number> {
  const wanted = readArguments(args)
  if ('wrong' in wanted) {
    printError(`${wanted.wrong}\n\n${USAGE}`)
    return 2
  }
  try {
    const report = await conform(wanted.options)
    print(wanted.json ? JSON.stringify(report, null, 2) : table(report))
    return conforms(report, wanted.strict) ? 0 : 1
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    printError(`No answer: ${error.message}`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
