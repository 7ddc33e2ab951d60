import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const operator = z.object({ email: z.string(), password: z.string() })
const demo = z.object({
  operator: operator.nullable(),
  apiKey: z.string().nullable(),
  merchantId: z.string().nullable(),
  baseUrl: z.string(),
  databaseUrl: z.string(),
  pids: z.object({
    supervisor: z.number(),
    web: z.number(),
    worker: z.number(),
    postgres: z.number().nullable(),
  }),
})

/** `demo.json` in the data folder: all that a program needs to use the running sandbox. Readable by its owner only (mode 0600). */
export type Demo = z.infer<typeof demo>
export type DemoOperator = z.infer<typeof operator>

export const demoFile = (dataDir: string): string => path.join(dataDir, 'demo.json')

/** Writes aside and renames, so that a reader never sees half a file: it is rewritten whenever a process restarts. */
export function writeDemo(dataDir: string, content: Demo): void {
  const draft = `${demoFile(dataDir)}.next`
  fs.writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  fs.renameSync(draft, demoFile(dataDir))
}

/** The demo file, or null where it is missing or not valid. */
export function readDemo(dataDir: string): Demo | null {
  try {
    return demo.parse(JSON.parse(fs.readFileSync(demoFile(dataDir), 'utf8')))
  } catch {
    return null
  }
}
