import { createApi } from '@/server/api'
import { getDeps } from '@/server/deps'

export const dynamic = 'force-dynamic'

/** The same API for hosts that run Next alone; `npm start` answers these paths before Next sees them. */
const handle = (request: Request) => createApi(getDeps()).fetch(request)

export { handle as DELETE, handle as GET, handle as POST, handle as PUT }
