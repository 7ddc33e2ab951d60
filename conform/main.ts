import { readArguments, USAGE } from './arguments'
import { conform, Unreachable } from './conform'
import { conforms, table } from './report'

/** `npm run conform`. @returns the exit code: 0 when every MUST passes, 1 when one fails, 2 when the API could not be checked */
async function main(args: string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE)
    return 0
  }
  const command = readArguments(args)
  if ('wrong' in command) {
    console.error(`${command.wrong}\n\n${USAGE}`)
    return 2
  }
  try {
    const report = await conform(command.options)
    console.log(command.json ? JSON.stringify(report, null, 2) : table(report))
    return conforms(report, command.strict) ? 0 : 1
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    console.error(`No answer: ${error.message}`)
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
