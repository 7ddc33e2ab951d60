import { check } from './check-steps'

/** `npm run check`: types, lint, dead code, SQL, and whether schema.prisma and the migrations agree. */
const { failed } = await check()
process.exitCode = failed === 0 ? 0 : 1
