/** In a measured process: answers the bench's questions about its CPU time, writes out its batches when asked, and ends with the bench. */
export function answerProbes(settle: () => Promise<void>): void {
  process.on('message', (question) => {
    if (question === 'cpu') return void process.send?.({ cpuUs: usedUs() })
    if (question === 'settle') return void settle().then(() => process.send?.({ settled: true }))
  })
  process.once('disconnect', () => process.exit(0))
}

function usedUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
