/** What a measured process answers about itself. */
export interface Answers {
  /** Writes out what is batched off the path. */
  settle?: () => Promise<void>
  /** How often the bank was asked to charge. */
  asked?: () => number
}

/** In a measured process: answers the bench's questions, and ends with the bench. */
export function answerProbes({ settle = async () => undefined, asked = () => 0 }: Answers): void {
  process.on('message', (question) => {
    if (question === 'cpu') return void process.send?.({ cpuUs: usedUs() })
    if (question === 'asked') return void process.send?.({ asked: asked() })
    if (question === 'settle') return void settle().then(() => process.send?.({ settled: true }))
  })
  process.once('disconnect', () => process.exit(0))
}

function usedUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
