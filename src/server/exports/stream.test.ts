import { expect, test, vi } from 'vitest'
import { streamOf } from './stream'

async function* three() {
  yield 'a'
  yield 'b'
  yield 'c'
}

const watched = () => ({ ended: vi.fn(), failed: vi.fn() })

test('a reader who leaves before the first byte frees the place, as one does who leaves later or reads to the end', async () => {
  const [unread, begun, whole] = [watched(), watched(), watched()]
  await streamOf(three(), unread).cancel()
  const reader = streamOf(three(), begun).getReader()
  await reader.read()
  await reader.cancel()
  expect(await new Response(streamOf(three(), whole)).text()).toBe('abc')
  for (const { ended, failed } of [unread, begun, whole]) {
    expect(ended).toHaveBeenCalled()
    expect(failed).not.toHaveBeenCalled()
  }
})

test('what fails breaks the stream, says why, and frees the place', async () => {
  const on = watched()
  async function* failing() {
    yield 'a'
    throw new Error('the database is away')
  }
  await expect(new Response(streamOf(failing(), on)).text()).rejects.toThrow('broken off')
  expect(on.failed).toHaveBeenCalledWith(new Error('the database is away'))
  expect(on.ended).toHaveBeenCalled()
})
