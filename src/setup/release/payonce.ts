import { passOn } from '@/platform/env'
import { printError, reasonOf } from '../process/console'
import { root } from '../process/project-root'

type Command = (flags: string[]) => Promise<boolean>

/**
 * The program of the built folder: `node payonce.js COMMAND`. Exit code 0: done, or ended in order after SIGTERM or SIGINT;
 * 1: refused, failed, or an invariant is broken. Each part is loaded when it is asked for.
 */
const commands: Record<string, Command> = {
  // These two run until a signal, and end the process by themselves.
  web: () => import('@/server/main').then(() => true),
  worker: () => import('@/server/worker').then(() => true),
  migrate: ofDatabase('migrate'),
  merchant: ofDatabase('merchant'),
  operator: ofDatabase('operator'),
  verify: ofDatabase('verify'),
}

function ofDatabase(name: 'migrate' | 'merchant' | 'operator' | 'verify'): Command {
  return async (flags) => (await import('../database-commands')).databaseCommands[name](flags)
}

async function run([name = '', ...flags]: string[]): Promise<boolean> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command)
    return command(flags).catch((error: unknown) => {
      printError(reasonOf(error))
      return false
    })
  const names = Object.keys(commands).join(' | ')
  printError(`${name ? `There is no command "${name}". ` : ''}Usage: node payonce.js ${names}`)
  return false
}

// Where the pages, the migrations and the baseline of the checkout lie.
process.chdir(root)
process.setSourceMapsEnabled(true)
// Before Next and React are loaded, which choose their code by it.
passOn({ NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' })
process.exitCode = (await run(process.argv.slice(2))) ? 0 : 1
