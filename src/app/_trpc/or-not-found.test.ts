import { TRPCError } from '@trpc/server'
import { expect, test } from 'vitest'
import { orNotFound } from './or-not-found'

test('an answer passes', async () => {
  expect(await orNotFound(Promise.resolve('found'))).toBe('found')
})

test.each(['NOT_FOUND', 'BAD_REQUEST'] as const)('%s becomes the 404 page', async (code) => {
  await expect(orNotFound(Promise.reject(new TRPCError({ code })))).rejects.toThrow(
    'NEXT_HTTP_ERROR_FALLBACK;404',
  )
})

test.each([new TRPCError({ code: 'UNAUTHORIZED' }), new Error('the database is gone')])(
  'any other error passes: %s',
  async (error) => {
    await expect(orNotFound(Promise.reject(error))).rejects.toBe(error)
  },
)
