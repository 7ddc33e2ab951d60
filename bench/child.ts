/** A process under measurement: tells the bench how much CPU it has used, lets what is batched be written, and ends with it. */
export function answerProbes(settle: () => Promise<void>): void {
  process.on('message', (asked) => {
    if (asked === 'cpu') return void process.send?.({ cpuUs: usedUs() })
    if (asked === 'settle') return void settle().then(() => process.send?.({ settled: true }))
  })
  process.once('disconnect', () => process.exit(0))
}

function usedUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
