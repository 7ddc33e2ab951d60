import fs from 'node:fs'
import path from 'node:path'
import { CodeBlock } from '@/app/docs/_parts/code-block'
import { declarationIn } from './declaration'

/** The files whose code the page shows: the very ones that its script is built from. */
const FILES = {
  'src/app/learn/_model/naive-payment.ts': () =>
    read(path.join(process.cwd(), 'src/app/learn/_model/naive-payment.ts')),
  'src/app/learn/_model/safe-payment.ts': () =>
    read(path.join(process.cwd(), 'src/app/learn/_model/safe-payment.ts')),
  'src/idempotency/core/fingerprint.ts': () =>
    read(path.join(process.cwd(), 'src/idempotency/core/fingerprint.ts')),
  'src/idempotency/core/record.ts': () => read(path.join(process.cwd(), 'src/idempotency/core/record.ts')),
  'src/idempotency/core/run.ts': () => read(path.join(process.cwd(), 'src/idempotency/core/run.ts')),
  'src/idempotency/stores/memory.ts': () =>
    read(path.join(process.cwd(), 'src/idempotency/stores/memory.ts')),
}

function read(file: string): string {
  return fs.readFileSync(file, 'utf8')
}

/** One declaration of a source file, with its comment. */
export interface ShownDeclaration {
  file: keyof typeof FILES
  name: string
}

/** Code, closed until somebody opens it. */
export function SourceCode({ of: shown }: { of: ShownDeclaration[] }) {
  return (
    <details className="mt-4">
      <summary className="inline-block cursor-pointer rounded-sm py-1 font-medium text-link text-ui">
        Show the code
      </summary>
      {shown.map(({ file, name }) => (
        <div key={name} className="mt-3">
          <p className="font-mono text-ink-3 text-xs [overflow-wrap:anywhere]">{file}</p>
          <CodeBlock text={declarationIn(FILES[file](), name)} copy={`the code: ${name}`} />
        </div>
      ))}
    </details>
  )
}
