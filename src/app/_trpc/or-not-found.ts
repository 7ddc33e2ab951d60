import { notFound } from 'next/navigation'
import { isNotFound } from '@/shop/frame/is-not-found'

/** The answer, or the 404 page where the server does not know the id (or the id is another merchant's). */
export async function orNotFound<Data>(answer: Promise<Data>): Promise<Data> {
  return answer.catch((error: unknown) => {
    if (isNotFound(error)) notFound()
    throw error
  })
}
