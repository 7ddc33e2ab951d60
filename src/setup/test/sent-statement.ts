import type { Sql } from '@/platform/db'

interface Reader {
  $queryRaw<T>(query: Sql): PromiseLike<T>
}

/** The statement that a function of a page sends first: to look at its plan. Nothing is read. */
export async function statementOf<Given extends Reader>(read: (db: Given) => Promise<unknown>): Promise<Sql> {
  const sent: Sql[] = []
  const recording: Reader = {
    $queryRaw: async <Rows>(query: Sql) => {
      sent.push(query)
      return [] as Rows
    },
  }
  await read(recording as Given)
  if (!sent[0]) throw new Error('nothing was sent')
  return sent[0]
}
