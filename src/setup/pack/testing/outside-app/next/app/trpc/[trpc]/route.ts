import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { router } from '../../../../router.ts'

const handler = (req: Request) => fetchRequestHandler({ endpoint: '/trpc', req, router })

export { handler as GET, handler as POST }
