import { createApi } from '@/server/api'
import { getDeps } from '@/server/deps'

export const dynamic = 'force-dynamic'

/** The API for hosts that run Next alone; under `npm start` these paths are answered before Next sees them. */
const handle = (request: Request) => createApi(getDeps()).fetch(request)

export { handle as DELETE, handle as GET, handle as POST, handle as PUT }
