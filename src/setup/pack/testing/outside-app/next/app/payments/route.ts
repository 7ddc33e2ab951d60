import { engineResponse, problemResponse, readKey } from '@payonce/idempotency/http'
import { pay } from '../../../shop.ts'

export async function POST(request: Request): Promise<Response> {
  const key = readKey(request.headers.get('Idempotency-Key'))
  if ('problem' in key) return Response.json(key.problem, { status: 400 })
  try {
    return engineResponse(await pay(request.headers.get('user') ?? '', key.key, await request.json()))
  } catch (error) {
    const response = problemResponse(error)
    if (response) return response
    throw error
  }
}
