import type { BenchPayment } from '../paths/path'

/** What came of a thousand calls with one key, all at once. */
export interface Storm {
  path: string
  callers: number
  /** Counted at the bank. */
  charges: number
  errors: number
  /** Different texts among the answers; 1 is right. */
  answers: number
  p99Ms: number
}

/** Calls `pay` for one and the same payment, from so many callers at once. @param asked how often the bank was asked so far */
export async function storm(
  path: string,
  callers: number,
  payment: BenchPayment,
  pay: (payment: BenchPayment) => Promise<unknown>,
  asked: () => number | Promise<number>,
): Promise<Storm> {
  const before = await asked()
  const latencies: number[] = []
  const answers = new Set<unknown>()
  let errors = 0
  const call = async () => {
    const sent = performance.now()
    try {
      answers.add(await pay(payment))
    } catch {
      errors += 1
    }
    latencies.push(performance.now() - sent)
  }
  await Promise.all(Array.from({ length: callers }, call))
  latencies.sort((one, other) => one - other)
  const p99Ms = latencies[Math.floor(callers * 0.99)] ?? 0
  return { path, callers, charges: (await asked()) - before, errors, answers: answers.size, p99Ms }
}
